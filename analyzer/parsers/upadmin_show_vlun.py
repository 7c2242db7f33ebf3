"""`upadmin show vlun` -> VirtualLuns.

Input    a line of headings with `WWN` and `Status`, rules of dashes, and a row of ten cells a virtual LUN:
         `1 deleted testDisk 618cf… Fault 1.00GB 0B/0B Huawei.Storage 61 0/2`.
Output   every row in the order printed, cells verbatim, the WWN in lower case; none when there is no row.
Errors   ParseError on a row before the headings, one without ten cells, an id or a WWN that is none, and on a last line
         without its end.
Source   eSDK_K8S_Plugin, connector/ultrapath_vlun.go and connector_utils.go, which read the same columns; no output of
         a real host is at hand.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.ultrapath import VirtualLun, VirtualLuns
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "upadmin_show_vlun"
_CELLS = 10
_RULE = re.compile(r"[-=+\s]+")
_ID = re.compile(r"[0-9]{1,10}", re.ASCII)
_WWN = re.compile(r"[0-9a-fA-F]{16}|[0-9a-fA-F]{32}", re.ASCII)


def parse(text: str) -> VirtualLuns:
    has_headings = False
    luns: list[VirtualLun] = []
    for number, line in numbered(_PROBE, text):
        if _RULE.fullmatch(line):
            continue
        if not has_headings:
            has_headings = _is_heading(number, line)
            continue
        luns.append(_row(number, line))
    return VirtualLuns(tuple(luns))


def _is_heading(number: int, line: str) -> bool:
    if "WWN" not in line or "Status" not in line:
        raise ParseError(_PROBE, number, f"not the headings of the virtual LUNs: {line!r}")
    return True


def _row(number: int, line: str) -> VirtualLun:
    cells = line.split()
    if len(cells) != _CELLS or not _ID.fullmatch(cells[0]) or not _WWN.fullmatch(cells[3]):
        raise ParseError(_PROBE, number, f"not a virtual LUN in ten columns: {line!r}")
    lun, disk, name, wwn, status, *_ = cells
    return VirtualLun(lun, disk, name, wwn.lower(), status, cells[-1], one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, VirtualLuns, parse)
