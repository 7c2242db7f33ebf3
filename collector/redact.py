"""Bytes from a node -> the same bytes without secrets.

Input    any bytes: logs, configuration, tool output, error texts.
Output   each secret replaced by `[redacted]`; every line stays where it was, because lines are cited by number.
How      one hyperscan database of all triggers finds the lines worth a look; only those meet the patterns of the table.
         Private keys in PEM form span lines and are found by their first or, in a text cut at its beginning, last line.
Errors   none: what cannot be told apart from a secret is removed.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache

import hyperscan

from collector.secret_forms import FORMS

MASK = b"[redacted]"

_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END = re.compile(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINE = re.compile(rb"[^\n]*?[A-Za-z0-9+/=]{16,}\s*|[^\n]{0,120}(?:Proc-Type|DEK-Info|Version|Comment): [^\n]*|\s*")
_KEY_LIMIT = 64 * 1024  # a private key is far shorter; what follows a lone first line is not swallowed
_LOCK = threading.Lock()


def redact(data: bytes) -> bytes:
    data = _without_private_keys(data)
    pieces: list[bytes] = []
    done = 0
    for start, end in _lines_to_look_at(data):
        pieces += (data[done:start], _without_secrets(data[start:end]))
        done = end
    return b"".join((*pieces, data[done:])) if pieces else data


def redact_text(text: str) -> str:
    return redact(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _without_secrets(line: bytes) -> bytes:
    for form in FORMS:
        line = form.pattern.sub(_masked, line)
    return line


def _masked(match: re.Match[bytes]) -> bytes:
    """The match with its secret replaced; quotes around the secret stay, so that JSON stays JSON."""
    start, end = match.span("secret")
    whole, offset = match.group(), match.start()
    secret = match["secret"]
    quote = re.match(rb"\\*[\"']", secret)
    left = quote.group() if quote else b""
    right = left if left and len(secret) >= 2 * len(left) and secret.endswith(left) else b""
    return whole[: start - offset] + left + MASK + right + whole[end - offset :]


def _lines_to_look_at(data: bytes) -> Iterator[tuple[int, int]]:
    covered = 0
    for hit in _hits(data):
        if hit <= covered:
            continue
        start = data.rfind(b"\n", 0, hit - 1) + 1
        newline = data.find(b"\n", hit - 1)
        covered = len(data) if newline < 0 else newline
        yield start, covered


def _hits(data: bytes) -> list[int]:
    """Where a trigger ends, one or more for each line that has one, in order."""
    ends: list[int] = []
    line_end = 0

    def seen(_id: int, _start: int, end: int, _flags: int, _context: object) -> None:
        nonlocal line_end
        if end > line_end:
            ends.append(end)
            newline = data.find(b"\n", end - 1)
            line_end = len(data) if newline < 0 else newline

    with _LOCK:  # one scratch space, one scan at a time
        _database().scan(data, match_event_handler=seen)
    return ends


@cache
def _database() -> hyperscan.Database:
    triggers = sorted({form.trigger for form in FORMS})
    database = hyperscan.Database()
    database.compile(
        expressions=[trigger.encode() for trigger in triggers],
        ids=list(range(len(triggers))),
        elements=len(triggers),
        flags=hyperscan.HS_FLAG_CASELESS,
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
