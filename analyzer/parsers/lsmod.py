"""`lsmod` -> KernelModules.

Input    the headings `Module Size Used by`, then `name size uses [module,module]` a line.
Output   every module in the order printed; size in bytes; `[permanent]` is not a user.
Errors   ParseError without headings, on a line of another form, and on a last line without its end.
Source   lsmod(8), kmod; the same form is printed by busybox.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import KernelModule, KernelModules
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "lsmod"
_HEADINGS = ["Module", "Size", "Used", "by"]
_LINE = re.compile(r"(\S+) +([0-9]{1,15}) +-?[0-9]+ *(\S*?),? *(?:\([A-Z]+\))? *")  # (OE): taint flags, busybox


def parse(text: str) -> KernelModules:
    found = list(numbered(_PROBE, text))
    if not found or found[0][1].split()[:4] != _HEADINGS:  # busybox adds "Not tainted"
        raise ParseError(_PROBE, 1, f"not the headings {' '.join(_HEADINGS)}")
    return KernelModules(tuple(_module(number, line) for number, line in found[1:]))


def _module(number: int, line: str) -> KernelModule:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a module: {line!r}")
    name, size, users = match.groups()
    used_by = tuple(user for user in users.split(",") if user not in ("", "-", "[permanent]"))
    return KernelModule(name, int(size), used_by, one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, KernelModules, parse)
