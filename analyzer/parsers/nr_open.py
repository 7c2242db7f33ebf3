"""`cat /proc/sys/fs/nr_open` -> NrOpen.

Input    one line with a number.
Output   the number.
Errors   ParseError on anything else, and on a line without its end.
Source   proc_sys_fs(5); systemd 240 and newer raises it to 1073741816 where the distribution lets it.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import NrOpen
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "nr_open"
_NUMBER = re.compile(r"[0-9]{1,20}")


def parse(text: str) -> NrOpen:
    found = list(numbered(_PROBE, text))
    if len(found) != 1 or not _NUMBER.fullmatch(found[0][1]):
        raise ParseError(_PROBE, 1, "not one number")
    number, line = found[0]
    return NrOpen(int(line), one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, NrOpen, parse)
