"""Private keys as text that spans lines -> where their bodies are.

Input    any bytes with the words PRIVATE KEY: PEM, OpenSSH and PGP armour, PuTTY's `Private-Lines`.
Output   spans without the first and last line of each key, which tell a reader what was there.
A key in a text cut at its beginning or end is found by the line that is left.  Errors: none.
"""

from __future__ import annotations

import re
from bisect import bisect_left

_BEGIN = re.compile(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\bPrivate-Lines: \d{1,4}\b")
_END = re.compile(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\bPrivate-MAC: ")
_KEY_LINE = re.compile(rb"[^\n]*?[A-Za-z0-9+/=]{16,}\s*|[^\n]{0,120}(?:Proc-Type|DEK-Info|Version|Comment): [^\n]*|\s*")
_KEY_LIMIT = 64 * 1024  # a private key is far shorter; what follows a lone first line is not swallowed


def private_keys(data: bytes) -> list[tuple[int, int]]:
    if b"PRIVATE KEY" not in data and b"Private-Lines" not in data and b"Private-MAC" not in data:
        return []
    begins = list(_BEGIN.finditer(data))
    ends = list(_END.finditer(data))
    starts = [end.start() for end in ends]
    following = [*(begin.start() for begin in begins), len(data)][1:]
    bodies: list[tuple[int, int]] = []
    for begin, limit in zip(begins, following, strict=False):
        at = bisect_left(starts, begin.end())
        closed_near = at < len(ends) and starts[at] < min(limit, begin.end() + _KEY_LIMIT)
        bodies.append((begin.end(), starts[at] if closed_near else _last_key_line(data, begin.end())))
    closings = {stop for _, stop in bodies}
    closed = 0
    for end in ends:
        if end.start() not in closings:
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
