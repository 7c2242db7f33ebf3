"""A file that gets its name only when it is whole.

`NewFile(path)` is created in the folder of `path` under a name nobody can guess, never followed through a link, mode
0600 from its first byte.  `append` leaves all of the bytes or none; `finish` puts them on the disk, names the file and
writes `<path>.sha256`; `discard` leaves nothing.  Errors: `BundleError`, and then nothing is left.

Who is killed leaves such a file behind: `parts_of(path)` finds them, and `whole_path(part)` is what it was to become.
The kernel holds a lock on it for as long as its writer lives.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
from pathlib import Path

from bundle.layout import BundleError

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_MODE = 0o600
_PART = re.compile(r"\.(.+)\.[0-9a-f]{16}\.part")


class NewFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = _hidden(path)
        self._sum = Path(f"{path}.sha256")
        self._sum_part = _hidden(self._sum)
        self._sha256 = hashlib.sha256()
        self._end = 0
        self._fd = -1
        if path.is_dir():
            raise BundleError(f"{path} is a folder; give the name of the file to write.")
        try:
            self._fd = os.open(self._part, _CREATE, _MODE)
        except OSError as error:
            raise self._failure(error) from None
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def append(self, data: bytes) -> int:
        """The offset where `data` now begins."""
        if self._fd < 0:
            raise BundleError(f"{self._path} was given up after an error; collect again.")
        start = self._end
        try:
            _write(self._fd, data)
        except OSError as error:
            self.discard()
            raise self._failure(error) from None
        except BaseException:  # Ctrl-C: what came before stays good
            os.ftruncate(self._fd, start)
            os.lseek(self._fd, start, os.SEEK_SET)
            raise
        self._sha256.update(data)
        self._end += len(data)
        return start

    def finish(self) -> str:
        """Put the file in its place; returns its sha256."""
        if self._fd < 0:
            raise BundleError(f"{self._path} was given up after an error; collect again.")
        digest = self._sha256.hexdigest()
        try:
            os.fsync(self._fd)
            os.close(self._fd)
            self._fd = -1
            self._write_sum(f"{digest}  {self._path.name}\n".encode())
            self._part.rename(self._path)
            self._sum_part.rename(self._sum)
            _sync_folder(self._path.parent)
        except OSError as error:
            self.discard()
            raise self._failure(error) from None
        return digest

    def discard(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        for part in (self._part, self._sum_part):
            with contextlib.suppress(OSError):
                part.unlink()

    def _write_sum(self, line: bytes) -> None:
        fd = os.open(self._sum_part, _CREATE, _MODE)
        try:
            _write(fd, line)
            os.fsync(fd)
        finally:
            os.close(fd)

    def _failure(self, error: OSError) -> BundleError:
        return BundleError(
            f"{self._path} cannot be written ({error.strerror}); free some space or choose another place."
        )


def parts_of(path: Path) -> tuple[Path, ...]:
    """What killed writers of `path` left beside it, in the order of their names."""
    found = (part for part in path.parent.glob(".*.part") if part.is_file() and not part.is_symlink())
    return tuple(sorted(part for part in found if whole_path(part) == path))


def whole_path(part: Path) -> Path | None:
    """The name that the file was to get; None when `part` is not called as unfinished files are."""
    match = _PART.fullmatch(part.name)
    return part.with_name(match[1]) if match else None


def is_being_written(part: Path) -> bool:
    """Its writer lives: the part is locked."""
    try:
        fd = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:  # who wants to read it will say why it cannot
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(fd)
    return False


def _hidden(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")


def _write(fd: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(fd, left) :]


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
