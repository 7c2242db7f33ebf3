"""Bytes from a node -> the same bytes without secrets, and how many of which kind were removed.

Input    any bytes: logs, configuration, tool output, error texts.
Output   each secret replaced by `[redacted]`; every line stays where it was, because lines are cited by number.
How      one hyperscan database of all triggers finds the places worth a look; only those meet the table's patterns.
         Private keys span lines and are found by their first or, in a text cut at its beginning, last line.
Errors   none: what cannot be told apart from a secret is removed.
"""

from __future__ import annotations

import re
import threading
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import hyperscan

from collector.redaction.blocks import values_below
from collector.redaction.forms import FORMS
from collector.redaction.private_keys import private_keys
from collector.redaction.words import LEFT_CONTEXT, TRIGGER, Kind, SecretForm, kind_of_name, what_follows

MASK = b"[redacted]"

_QUOTES = (b'"', b"'", b"\\")
_QUOTE = re.compile(rb"\\*[\"']")
_LINE = re.compile(rb"([ \t]*)(.*?)(\r?)", re.DOTALL)
_LOCK = threading.Lock()


@dataclass(frozen=True, slots=True)
class Redacted:
    """`kinds` counts what was removed from `data`, by kind, in the order of their names; none is left out but zero."""

    data: bytes
    kinds: Mapping[str, int]


class _Span(NamedTuple):
    start: int
    end: int
    kind: Kind


def redact(data: bytes) -> Redacted:
    pieces: list[bytes] = []
    kinds: Counter[str] = Counter()
    done = 0
    for span in _apart(_secrets(data)):
        pieces += (data[done : span.start], _masked(data[span.start : span.end]))
        kinds[span.kind.value] += 1
        done = span.end
    return Redacted(b"".join((*pieces, data[done:])) if pieces else data, dict(sorted(kinds.items())))


def redact_text(text: str) -> str:
    """A sentence without secrets; nobody counts what was in it."""
    return redact(text.encode("utf-8", "surrogateescape")).data.decode("utf-8", "surrogateescape")


def _masked(secret: bytes) -> bytes:
    if b"\n" not in secret:
        return MASK + (b"\r" if secret.endswith(b"\r") else b"")
    parts = (found.groups() for line in secret.split(b"\n") if (found := _LINE.fullmatch(line)))
    return b"\n".join(blank + (MASK if text else b"") + end for blank, text, end in parts)


def _apart(spans: list[_Span]) -> Iterator[_Span]:
    """In order; two forms may see the same secret, or parts of it: then the one that begins first tells the kind."""
    now: _Span | None = None
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if now is None or span.start >= now.end:
            if now is not None:
                yield now
            now = span
        elif span.end > now.end:
            now = now._replace(end=span.end)
    if now is not None:
        yield now


def _secrets(data: bytes) -> list[_Span]:
    found = [_Span(start, end, Kind.PRIVATE_KEY) for start, end in private_keys(data) if data[start:end].strip()]
    line = _Line(data)
    for start, number in _hits(data):
        line = line.at(start)
        if start >= line.removed_from or start < line.quoted_to:
            continue
        forms: Sequence[SecretForm] = _triggers()[number][1]
        if number == 0:
            follows = what_follows(data, start, line.end)
            forms = _by_what_follows().get(follows, ())
            if follows.endswith(":$"):
                kind = kind_of_name(data[start : line.end])
                found += [_Span(*place, kind) for place in values_below(data, start, line.start, line.end)]
        for form in forms:
            if (span := _found(form, line, start)) is not None:
                found.append(span)
                if form.quoted:
                    line.quoted_to = span.end
                    break
    return found


@cache
def _by_what_follows() -> Mapping[str, Sequence[SecretForm]]:
    signs = dict.fromkeys(sign for form in FORMS for sign in form.after)
    return {sign: tuple(form for form in FORMS if sign in form.after) for sign in signs}


class _Line:
    """The line around a hit, and what is known of the whole of it."""

    def __init__(self, data: bytes, start: int = 0, end: int = 0) -> None:
        self.data, self.start, self.end = data, start, end
        self.removed_from = end + 1  # from here on to its end all is a secret
        self.quoted_to = 0  # up to here all is a secret between quotes
        self._beside: dict[str, bool] | None = None

    def at(self, place: int) -> _Line:
        if self.start <= place < self.end:
            return self
        newline = self.data.find(b"\n", place)
        return _Line(self.data, self.data.rfind(b"\n", 0, place) + 1, len(self.data) if newline < 0 else newline)

    def ends_after(self, lines: int) -> int:
        end = self.end
        for _ in range(lines - 1):
            end = self.data.find(b"\n", end + 1)
            if end < 0:
                return len(self.data)
        return end

    def holds(self, name: str, beside: re.Pattern[bytes]) -> bool:
        """Searched for once a line, which may be long and have many hits."""
        known = self._beside = self._beside or {}
        if name not in known:
            known[name] = beside.search(self.data, self.start, self.end) is not None
        return known[name]


def _found(form: SecretForm, line: _Line, start: int) -> _Span | None:
    data = line.data
    if form.beside is not None and not line.holds(form.name, form.beside):
        return None
    match = form.pattern.match(data, start, line.end if form.lines == 1 else line.ends_after(form.lines))
    if match is None:
        return None
    begin, end = match.span("secret") if form.finds else (0, 0)
    if form.before is not None:
        seen_from = max(line.start, start - LEFT_CONTEXT)
        left = form.before.search(data[seen_from:start])
        if left is None:
            return None
        if not form.finds:
            begin, end = seen_from + left.start("secret"), seen_from + left.end("secret")
    return _kept_apart(form, line, start, begin, end)


def _kept_apart(form: SecretForm, line: _Line, start: int, begin: int, end: int) -> _Span | None:
    """The secret without its quotes; what lies in it need not be looked at any more."""
    kind = form.kind or kind_of_name(line.data[start:begin])
    if end == line.end:
        line.removed_from = min(line.removed_from, begin)
    if line.data[begin : begin + 1] in _QUOTES:
        inner, inner_end = _within_quotes(line.data, begin, end)
        if inner_end < end:
            line.quoted_to = max(line.quoted_to, inner_end)
        begin, end = inner, inner_end
    return None if line.data[begin:end] in (b"", MASK) else _Span(begin, end, kind)


def _within_quotes(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The span without the quotes around the secret, so that JSON stays JSON."""
    quote = _QUOTE.match(data, start, end)
    if quote is None:
        return start, end
    width = len(quote.group())
    closed = end - start >= 2 * width and data[end - width : end] == quote.group()
    return start + width, end - width if closed else end


def _hits(data: bytes) -> Iterator[tuple[int, int]]:
    """Where a trigger begins, in order, and its number."""
    triggers = _triggers()
    bits = len(triggers).bit_length()
    seen = array("Q")

    def note(number: int, start: int, _end: int, _flags: int, _context: object) -> None:
        seen.append(start << bits | number)

    with _LOCK:  # one scratch space, one scan at a time
        _database().scan(data, match_event_handler=note)
    last = -1
    for hit in sorted(seen):
        if hit != last:  # a trigger of several lengths is reported for each
            yield hit >> bits, hit & (1 << bits) - 1
        last = hit


@cache
def _triggers() -> tuple[tuple[str, tuple[SecretForm, ...]], ...]:
    """Number 0 are the names of settings."""
    names = dict.fromkeys((TRIGGER, *(form.trigger for form in FORMS)))
    return tuple((name, tuple(form for form in FORMS if form.trigger == name)) for name in names)


@cache
def _database() -> hyperscan.Database:
    triggers = [trigger for trigger, _ in _triggers()]
    database = hyperscan.Database()
    database.compile(
        expressions=[trigger.encode() for trigger in triggers],
        ids=list(range(len(triggers))),
        elements=len(triggers),
        flags=hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SOM_LEFTMOST,
    )
    return database
