"""Ping and TCP connection to each storage portal -> PortalChecks.

Input    `<address> <port> ping=<ok|fail|na> tcp=<ok|fail|na>` a line.
Output   every portal in the order asked; `na` (the node has no tool for it) as None.
Errors   ParseError on a line of another form and on a last line without its end.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import PortalCheck, PortalChecks
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "portals"
_LINE = re.compile(r"(\S+) ([0-9]{1,5}) ping=(ok|fail|na) tcp=(ok|fail|na)")
_ANSWERED = {"ok": True, "fail": False, "na": None}


def parse(text: str) -> PortalChecks:
    return PortalChecks(tuple(_check(number, line) for number, line in numbered(_PROBE, text)))


def _check(number: int, line: str) -> PortalCheck:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not the check of a portal: {line!r}")
    address, port, ping, tcp = match.groups()
    return PortalCheck(address, int(port), _ANSWERED[ping], _ANSWERED[tcp], one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, PortalChecks, parse)
