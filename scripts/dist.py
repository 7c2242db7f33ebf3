"""`make dist`, `python -m scripts.dist [FOLDER]`: the wheel, csi-collector.pyz, and their sums, in dist/.

Input    this tree, and the wheels that pip finds, by its own configuration, for each Python and this machine.
Output   dist/csi_triage-….whl; dist/csi-collector.pyz, which runs without being installed; dist/SHA256SUMS.
         The same tree and wheels give the same bytes; times are SOURCE_DATE_EPOCH, else that of the last commit.
Errors   what pip says, when a wheel is missing.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("manylinux_2_17", "manylinux_2_28")  # the older one is taken where there is one
OF_THE_ANALYZER = {"jinja2", "weasyprint"}
OWN = ("bundle", "collector")  # of this project's packages
SOURCES = ("bundle", "collector", "analyzer", "report_templates", "pyproject.toml", "README.md", "LICENSE")
BOOT = ("__main__.py", "starting.py")
SHEBANG = b"#!/usr/bin/env python3\n"
_LICENCES = r"licen[cs]es?/|LICEN[CS]E|COPYING|NOTICE|AUTHORS"
_LEFT_OUT = re.compile(rf"\.dist-info/(?!METADATA$|{_LICENCES})|\.pyi$|(?:^|/)(?:py\.typed|\.DS_Store)$")
_GLIBC = re.compile(r"manylinux_(\d+)_(\d+)_")


def main(out: Path) -> None:
    out.mkdir(exist_ok=True)
    epoch = _epoch()
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder), epoch)
        trees, names = {}, {wheel.name}
        for python in PYTHONS:
            wheels = download(python, Path(folder, python))
            trees[f"cp{python.replace('.', '')}"] = tree_of((wheel, *wheels))
            names |= {one.name for one in wheels}
        for old in out.glob("csi_triage-*.whl"):
            old.unlink()
        shutil.copy(wheel, out)
    write_pyz(out / "csi-collector.pyz", members_of(trees, sorted(names)), epoch)
    made = sorted((out / wheel.name, out / "csi-collector.pyz"))
    sums = "".join(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in made)
    (out / "SHA256SUMS").write_text(sums)
    for file in made:
        print(f"{file}  {file.stat().st_size} bytes")


def _epoch() -> int:
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is None:
        done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, capture_output=True, check=False)
        given = done.stdout.decode().strip() or "0"
    return max(int(given), 315532800)  # 1980: a zip knows nothing earlier


def build_wheel(folder: Path, epoch: int) -> Path:
    """From a copy: setuptools takes along what an earlier build left in the tree."""
    source = folder / "source"
    source.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source)
    _pip("wheel", "--no-deps", "--wheel-dir", str(folder / "wheel"), str(source), epoch=epoch)
    (wheel,) = (folder / "wheel").glob("*.whl")
    return wheel


def download(python: str, folder: Path) -> list[Path]:
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    wanted = [one for one in needed if re.split(r"[<>=!~ \[;]", one)[0] not in OF_THE_ANALYZER]
    platforms = [word for one in PLATFORMS for word in ("--platform", f"{one}_{platform.machine()}")]
    where = ("--dest", str(folder), "--only-binary=:all:", "--implementation", "cp", "--python-version", python)
    _pip("download", *where, *platforms, *wanted)
    return sorted(folder.glob("*.whl"))


def _pip(*words: str, epoch: int | None = None) -> None:
    times = {} if epoch is None else {"SOURCE_DATE_EPOCH": str(epoch)}
    command = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", *words]
    subprocess.run(command, env=os.environ | times, check=True)


def tree_of(wheels: Iterable[Path]) -> dict[str, bytes]:
    """What lies in site-packages when these are installed, without what nobody reads at run time."""
    tree: dict[str, bytes] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for info in archive.infolist():
                path = info.filename
                if ".data/" in path:
                    raise ValueError(f"{wheel.name} installs {path} elsewhere; teach tree_of where")
                if not info.is_dir() and not _LEFT_OUT.search(path) and _is_wanted(wheel.name, path):
                    tree[path] = archive.read(info)
    return tree


def _is_wanted(wheel: str, path: str) -> bool:
    first = path.partition("/")[0]
    return not wheel.startswith("csi_triage-") or first in OWN or first.endswith(".dist-info")


def members_of(trees: Mapping[str, Mapping[str, bytes]], wheels: list[str]) -> dict[str, bytes]:
    """What every Python has alike lies once in `all/`, the rest in a folder for each; with what starts it."""
    first = next(iter(trees.values()))
    alike = {path for path, content in first.items() if all(tree.get(path) == content for tree in trees.values())}
    members = {f"all/{path}": first[path] for path in alike}
    for python, tree in trees.items():
        members |= {f"{python}/{path}": content for path, content in tree.items() if path not in alike}
    members |= {name: (ROOT / "scripts" / "pyz" / name).read_bytes() for name in BOOT}
    build = {
        "digest": _digest(members),
        "pythons": list(trees),
        "machine": platform.machine(),
        "glibc": list(oldest_glibc(wheels)),
        "wheels": wheels,
    }
    return members | {"build.json": json.dumps(build, indent=1).encode() + b"\n"}


def _digest(members: Mapping[str, bytes]) -> str:
    lines = (f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in sorted(members.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def oldest_glibc(wheels: Iterable[str]) -> tuple[int, int]:
    """The oldest on which all of them run; a wheel may be for several."""
    needs = [[(int(major), int(minor)) for major, minor in _GLIBC.findall(name)] for name in wheels]
    return max(min(one) for one in needs if one)


def write_pyz(path: Path, members: Mapping[str, bytes], epoch: int) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(SHEBANG)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in sorted(members.items()):
                info = zipfile.ZipInfo(name, time.gmtime(epoch)[:6])
                info.external_attr = 0o100600 << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content, compresslevel=9)
    part.chmod(0o755)
    part.rename(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "dist")
