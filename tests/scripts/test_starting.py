"""How csi-collector.pyz starts: small ones, made and run by this Python."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts import dist
from scripts.pyz.starting import Here, members_of, refusal, this_place

EPOCH = 1_800_000_000
WHEELS = ["one-1-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "two-1-py3-none-any.whl"]
CLI = b"import sys, which\ndef main():\n    print(which.ONE, __file__)\n    sys.exit(1)\n"
BUILD = {"pythons": ["cp311", "cp312"], "machine": "x86_64", "glibc": [2, 17]}
HERE = Here("cp312", "x86_64", (2, 36))
OWN = this_place().python


def tree(name: str) -> dict[str, bytes]:
    return {"collector/__init__.py": b"", "collector/cli.py": CLI, "which.py": f"ONE = {name!r}\n".encode()}


def members(pythons: tuple[str, ...] = (OWN, "cp399")) -> dict[str, bytes]:
    return dist.members_of({name: tree(name) for name in pythons}, WHEELS)


@pytest.fixture
def pyz(tmp_path: Path) -> Path:
    (tmp_path / "a b").mkdir()
    dist.write_pyz(tmp_path / "a b" / "c.pyz", members(), EPOCH)
    return tmp_path / "a b" / "c.pyz"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir(mode=0o700)
    return {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp")}


def command(pyz: Path) -> list[str]:
    return [sys.executable, "-I", str(pyz)]


def started(pyz: Path, environment: Mapping[str, str]) -> Path:
    """Where its collector ran."""
    done = subprocess.run(command(pyz), env=environment, cwd="/proc", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    which, _, path = done.stdout.strip().partition(" ")
    assert which == OWN
    return Path(path).parents[1]


def kept_in(tmp_path: Path) -> Path:
    return tmp_path / "home" / ".cache" / "csi-collector"


def test_what_all_have_alike_lies_in_it_once() -> None:
    names = set(members(("cp311", "cp312")))
    assert names == {
        "__main__.py",
        "starting.py",
        "build.json",
        "all/collector/__init__.py",
        "all/collector/cli.py",
        "cp311/which.py",
        "cp312/which.py",
    }


def test_a_python_takes_its_own_parts_and_the_common_ones(pyz: Path) -> None:
    with zipfile.ZipFile(pyz) as archive:
        found = {path: info.filename for path, info in members_of(archive, "cp399").items()}
    assert found["which.py"] == "cp399/which.py"
    assert set(found) == set(tree(""))


def test_the_same_parts_give_the_same_bytes(pyz: Path, tmp_path: Path) -> None:
    dist.write_pyz(tmp_path / "again", dict(reversed(members().items())), EPOCH)
    assert (tmp_path / "again").read_bytes() == pyz.read_bytes()


def test_it_needs_the_newest_of_the_oldest_glibc_that_its_wheels_run_on() -> None:
    assert dist.oldest_glibc([*WHEELS, "x-1-cp311-cp311-manylinux_2_28_x86_64.manylinux_2_34_x86_64.whl"]) == (2, 28)


@pytest.mark.parametrize(
    ("here", "says"),
    [
        (HERE, ""),
        (Here("cp312", "x86_64", (2, 17)), ""),
        (Here("cp315", "x86_64", (2, 36)), "this file is for CPython 3.11, 3.12, and this Python is cp315"),
        (Here("cp312t", "x86_64", (2, 36)), "this Python is cp312t"),
        (Here("pypy311", "x86_64", (2, 36)), "this Python is pypy311"),
        (Here("cp312", "aarch64", (2, 36)), "for Linux on x86_64, and this is aarch64"),
        (Here("cp312", "x86_64", (2, 12)), "needs glibc 2.17 or newer, and here is glibc 2.12"),
        (Here("cp312", "x86_64", ()), "and here is another C library"),
    ],
)
def test_where_it_cannot_run_it_says_why(here: Here, says: str) -> None:
    assert says in refusal(BUILD, here)
    assert bool(says) == bool(refusal(BUILD, here))


def test_a_python_that_it_was_not_made_for_is_told_so_in_one_sentence(tmp_path: Path) -> None:
    dist.write_pyz(tmp_path / "c.pyz", members(("cp399", "cp400")), EPOCH)
    done = subprocess.run(command(tmp_path / "c.pyz"), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "this file is for CPython 3.99, 4.00" in done.stderr


def test_an_old_python_can_read_the_first_lines_and_is_told_so_in_one_sentence() -> None:
    first = (dist.ROOT / "scripts/pyz/__main__.py").read_text()
    ast.parse(first, feature_version=(3, 4))
    code = f"import sys; sys.version_info = (3, 6, 15); sys.argv = ['c.pyz']; exec({first!r})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "csi-collector: Python 3.11 or newer is needed, and this is 3.6: name one, as in `python3.11 c.pyz`.\n"
    )


def test_the_next_start_finds_what_the_first_one_unpacked(
    pyz: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    folder = started(pyz, environment)
    assert folder.parent == kept_in(tmp_path)
    assert folder.stat().st_mode & 0o777 == 0o700
    before = (folder / "which.py").stat().st_ino
    assert started(pyz, environment) == folder
    assert (folder / "which.py").stat().st_ino == before


def test_a_file_of_other_parts_does_not_run_those_of_the_first(
    pyz: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    folder = started(pyz, environment)
    dist.write_pyz(pyz, dist.members_of({OWN: tree(OWN) | {"more.py": b""}}, WHEELS), EPOCH)
    assert started(pyz, environment) != folder


@pytest.mark.parametrize("spoilt", ["home", "home/.cache", "home/.cache/csi-collector"])
def test_where_others_can_write_nothing_is_run_and_nothing_is_left(
    pyz: Path, environment: dict[str, str], tmp_path: Path, spoilt: str
) -> None:
    planted = started(pyz, environment)
    (planted / "which.py").write_text("raise SystemExit('planted')")
    (tmp_path / spoilt).chmod(0o777)
    assert started(pyz, environment).is_relative_to(tmp_path / "tmp")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_folder_that_others_can_write_to_is_made_anew(pyz: Path, environment: dict[str, str], tmp_path: Path) -> None:
    planted = started(pyz, environment)
    (planted / "which.py").write_text((planted / "which.py").read_text().replace("cp", "CP"))
    planted.chmod(0o777)
    assert started(pyz, environment) == planted
    assert [path.name for path in kept_in(tmp_path).iterdir()] == [planted.name]


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("")])
def test_what_was_tidied_away_is_unpacked_again(
    pyz: Path, environment: dict[str, str], tmp_path: Path, damage: object
) -> None:
    folder = started(pyz, environment)
    damage(folder / "which.py")
    assert started(pyz, environment) == folder
    assert [path.name for path in kept_in(tmp_path).iterdir()] == [folder.name]


def test_without_a_home_it_runs_and_leaves_nothing(pyz: Path, environment: dict[str, str], tmp_path: Path) -> None:
    folder = started(pyz, {**environment, "HOME": str(tmp_path / "none")})
    assert folder.is_relative_to(tmp_path / "tmp")
    assert not (tmp_path / "none").exists()
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a home of somebody else")
def test_root_leaves_nothing_in_the_home_of_another(pyz: Path, environment: dict[str, str], tmp_path: Path) -> None:
    os.chown(tmp_path / "home", 65534, 65534)
    assert started(pyz, environment).is_relative_to(tmp_path / "tmp")
    assert list((tmp_path / "home").iterdir()) == []


def test_several_first_starts_at_once_all_run(pyz: Path, environment: dict[str, str], tmp_path: Path) -> None:
    running = [subprocess.Popen(command(pyz), env=environment, stdout=subprocess.PIPE) for _ in range(4)]
    said = {process.communicate(timeout=60)[0] for process in running}
    assert [process.returncode for process in running] == [1] * 4
    assert len(said) == 1
    assert len(list(kept_in(tmp_path).iterdir())) == 1


def test_what_a_killed_start_left_is_tidied_a_day_later(pyz: Path, environment: dict[str, str], tmp_path: Path) -> None:
    kept_in(tmp_path).mkdir(mode=0o700, parents=True)
    old, new = kept_in(tmp_path) / ".x-cp311.old", kept_in(tmp_path) / ".x-cp311.new"
    for part in (old, new):
        (part / "collector").mkdir(parents=True)
    os.utime(old, (0, 0))
    started(pyz, environment)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_damaged_file_is_told_in_one_sentence(pyz: Path, environment: dict[str, str], tmp_path: Path) -> None:
    with zipfile.ZipFile(pyz) as archive:
        content = archive.getinfo("all/collector/cli.py").header_offset + 60
    data = bytearray(pyz.read_bytes())
    data[content : content + 8] = b"\xff" * 8
    pyz.write_bytes(data)
    done = subprocess.run(command(pyz), env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        f"csi-collector: {pyz} is damaged: copy it again and compare its sha256.\n",
    )
    assert list(kept_in(tmp_path).iterdir()) == []
