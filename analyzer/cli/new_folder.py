"""A folder that gets its name only when it is whole.

`NewFolder(path)` fills a folder beside `path` under a name nobody can guess, mode 0700, and renames it into place; on
any error it is removed, and what was at `path` stays.  No file is written through a link or over another one.
Errors   `UserError`.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from analyzer.cli.errors import UserError
from analyzer.cli.new_file import create


@contextlib.contextmanager
def new_folder(path: Path, may_replace: Callable[[Path], bool], force_with: str) -> Iterator[NewFolder]:
    """Fill the folder inside the `with`; `may_replace` judges a folder that is there already and is not empty."""
    place = path.resolve()
    _check(path, place, may_replace, force_with)
    part = place.with_name(f".{place.name[:100]}.{secrets.token_hex(8)}.part")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir(mode=0o700)
    except OSError as error:
        raise _failure(path, error) from None
    try:
        yield NewFolder(part, path)
        _put_in_place(part, place)
    except OSError as error:
        raise _failure(path, error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


class NewFolder:
    def __init__(self, part: Path, path: Path) -> None:
        self._part, self._path = part, path

    def folder(self, name: str) -> None:
        (self._part / self._relative(name)).mkdir(mode=0o700, exist_ok=True)

    def write(self, name: str, content: bytes, mode: int = 0o600) -> None:
        """A new file, `name` below the folder; folders on the way are made."""
        file = self._part / self._relative(name)
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            create(file, content, mode)
        except OSError as error:
            raise _failure(self._path, error) from None

    def _relative(self, name: str) -> str:
        parts = name.split("/")
        if not name.isprintable() or any(part in ("", ".", "..") for part in parts):
            raise UserError(f"{name[:200]!r} is no name of a file below {self._path}; ask for a new bundle")
        return name


def _check(path: Path, place: Path, may_replace: Callable[[Path], bool], force_with: str) -> None:
    try:
        if place.exists() and not place.is_dir():
            raise UserError(f"{path} is a file; name a folder with -o")
        if place.is_dir() and any(place.iterdir()) and not may_replace(place):
            raise UserError(f"{path} is not empty and {force_with}; name another folder with -o, or empty it")
    except OSError as error:
        raise _failure(path, error) from None


def _put_in_place(part: Path, place: Path) -> None:
    if not place.is_dir():
        part.rename(place)
        return
    old = part.with_suffix(".old")
    place.rename(old)
    try:
        part.rename(place)
    except OSError:
        old.rename(place)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _failure(path: Path, error: OSError) -> UserError:
    return UserError(
        f"{path} cannot be written ({error.strerror or error}); free space or choose another folder with -o"
    )
