"""`/sys/module/nvme_core/parameters/multipath` -> NvmeMultipath.

Input    `Y` or `N`; `no parameter` of a kernel that is built without it; nothing while nvme_core is not loaded.
Output   `enabled`, also False without the parameter.  None for nothing: a module that is not loaded is neither, and
         most kernels load it with Y.
Errors   ParseError on anything else and on a last line without its end.
Source   kernel, drivers/nvme/host/multipath.c.
"""

from __future__ import annotations

from analyzer.facts import ParseError
from analyzer.facts.nvme_multipath import NvmeMultipath
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "nvme_multipath"
_ENABLED = {"Y": True, "N": False, "no parameter": False}


def parse(text: str) -> NvmeMultipath:
    found = list(numbered(_PROBE, text))
    if not found:
        return NvmeMultipath(None, None)
    number, line = found[0]
    if len(found) > 1 or line not in _ENABLED:
        raise ParseError(_PROBE, number, f"neither Y nor N: {line!r}")
    return NvmeMultipath(_ENABLED[line], one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, NvmeMultipath, parse)
