"""`make dist`, whole: what it makes is installed or started by every Python that is found here, and used.

pip looks for the wheels as it is configured here; where it finds none, these tests say so and are skipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bundle.decrypting import plain
from bundle.reader import BundleReader
from scripts.dist import PYTHONS, ROOT
from tests.bundle.keys import age_key

pytestmark = pytest.mark.slow

NOBODY = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


def pythons() -> dict[str, str]:
    """Version and path of each Python that csi-collector.pyz is for: of the PATH, and of pyenv where there is one."""
    named = (shutil.which(f"python{version}") for version in PYTHONS)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions").glob("3.*/bin/python")
    found = {}
    for path in (*map(str, pyenv), *filter(None, named), sys.executable):
        command = [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(command, capture_output=True, check=False)
        version = done.stdout.decode().strip()
        if done.returncode == 0 and version in PYTHONS:
            found[version] = path
    return dict(sorted(found.items()))


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "scripts.dist", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if "No matching distribution found" in done.stderr:
        pytest.skip(f"pip finds not all wheels here: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("made") / "dist of today")


@pytest.fixture(scope="module")
def installed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of the wheel in an environment with nothing but what it asks for."""
    venv = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    (wheel,) = made.glob("*.whl")
    subprocess.run([venv / "bin/python", "-m", "pip", "install", "-qq", str(wheel)], check=True)
    return venv / "bin"


def said(*words: str | Path, home: Path, exit_codes: tuple[int, ...] = (0,)) -> str:
    """In an empty environment, in a folder that nothing can be written to."""
    command = list(map(str, words))
    environment = NOBODY | {"HOME": str(home)}
    done = subprocess.run(command, cwd="/proc", env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in exit_codes, done.stderr
    return done.stdout


def test_the_same_tree_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    sums = (made / "SHA256SUMS").read_text()
    assert (build(tmp_path / "again") / "SHA256SUMS").read_text() == sums
    for line in sums.splitlines():
        sha256, name = line.split("  ")
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize("version", PYTHONS)
def test_each_python_collects_encrypts_and_verifies_without_installing(
    made: Path, tmp_path: Path, version: str
) -> None:
    if version not in pythons():
        pytest.skip(f"there is no Python {version} here")
    program, key = (pythons()[version], "-I", made / "csi-collector.pyz"), age_key(tmp_path)
    words = ("collect", "--local", "--no-active", "--encrypt-to", key.public, "--json", "-o", tmp_path / "b.age")
    result = json.loads(said(*program, *words, home=tmp_path, exit_codes=(0, 1)))
    assert [node["via"] for node in result["nodes"]] == ["local"]
    with plain(tmp_path / "b.age", [key.file], lambda _: None) as source:
        assert BundleReader(source).complete
    assert "sound" in said(*program, "verify", tmp_path / "b.age", "--identity", key.file, home=tmp_path)
    assert "csi-collector.pyz" in said(*program, "completion", "bash", home=tmp_path)


def test_it_reaches_nodes_by_ssh(made: Path, tmp_path: Path) -> None:
    """What loads paramiko and the compiled parts it stands on."""
    (tmp_path / "nodes.txt").write_text("w1 127.0.0.1:1\n")
    words = ("collect", "--nodes", tmp_path / "nodes.txt", "--json", "-o", tmp_path / "b.tar.gz")
    for python in pythons().values():
        told = json.loads(said(python, "-I", made / "csi-collector.pyz", *words, home=tmp_path, exit_codes=(2,)))
        assert re.search(r"no node was reached: w1: .*refused", told["error"])


def test_an_installed_wheel_brings_its_data_and_both_commands(installed: Path, tmp_path: Path) -> None:
    assert "multipath" in said(installed / "csi-collector", "script", home=tmp_path)
    sample, out = ROOT / "samples/stale_fail", tmp_path / "out"
    said(installed / "csi-analyzer", "report", sample, "-o", out, "--lang", "zh", home=tmp_path, exit_codes=(1,))
    assert {path.name for path in out.iterdir()} == {"report.html", "report.pdf", "report.json", "runbook"}
    assert "判断依据" in said(installed / "csi-analyzer", "rules", "show", "clock-skew", "--lang", "zh", home=tmp_path)
