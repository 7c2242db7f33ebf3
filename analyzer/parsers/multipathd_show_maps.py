"""`multipathd show maps format "%n %w %d %F %Q %N %t %S %x %2 %3"` -> DaemonMaps.

Input    a line of headings, then a map a line, in columns; only `ok`, or nothing, when there is no map.
Output   every map in the order printed; WWID verbatim; failback and queueing as printed ("immediate", "5 chk").
Errors   ParseError without headings, on a line that leaves the columns, a number that is none, a last line without end.
Source   multipathd(8); multipath-tools, libmultipath/print.c.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.multipath import DaemonMap, DaemonMaps
from analyzer.parsers import Parser
from analyzer.parsers.lines import Columns, numbered, one_line

_PROBE = "multipathd_show_maps"
_HEADINGS = ("name", "uuid", "sysfs", "failback", "queueing", "paths", "dm-st", "size", "failures")
_NUMBER = re.compile(r"[0-9]{1,10}")


def parse(text: str) -> DaemonMaps:
    found = [(number, line) for number, line in numbered(_PROBE, text) if line != "ok"]
    if not found:
        return DaemonMaps(())
    number, header = found[0]
    columns = Columns.under(header)
    if not set(_HEADINGS) <= set(columns.names):
        raise ParseError(_PROBE, number, f"not the headings of the maps: {header!r}")
    return DaemonMaps(tuple(_map(columns, number, line) for number, line in found[1:]))


def _map(columns: Columns, number: int, line: str) -> DaemonMap:
    cells = columns.cells(line)
    if cells is None or not (_NUMBER.fullmatch(cells["paths"]) and _NUMBER.fullmatch(cells["failures"])):
        raise ParseError(_PROBE, number, f"not a map in the columns of the headings: {line!r}")
    return DaemonMap(
        name=cells["name"],
        wwid=cells["uuid"],
        dm=cells["sysfs"],
        failback=cells["failback"],
        queueing=cells["queueing"],
        path_count=int(cells["paths"]),
        dm_state=cells["dm-st"],
        size=cells["size"],
        failures=int(cells["failures"]),
        span=one_line(_PROBE, number, line),
    )


PARSER = Parser(_PROBE, DaemonMaps, parse)
