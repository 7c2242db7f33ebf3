"""How csi-collector.pyz starts: its packages are unpacked once into a private folder, and run from there.

Input    the path of the file.  `all/` in it is for every Python, `cp312/` for 3.12; `build.json` tells what it needs.
Output   the collector's own; exit code 2 and one sentence where it cannot run.
Where    $XDG_CACHE_HOME/csi-collector (~/.cache) if nobody else can write there, or to any folder above; else a
         folder for this run alone, removed at its end.  A folder has its name only when it is whole, and each file's
         size is looked at before it is used again.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import stat
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

DAY_S = 24 * 3600
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
LAST_RESORTS = ("/var/tmp", "/dev/shm")  # noqa: S108 - only where nobody can change what is put there


@dataclass(frozen=True, slots=True)
class Here:
    """This Python and its machine; `libc` is glibc's version, () for another libc."""

    python: str  # as wheels name it: cp312; cp313t for the build without a global lock
    machine: str
    libc: tuple[int, ...]


def start(pyz: str) -> None:
    folder, is_kept = unpack(pyz)
    try:
        sys.path[0] = str(folder)
        from collector.cli import main  # noqa: PLC0415 - it was not there before

        main()
    finally:
        if not is_kept:
            shutil.rmtree(folder, ignore_errors=True)


def unpack(pyz: str) -> tuple[Path, bool]:
    """The folder with the packages, and whether the next start will find it."""
    try:
        with zipfile.ZipFile(pyz) as archive:
            build, here = json.loads(archive.read("build.json")), this_place()
            why = refusal(build, here)
            if why:
                fail(why)
            members = members_of(archive, here.python)
            kept = _kept(archive, members, f"{build['digest'][:32]}-{here.python}")
            return (kept, True) if kept else (_for_this_run(archive, members), False)
    except (zipfile.BadZipFile, zlib.error):
        fail(f"{pyz} is damaged: copy it again and compare its sha256")
    except KeyboardInterrupt:
        fail("interrupted; nothing was written")


def this_place() -> Here:
    name = "cp" if sys.implementation.name == "cpython" else sys.implementation.name
    machine = os.uname().machine if sys.platform == "linux" and sys.maxsize > 2**32 else f"{sys.platform} of 32 bits"
    return Here(f"{name}{sys.version_info[0]}{sys.version_info[1]}{sys.abiflags}", machine, _glibc())


def _glibc() -> tuple[int, ...]:
    try:
        name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        return tuple(map(int, version.split(".")[:2])) if name == "glibc" else ()
    except (AttributeError, OSError, ValueError):
        return ()


def refusal(build: Mapping[str, object], here: Here) -> str:
    """Why this file cannot run here, "" when it can."""
    pythons, glibc = build["pythons"], build["glibc"]
    assert isinstance(pythons, list)  # noqa: S101 - build.json is ours
    assert isinstance(glibc, list)  # noqa: S101
    if here.python not in pythons:
        return f"this file is for {_named(pythons)}, and this Python is {here.python}: call it with one of those"
    if here.machine != build["machine"]:
        return f"this file is for Linux on {build['machine']}, and this is {here.machine}: build it there, `make dist`"
    if here.libc < tuple(glibc):
        found = "glibc " + ".".join(map(str, here.libc)) if here.libc else "another C library"
        return f"this file needs glibc {'.'.join(map(str, glibc))} or newer, and here is {found}: use another host"
    return ""


def _named(pythons: list[str]) -> str:
    return "CPython " + ", ".join(f"{tag[2]}.{tag[3:]}" for tag in pythons)


def fail(sentence: str) -> NoReturn:
    sys.stderr.write(f"csi-collector: {sentence}.\n")
    sys.exit(2)


def members_of(archive: zipfile.ZipFile, python: str) -> dict[str, zipfile.ZipInfo]:
    """Path below the folder, and the member that belongs there, of what this Python needs."""
    split = ((info.filename.partition("/"), info) for info in archive.infolist())
    return {path: info for (kind, _, path), info in split if kind in ("all", python)}


def _kept(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str) -> Path | None:
    try:
        home = _home()
        place = home / name
        if not is_safe(home):
            return None
        if is_whole(place, members):
            return place
        _clear(home, place)
        _make(place, archive, members)
        return place if is_whole(place, members) else None
    except (OSError, RuntimeError):  # no home, or one that cannot be written, or is full
        return None


def _make(place: Path, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> None:
    part = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        _fill(part, archive, members)
        with contextlib.suppress(OSError):  # another start was faster
            part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _home() -> Path:
    """Made only where it can be safe: what root made in the home of another would be in the other's way."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    cache = (named if named.is_absolute() else Path.home() / ".cache").resolve()
    home = cache / "csi-collector"
    if all(_is_held(one.lstat(), os.geteuid()) for one in home.parents if one.exists()):
        cache.mkdir(mode=0o700, exist_ok=True)
        home.mkdir(mode=0o700, exist_ok=True)
    return home


def is_safe(folder: Path) -> bool:
    """Ours alone; nobody but us and root can put something else in its place; and programs may be loaded from it."""
    own = folder.lstat()
    if own.st_uid != os.geteuid() or own.st_mode & 0o077 or not stat.S_ISDIR(own.st_mode):
        return False
    held = all(_is_held(one.lstat(), own.st_uid) for one in folder.parents)
    return held and not os.statvfs(folder).f_flag & os.ST_NOEXEC


def _is_held(above: os.stat_result, own_uid: int) -> bool:
    return above.st_uid in (0, own_uid) and (not above.st_mode & 0o022 or bool(above.st_mode & stat.S_ISVTX))


def is_whole(folder: Path, members: Mapping[str, zipfile.ZipInfo]) -> bool:
    try:
        return is_safe(folder) and all(
            os.lstat(f"{folder}/{path}").st_size == info.file_size for path, info in members.items()
        )
    except OSError:
        return False


def _clear(home: Path, place: Path) -> None:
    """What a killed start left long ago, and what somebody tidied away in parts."""
    for left in home.glob(".*"):
        if left.lstat().st_mtime < time.time() - DAY_S:
            shutil.rmtree(left, ignore_errors=True)
    if place.exists():
        aside = Path(tempfile.mkdtemp(prefix=".damaged.", dir=home))
        place.rename(aside / place.name)
        shutil.rmtree(aside, ignore_errors=True)


def _for_this_run(archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> Path:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))  # so that the folder goes away
    sys.dont_write_bytecode = True
    for parent in dict.fromkeys((tempfile.gettempdir(), *LAST_RESORTS)):
        folder = _private_folder(parent)
        if folder is None:
            continue
        try:
            _fill(folder, archive, members)
            return folder
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if not isinstance(error, OSError):
                raise
    fail("no folder can hold its parts: let TMPDIR name one that is yours, has 100 MB free and is not mounted noexec")


def _private_folder(parent: str) -> Path | None:
    try:
        folder = Path(tempfile.mkdtemp(prefix="csi-collector-", dir=parent)).resolve()
    except OSError:
        return None
    if is_safe(folder):
        return folder
    folder.rmdir()
    return None


def _fill(folder: Path, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo]) -> None:
    """Mode 0700 and 0600, whatever the umask; a damaged member is BadZipFile."""
    made = {folder}
    for path, info in members.items():
        file = folder / path
        if file.parent not in made:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made.add(file.parent)
        with archive.open(info) as packed, os.fdopen(os.open(file, _CREATE, 0o600), "wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
