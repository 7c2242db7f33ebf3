"""`grep -sH '' <kubelet>/plugins/<driver>/disks/*.wwn` -> DriverWwnFiles.

Input    `<path>.wwn:<WWN>` a line.  Output  every file in the order printed; volume, the file's name without its
ending, and WWN verbatim.  Errors  ParseError on a line of another form, a file of two lines, a last line without end.
Source   the Huawei CSI driver, utils/wwn_helper.go.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import DriverWwnFile, DriverWwnFiles
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "driver_wwn_files"
_LINE = re.compile(r"(/.+/([^/]+)\.wwn):(\S+)")


def parse(text: str) -> DriverWwnFiles:
    files: dict[str, DriverWwnFile] = {}
    for number, line in numbered(_PROBE, text):
        match = _LINE.fullmatch(line)
        if match is None or match[1] in files:
            raise ParseError(_PROBE, number, f"not a file of one WWN: {line!r}")
        files[match[1]] = DriverWwnFile(match[1], match[2], match[3], one_line(_PROBE, number, line))
    return DriverWwnFiles(tuple(files.values()))


PARSER = Parser(_PROBE, DriverWwnFiles, parse)
