"""Logs as bytes -> hits, in one pass of one hyperscan database over each log; only hits are decoded.

Input    a log's bytes, its source (as a `Span` names it) and which logs it may hold.
Output   one `SignalHit` per signature and fields, in the order first seen; line numbers count from 1.
A record is a line and those after it that do not begin one: the driver's begin with its time, pid and level, what
kubectl gives of a pod's containers with that or with klog's head, all others with anything but a blank.  A hit anywhere
in a record is a hit of the record, and counted once.
Bounds   a record is followed over 64 KiB to either side; 1,000 sets of fields per signature and log are told apart, and
         what comes after that is counted without fields.
"""

from __future__ import annotations

import re
from array import array
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain

import hyperscan

from analyzer.facts import Span
from analyzer.facts.logs import SignalHit
from analyzer.signals import all_signals
from analyzer.signals.signal import Log, Signal

KEPT = 2  # occurrences kept verbatim from the beginning, and as many from the end
QUOTED_LINES = 40
QUOTED_CHARACTERS = 2_000
REACH_BYTES = 64 * 1024
DISTINCT_FIELDS = 1_000

_TIME = re.compile(
    r"\[ *(?P<uptime>\d+\.\d+)\]"
    r"|\[(?P<ctime>[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})\]"
    r"|(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<syslog>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)"
)

Key = tuple[int, tuple[str, ...]]  # a signature's number, and what its fields hold


@dataclass(frozen=True, slots=True)
class _Form:
    """How the records of a log begin: `head` at the start of a line."""

    head: re.Pattern[bytes]

    def around(self, data: bytes, offset: int) -> tuple[int, int]:
        """The record that holds the byte before `offset`: its start, and its end without the newline."""
        return self._start(data, offset), self._end(data, offset)

    def _start(self, data: bytes, offset: int) -> int:
        low = max(0, offset - REACH_BYTES)
        own = start = data.rfind(b"\n", low, offset - 1) + 1 or low
        while not self.head.match(data, start):
            if start <= low:
                return own  # its beginning was cut off
            start = data.rfind(b"\n", low, start - 1) + 1 or low
        return start

    def _end(self, data: bytes, offset: int) -> int:
        high = min(len(data), offset + REACH_BYTES)
        end = data.find(b"\n", offset - 1, high)
        while end != -1:
            if self.head.match(data, end + 1):
                return end
            end = data.find(b"\n", end + 1, high)
        return high


DRIVER_FORM = _Form(re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6} \d+ \[[A-Z]+\]: "))
# of a container kubectl does not say who wrote its log; `goroutine` begins what Go prints when it dies
POD_FORM = _Form(re.compile(DRIVER_FORM.head.pattern + rb"|[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} |goroutine \d"))
SYSTEM_FORM = _Form(re.compile(rb"\S"))


@dataclass(slots=True)
class _Tally:
    """The occurrences of one signature with the same fields, as offsets into the log."""

    total: int = 0
    first: list[tuple[int, int]] = field(default_factory=list)
    last: deque[tuple[int, int]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, record: tuple[int, int]) -> None:
        self.total += 1
        if self.total <= KEPT:
            self.first.append(record)
        else:
            self.last.append(record)

    @property
    def kept(self) -> tuple[tuple[int, int], ...]:
        return (*self.first, *self.last)


@cache
def _database() -> tuple[hyperscan.Database, tuple[Signal, ...]]:
    """Compiled at the first scan of a process; a forked worker inherits it."""
    signals = all_signals()
    database = hyperscan.Database()
    database.compile(
        expressions=[signal.pattern for signal in signals],
        ids=list(range(len(signals))),
        elements=len(signals),
        flags=[hyperscan.HS_FLAG_CASELESS if signal.ignore_case else 0 for signal in signals],
    )
    return database, signals


def scan(source: str, logs: Iterable[Log], data: bytes) -> tuple[SignalHit, ...]:
    """All hits in one log; `source` names it in the spans."""
    database, signals = _database()
    wanted = frozenset(logs)
    ends, in_lines = array("Q"), array("Q")
    taken_by = [(in_lines if signal.one_line else ends) if signal.log in wanted else None for signal in signals]

    def on_match(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
        taken = taken_by[number]
        if taken is not None:
            taken.append(end << 16 | number)

    if data:
        database.scan(data, match_event_handler=on_match)
    found = chain(_lines(data, in_lines), _records(data, _form(wanted), ends))
    tallies = _tallies(data, signals, found)
    spans = _spans(source, data, tallies.values())
    return tuple(_hit(signals[number], values, tally, spans) for (number, values), tally in tallies.items())


def _form(wanted: frozenset[Log]) -> _Form:
    if Log.SIDECAR in wanted:
        return POD_FORM
    return DRIVER_FORM if Log.DRIVER in wanted else SYSTEM_FORM


def reach(data: bytes) -> tuple[str, str]:
    """The times of the first and the last dated line of a log, as printed; "" where there is none."""
    head = (line for line in data[:REACH_BYTES].split(b"\n"))
    tail = (line for line in reversed(data[-REACH_BYTES:].split(b"\n")))
    return _first_time(head), _first_time(tail)


def _first_time(lines: Iterable[bytes]) -> str:
    times = (printed_time(line[:64].decode("utf-8", errors="replace")) for line in lines)
    return next(filter(None, times), "")


def _tallies(
    data: bytes, signals: Sequence[Signal], found: Iterable[tuple[tuple[int, int], Sequence[int]]]
) -> dict[Key, _Tally]:
    tallies: dict[Key, _Tally] = {}
    distinct = [0] * len(signals)
    for record, numbers in found:
        text = _decoded(data, record)
        for number in numbers:
            match = signals[number].decode.search(text)
            if match is None:
                continue
            key: Key = number, match.groups("")
            tally = tallies.get(key)
            if tally is None:  # looked up first: most hits repeat one that was seen
                distinct[number] += 1
                if distinct[number] > DISTINCT_FIELDS:
                    key = number, ()
                tally = tallies.setdefault(key, _Tally())
            tally.add(record)
    return tallies


def _lines(data: bytes, ends: Iterable[int]) -> Iterator[tuple[tuple[int, int], Sequence[int]]]:
    """The line of every hit, once, and the signature that hit it."""
    last = (-1, -1)
    for packed in sorted(ends):
        end, number = packed >> 16, packed & 0xFFFF
        low = max(0, end - REACH_BYTES)
        start = data.rfind(b"\n", low, end - 1) + 1 or low
        if (start, number) != last:
            last = start, number
            stop = data.find(b"\n", end - 1, end + REACH_BYTES)
            yield (start, stop if stop != -1 else min(len(data), end + REACH_BYTES)), (number,)


def _records(data: bytes, form: _Form, ends: Iterable[int]) -> Iterator[tuple[tuple[int, int], Sequence[int]]]:
    """Every record with a hit, in order, and the numbers of the signatures that hit it."""
    record, numbers = (0, 0), list[int]()
    for packed in sorted(ends):
        end, number = packed >> 16, packed & 0xFFFF
        if not numbers or end > record[1]:
            if numbers:
                yield record, numbers
            record, numbers = form.around(data, end), []
        if number not in numbers:
            numbers.append(number)
    if numbers:
        yield record, numbers


def _decoded(data: bytes, record: tuple[int, int]) -> str:
    return data[record[0] : record[1]].decode("utf-8", errors="backslashreplace")


def _spans(source: str, data: bytes, tallies: Iterable[_Tally]) -> dict[tuple[int, int], Span]:
    """The kept records with their line numbers, which are counted from one kept record to the next."""
    spans: dict[tuple[int, int], Span] = {}
    line, counted = 1, 0
    for record in sorted({record for tally in tallies for record in tally.kept}):
        line += data.count(b"\n", counted, record[0])
        counted = record[0]
        quoted = tuple(_quoted(part) for part in _decoded(data, record).rstrip("\r\n").split("\n")[:QUOTED_LINES])
        spans[record] = Span(source, line, line + len(quoted) - 1, quoted)
    return spans


def _quoted(line: str) -> str:
    line = line.removesuffix("\r")
    return line if len(line) <= QUOTED_CHARACTERS else f"{line[:QUOTED_CHARACTERS]}…"


def _hit(signal: Signal, values: tuple[str, ...], tally: _Tally, spans: dict[tuple[int, int], Span]) -> SignalHit:
    fields = tuple(zip(signal.decode.groupindex, values, strict=False))  # no values: too many different ones
    kept = [spans[record] for record in tally.kept]
    first, last = (printed_time(span.text[0]) for span in (kept[0], kept[-1]))
    return SignalHit(signal.id, fields, tally.total, first, last, tuple(kept))


def printed_time(line: str) -> str:
    """The time at the beginning of a line, as printed; "" where there is none."""
    match = _TIME.match(line)
    return next(filter(None, match.groups()), "") if match else ""
