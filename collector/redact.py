"""Bytes from a node -> the same bytes without secrets.

Input    any bytes: logs, configuration, tool output, error texts.
Output   each secret replaced by `[redacted]`; every line stays where it was, because lines are cited by number.
How      one hyperscan database of all triggers finds the places worth a look; only those meet the table's patterns.
         Private keys in PEM form span lines and are found by their first or, in a text cut at its beginning, last line.
Errors   none: what cannot be told apart from a secret is removed.
"""

from __future__ import annotations

import re
import threading
from array import array
from collections.abc import Iterator
from functools import cache

import hyperscan

from collector.secret_forms import FORMS, LEFT_CONTEXT, SecretForm

MASK = b"[redacted]"

_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(rb"[^\n]*?[A-Za-z0-9+/=]{16,}\s*|[^\n]{0,120}(?:Proc-Type|DEK-Info|Version|Comment): [^\n]*|\s*")
_KEY_LIMIT = 64 * 1024  # a private key is far shorter; what follows a lone first line is not swallowed
_QUOTE = re.compile(rb"\\*[\"']")
_LOCK = threading.Lock()


def redact(data: bytes) -> bytes:
    data = _without_private_keys(data)
    pieces: list[bytes] = []
    done = 0
    for start, end in _secrets(data):
        if end <= done:
            continue
        pieces += (data[done : max(start, done)], MASK if start >= done else b"")
        done = end
    return b"".join((*pieces, data[done:])) if pieces else data


def redact_text(text: str) -> str:
    return redact(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _secrets(data: bytes) -> list[tuple[int, int]]:
    """Where the secrets are, in order; two forms may see the same one, or parts of it."""
    found: list[tuple[int, int]] = []
    line_start = line_end = 0
    for start, forms in _hits(data):
        if start >= line_end:
            line_start = data.rfind(b"\n", 0, start) + 1
            newline = data.find(b"\n", start)
            line_end = len(data) if newline < 0 else newline
        for form in forms:
            match = form.pattern.match(data, start, line_end)
            if match is None:
                continue
            if form.before and not form.before.search(data[max(line_start, start - LEFT_CONTEXT) : start]):
                continue
            found.append(_within_quotes(data, *match.span("secret")))
    return sorted(found)


def _within_quotes(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The span without the quotes around the secret, so that JSON stays JSON."""
    quote = _QUOTE.match(data, start, end)
    if quote is None:
        return start, end
    width = len(quote.group())
    closed = end - start >= 2 * width and data[end - width : end] == quote.group()
    return start + width, end - width if closed else end


def _hits(data: bytes) -> Iterator[tuple[int, tuple[SecretForm, ...]]]:
    """Where a trigger begins, in order, and the forms it stands for."""
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
            yield hit >> bits, triggers[hit & (1 << bits) - 1][1]
        last = hit


@cache
def _triggers() -> tuple[tuple[str, tuple[SecretForm, ...]], ...]:
    names = dict.fromkeys(form.trigger for form in FORMS)
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


def _without_private_keys(data: bytes) -> bytes:
    if b"PRIVATE KEY" not in data:
        return data
    pieces: list[bytes] = []
    done = 0
    for start, end in _key_bodies(data):
        if start >= done:
            pieces += (data[done:start], _masked_lines(data[start:end]))
            done = end
    return b"".join((*pieces, data[done:]))


def _key_bodies(data: bytes) -> list[tuple[int, int]]:
    bodies: list[tuple[int, int]] = []
    closed = 0
    for begin in _BEGIN.finditer(data):
        end = _END.search(data, begin.end(), begin.end() + _KEY_LIMIT)
        body_end = end.start() if end else _last_key_line(data, begin.end())
        bodies.append((begin.end(), body_end))
    for end in _END.finditer(data):
        if not any(start <= end.start() <= stop for start, stop in bodies):
            bodies.append((_first_key_line(data, end.start(), closed), end.start()))
        closed = end.end()
    return sorted(bodies)


def _last_key_line(data: bytes, start: int) -> int:
    end = data.find(b"\n", start)
    while 0 <= end < min(len(data), start + _KEY_LIMIT):
        following = data.find(b"\n", end + 1)
        line = data[end + 1 : following if following >= 0 else len(data)]
        if not _KEY_LINE.fullmatch(line):
            return end
        end = following
    return len(data) if end < 0 else end


def _first_key_line(data: bytes, end: int, not_before: int) -> int:
    start = data.rfind(b"\n", not_before, end) + 1
    while start > max(not_before, end - _KEY_LIMIT):
        previous = max(data.rfind(b"\n", not_before, start - 1) + 1, not_before)
        if not _KEY_LINE.fullmatch(data[previous : start - 1]):
            return start
        start = previous
    return start


def _masked_lines(body: bytes) -> bytes:
    return b"\n".join(MASK if line.strip() else line for line in body.split(b"\n"))
