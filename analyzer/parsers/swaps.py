r"""`/proc/swaps` -> SwapAreas.

Input    the headings `Filename Type Size Used Priority`, then an area a line.
Output   every area in the order printed; its device or file with `\040` and the like undone.
Errors   ParseError without headings, on a line of another form, and on a last line without its end.
Source   proc(5); kernel, mm/swapfile.c.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.block import SwapArea, SwapAreas
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line, unescape_octal

_PROBE = "swaps"
_HEADINGS = ["Filename", "Type", "Size", "Used", "Priority"]
_LINE = re.compile(r"([^ \t]+(?: \(deleted\)|\\040\(deleted\))?)[ \t]+[a-z]+[ \t]+[0-9]+[ \t]+[0-9]+[ \t]+-?[0-9]+")


def parse(text: str) -> SwapAreas:
    found = list(numbered(_PROBE, text))
    if not found or found[0][1].split() != _HEADINGS:
        raise ParseError(_PROBE, 1, f"not the headings {' '.join(_HEADINGS)}")
    return SwapAreas(tuple(_area(number, line) for number, line in found[1:]))


def _area(number: int, line: str) -> SwapArea:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a swap area: {line!r}")
    return SwapArea(unescape_octal(match[1]), one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, SwapAreas, parse)
