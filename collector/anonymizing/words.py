"""Bytes as words and what is between them; each word rewritten once and remembered.

Input    bytes of any kind; two tables: names, and `swap` for identities known by their form.
Output   the same bytes with every name and identity in them replaced; what is between words never changes.
How      a word is a run of letters, digits and `._:@-`; an escape (`\\n`, `\\u003c`, `%2F`, a colour) is no part of it:
         a byte that the text lacks is put behind each, and taken out again.
         Within a word a name begins and ends where letters and digits do; of several the first, then the longest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from collector.anonymizing.grammars import Swap, identity_at

_LETTERS = rb"0-9A-Za-z._:@-"
_WORDS = re.compile(rb"([%b]{3,})" % _LETTERS)  # a shorter one is never a name
_WORDS_OF_UNITS = re.compile(rb"((?:[%b]|\\x2d){3,})" % _LETTERS)  # systemd writes a name's dash so
# An identity right behind a backslash is no escape, neither before nor after it was replaced by one of its form.
_IDENTITY = rb"[0-9A-Fa-f]{8}(?:(?:-|_|\\x2d)[0-9A-Fa-f]{4}){3}|[0-9A-Fa-f]{16}|(?:[0-9]{1,3}\.){3}[0-9]"
_ESCAPE = re.compile(
    rb"\\(?!%b)(?:x(?!2d)[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|0(?:40|1[12])|134|[abfnrtv])|%%[0-9A-Fa-f]{2}|\x1b\[[0-9;]*m"
    % _IDENTITY
)
_ESCAPE_SIGNS = (b"\\", b"%", b"\x1b")
_MARKS = bytes((*range(1, 9), *range(14, 27), *range(128, 256), 0))
_RUN = re.compile(r"\\x2d|[0-9A-Za-z]+|(?<!:)::(?=[0-9A-Fa-f])")
_DULL = re.compile(
    rb"[0-9]{0,9}(?:[.:-][0-9]{1,6}){0,2}|[0-9]{2}(?::[0-9]{2}){2}\.[0-9]{1,9}|[A-Za-z]|[-._:@]+"
    rb"|[0-9]{4}(?:-[0-9]{2}){2}T[0-9:.]+Z?"
)
_MOST_REMEMBERED = 400_000

Named = Callable[[str], str | None]


@dataclass(slots=True)
class Rewriter:
    """`heads` tells of a name's first run, in small letters, how many runs a name that begins so may have."""

    named: Named
    swap: Swap
    heads: dict[str, int]
    met: Callable[[str], None] = lambda word: None  # sees each new word before it is rewritten
    _remembered: _Memory = field(init=False)

    def __post_init__(self) -> None:
        self._remembered = _Memory(self._rewritten)

    def __call__(self, data: bytes) -> bytes:
        if len(self._remembered) > _MOST_REMEMBERED:
            self.forget()
        mark = _mark(data) if any(sign in data for sign in _ESCAPE_SIGNS) else b""
        if mark:
            data = _ESCAPE.sub(rb"\g<0>" + mark, data)
        parts = (_WORDS_OF_UNITS if b"\\x2d" in data else _WORDS).split(data)
        parts[1::2] = map(self._remembered.__getitem__, parts[1::2])
        written = b"".join(parts)
        return written.replace(mark, b"") if mark else written

    def text(self, text: str) -> str:
        return self(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    def forget(self) -> None:
        """A name has come to be known: what was remembered may be wrong."""
        self._remembered = _Memory(self._rewritten)

    def _rewritten(self, token: bytes) -> bytes:
        if _DULL.fullmatch(token):
            return token
        word = token.decode("ascii")
        self.met(word)
        return "".join(self._pieces(word)).encode("ascii")

    def _pieces(self, word: str) -> Iterator[str]:
        runs = [match.span() for match in _RUN.finditer(word) if not match[0].startswith("\\")]
        done = 0
        for number, (start, _) in enumerate(runs):
            if start < done:
                continue
            end, told = self._at(word, runs, number)
            if end > start:
                yield word[done:start]
                yield told
                done = end
        yield word[done:]

    def _at(self, word: str, runs: list[tuple[int, int]], number: int) -> tuple[int, str]:
        """Where the name or identity ends that begins with this run, and what stands for it."""
        start = runs[number][0]
        identity = identity_at(word, start, self.swap)
        most = self.heads.get(word[start : runs[number][1]].lower(), 0)
        for _, end in reversed(runs[number : number + most]):
            if identity and end <= identity[0]:
                break
            if (told := self.named(word[start:end])) is not None:
                return end, told
        return identity or (start, "")


def _mark(data: bytes) -> bytes:
    """A byte that `data` does not hold, to part an escape from the word behind it; none if it holds them all."""
    return next((bytes((byte,)) for byte in _MARKS if byte not in data), b"")


class _Memory(dict[bytes, bytes]):
    def __init__(self, make: Callable[[bytes], bytes]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, token: bytes) -> bytes:
        made = self[token] = self._make(token)
        return made


def runs_of(name: str) -> tuple[str, int]:
    """The first run of letters and digits of a name, in small letters, and how many it has."""
    runs = re.findall(r"[0-9A-Za-z]+", name)
    return (runs[0].lower(), len(runs)) if runs else ("", 0)
