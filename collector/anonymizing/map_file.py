"""The map's file: what stands for what, and the key.  It stays with the customer.

`load(path)` -> `Book`; `save(book, path)`: JSON, mode 0600 from its first byte, named only when it is whole.
Errors   MapError, one sentence: not a map, of a newer form, readable by others, or not to be written.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections import defaultdict
from pathlib import Path

import msgspec

from collector.anonymizing.book import Book, Kind
from collector.anonymizing.grammars import Form
from collector.errors import UserError

_FORMAT = 1
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class MapError(UserError):
    """One sentence about the file of a map."""


class _Map(msgspec.Struct, frozen=True):
    """`names` and `identities` lead from what stands there to the real one, by kind and form."""

    map_format: int
    key: str  # 64 hex digits
    names: dict[str, dict[str, str]]
    identities: dict[str, dict[str, str]]
    software: list[str] = []  # names that stay: drivers
    verbatim: list[str] = []  # identities that stay: boot ids
    kept: list[str] = []  # names that stay, since they are ordinary words


def load(path: Path) -> Book:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise MapError(f"{path} holds the real names and others can read it; first `chmod 600 {path}`")
        told = msgspec.json.decode(path.read_bytes(), type=_Map)
        if told.map_format > _FORMAT:
            raise MapError(f"{path} is a map of format {told.map_format}, newer than this program; install a newer one")
        return _book(told)
    except OSError as error:
        raise MapError(f"{path}: the map cannot be read: {error.strerror}") from None
    except (msgspec.DecodeError, KeyError, ValueError) as error:
        raise MapError(f"{path} is no map of `--anonymize` ({error}); give the file it wrote") from None


def save(book: Book, path: Path) -> None:
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        descriptor = os.open(part, _CREATE, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(_told(book)), indent=1) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except OSError as error:
        raise MapError(
            f"{path}: the map cannot be written: {error.strerror}; without it nothing can be revealed"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _book(told: _Map) -> Book:
    book = Book(bytes.fromhex(told.key))
    book.keep(told.software)
    book.verbatim.update(told.verbatim)
    book.kept.update(told.kept)
    for kind, pairs in told.names.items():
        for pseudonym, name in pairs.items():
            book.restore(Kind[kind], name, pseudonym)
    for form, pairs in told.identities.items():
        book.identities[Form(form)] = {real: pseudonym for pseudonym, real in pairs.items()}
    return book


def _told(book: Book) -> _Map:
    names: dict[str, dict[str, str]] = defaultdict(dict)
    for name, pseudonym in sorted(dict(book.names).items(), key=lambda pair: pair[1]):
        names[book.kinds[name].name][pseudonym] = name
    identities = {
        str(form): {told: real for real, told in sorted(pairs.items())}
        for form, pairs in sorted(book.identities.items())
    }
    return _Map(
        _FORMAT, book.key.hex(), names, identities, sorted(book.software), sorted(book.verbatim), sorted(book.kept)
    )
