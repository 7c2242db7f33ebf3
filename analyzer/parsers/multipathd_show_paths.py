"""`multipathd show paths` -> DaemonPaths.

Input    the headings `hcil dev dev_t pri dm_st chk_st dev_st next_check`, then a path a line, in columns; only `ok`, or
         nothing, when there is no path.
Output   every path in the order printed; states verbatim; `#:#:#:#`, `-` and `#:#` as None; `next_check` is "orphan"
         for a path of no map.
Errors   ParseError without headings, on a line that leaves the columns, and on a last line without its end.
Source   multipathd(8); multipath-tools, libmultipath/print.h, PRINT_PATH_CHECKER.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.multipath import DaemonPath, DaemonPaths
from analyzer.parsers import Parser
from analyzer.parsers.lines import Columns, numbered, one_line

_PROBE = "multipathd_show_paths"
_HEADINGS = ("hcil", "dev", "dev_t", "pri", "dm_st", "chk_st", "dev_st", "next_check")
_ADDRESS = re.compile(r"[0-9]+(?::[0-9]+){3}|#:#:#:#")
_PRIORITY = re.compile(r"-?[0-9]{1,10}")


def parse(text: str) -> DaemonPaths:
    found = [(number, line) for number, line in numbered(_PROBE, text) if line != "ok"]
    if not found:
        return DaemonPaths(())
    number, header = found[0]
    columns = Columns.under(header)
    if columns.names != _HEADINGS:
        raise ParseError(_PROBE, number, f"not the headings of the paths: {header!r}")
    return DaemonPaths(tuple(_path(columns, number, line) for number, line in found[1:]))


def _path(columns: Columns, number: int, line: str) -> DaemonPath:
    cells = columns.cells(line)
    if cells is None or not (_ADDRESS.fullmatch(cells["hcil"]) and cells["dev"] and cells["next_check"]):
        raise ParseError(_PROBE, number, f"not a path in the columns of the headings: {line!r}")
    priority = cells["pri"]
    if not _PRIORITY.fullmatch(priority):
        raise ParseError(_PROBE, number, f"not a priority: {priority!r}")
    return DaemonPath(
        hctl=None if cells["hcil"] == "#:#:#:#" else cells["hcil"],
        device=None if cells["dev"] == "-" else cells["dev"],
        dev_t=None if cells["dev_t"] == "#:#" else cells["dev_t"],
        priority=int(priority),
        dm_state=cells["dm_st"],
        checker_state=cells["chk_st"],
        device_state=cells["dev_st"],
        next_check=cells["next_check"],
        span=one_line(_PROBE, number, line),
    )


PARSER = Parser(_PROBE, DaemonPaths, parse)
