"""Ping and TCP connection to each storage portal -> PortalChecks.

Input    `<address> <port> ping=<ok|fail|na> tcp=<ok|fail|na>` a line, then what is known of `sent=<n> received=<n>`
         (echo requests), `rtt_ms=<average> rtt_max_ms=<greatest>`, `tcp_s=<seconds>`, `error=<the tool's words>`.
         Older collectors print none of these.
Output   every portal in the order asked; `na` (the node has no tool for it) as None.
Units    milliseconds for the round trip, seconds for the connection.
Errors   ParseError on a line of another form and on a last line without its end.
Source   ping(8) of iputils and busybox; strerror(3) as bash and nc print it.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import PortalCheck, PortalChecks
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "portals"
_N = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_LINE = re.compile(
    r"(?P<address>\S+) (?P<port>[0-9]{1,5}) ping=(?P<ping>ok|fail|na) tcp=(?P<tcp>ok|fail|na)"
    r"(?: sent=(?P<sent>[0-9]{1,9}) received=(?P<received>[0-9]{1,9}))?"
    rf"(?: rtt_ms=(?P<rtt>{_N}) rtt_max_ms=(?P<rtt_max>{_N}))?(?: tcp_s=(?P<seconds>{_N}))?(?: error=(?P<error>.*))?"
)
_ANSWERED = {"ok": True, "fail": False, "na": None}


def parse(text: str) -> PortalChecks:
    return PortalChecks(tuple(_check(number, line) for number, line in numbered(_PROBE, text)))


def _check(number: int, line: str) -> PortalCheck:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not the check of a portal: {line!r}")
    return PortalCheck(
        address=match["address"],
        port=int(match["port"]),
        ping=_ANSWERED[match["ping"]],
        tcp=_ANSWERED[match["tcp"]],
        span=one_line(_PROBE, number, line),
        sent=_whole(match["sent"]),
        received=_whole(match["received"]),
        rtt_ms=_number(match["rtt"]),
        rtt_max_ms=_number(match["rtt_max"]),
        tcp_seconds=_number(match["seconds"]),
        error=(match["error"] or "").strip(),
    )


def _whole(text: str | None) -> int | None:
    return None if text is None else int(text)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


PARSER = Parser(_PROBE, PortalChecks, parse)
