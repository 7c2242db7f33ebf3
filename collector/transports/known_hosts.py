"""known_hosts files: which keys a host may show.

Input    files of the form sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT"; missing files are empty.
Output   the key types to ask for, and the verdict on a key: TRUSTED, UNKNOWN, CHANGED, REVOKED.
Errors   none; a line that does not fit trusts nothing.  `@cert-authority` lines are not used.

The library's own reader knows neither patterns nor `@revoked`, so a revoked key would pass it.
"""

from __future__ import annotations

import base64
import binascii
import fnmatch
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from paramiko import HostKeys, PKey

REVOKED = "@revoked"


class Verdict(Enum):
    TRUSTED = auto()
    UNKNOWN = auto()
    CHANGED = auto()
    REVOKED = auto()


@dataclass(frozen=True, slots=True)
class _Line:
    file: Path
    revoked: bool
    hosts: tuple[str, ...]
    key_type: str
    key: bytes


class KnownHosts:
    def __init__(self, files: Iterable[Path]) -> None:
        self.files = tuple(files)
        self._lines = tuple(line for file in self.files for line in _read(file))

    def key_types(self, *names: str) -> tuple[str, ...]:
        """The types of the keys known for the first of `names` that is known at all."""
        return tuple(dict.fromkeys(line.key_type for line in self._known(names)))

    def where(self, *names: str) -> tuple[str, Path] | None:
        """The name and the file that `judge` goes by."""
        return next(((name, lines[0].file) for name in names if (lines := self._known((name,)))), None)

    @property
    def to_add_to(self) -> Path | None:
        """Where a newly accepted key goes; None where the configuration keeps none."""
        return next((file for file in self.files if file != Path(os.devnull)), None)

    def judge(self, key: PKey, *names: str) -> Verdict:
        """`names` are the host's names, the one connected to first; the first that is known decides."""
        shown = key.asbytes()
        if any(line.key == shown and line.revoked and _names_any(line, names) for line in self._lines):
            return Verdict.REVOKED
        known = self._known(names)
        if not known:
            return Verdict.UNKNOWN
        return Verdict.TRUSTED if any(line.key == shown for line in known) else Verdict.CHANGED

    def _known(self, names: Iterable[str]) -> tuple[_Line, ...]:
        for name in names:
            lines = tuple(line for line in self._lines if not line.revoked and _names(line, name))
            if lines:
                return lines
        return ()


def line_of(name: str, key: PKey) -> str:
    """The line that trusts this very key, and no other."""
    return f"{name} {key.get_name()} {key.get_base64()}"


def entry_name(host: str, port: int) -> str:
    """How known_hosts spells a host: the port only when it is not 22."""
    return host if port == 22 else f"[{host}]:{port}"


def _names_any(line: _Line, names: Iterable[str]) -> bool:
    return any(_names(line, name) for name in names)


def _names(line: _Line, name: str) -> bool:
    if any(pattern.startswith("!") and _fits(name, pattern[1:]) for pattern in line.hosts):
        return False
    return any(_fits(name, pattern) for pattern in line.hosts if not pattern.startswith("!"))


def _fits(name: str, pattern: str) -> bool:
    if pattern.startswith("|1|"):
        try:
            return HostKeys.hash_host(name, pattern) == pattern
        except (AssertionError, IndexError, binascii.Error):
            return False
    if "*" not in pattern and "?" not in pattern:
        return name.lower() == pattern.lower()
    return fnmatch.fnmatchcase(name.lower(), pattern.lower().replace("[", "[[]"))


def _read(file: Path) -> Iterator[_Line]:
    try:
        text = file.read_text(errors="replace")
    except OSError:
        return
    for row in text.splitlines():
        words = row.split()
        if not words or words[0].startswith("#"):
            continue
        marker = words.pop(0) if words[0].startswith("@") else ""
        if marker not in ("", REVOKED) or len(words) < 3:
            continue
        try:
            key = base64.b64decode(words[2], validate=True)
        except binascii.Error:
            continue
        yield _Line(file, marker == REVOKED, tuple(words[0].split(",")), words[1], key)
