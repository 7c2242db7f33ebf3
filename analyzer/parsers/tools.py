"""Where the host's commands are -> Tools.

Input    `<name> <path>` a line, `<name> -` for one that is not there; `nvme-version <version>` when nvme-cli told it.
Output   every command in the order asked; of the version its numbers and dots, "2.0" of "2.0-rc4".
Errors   ParseError on a line of another form, a command or a version printed twice, and on a last line without its end.
Source   nvme(1): `nvme version` prints `nvme version 1.8.1`, or `nvme version 2.4 (git 2.4)` and then that of libnvme.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError, Span
from analyzer.facts.tools import Tool, Tools
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "tools"
_TOOL = re.compile(r"([A-Za-z0-9_.-]+) (?:(/\S+)|-)")
_VERSION = re.compile(r"nvme-version ([0-9]{1,6}(?:\.[0-9]{1,6})*)\S*")


def parse(text: str) -> Tools:
    tools: dict[str, Tool] = {}
    version: tuple[str, Span] | None = None
    for number, line in numbered(_PROBE, text):
        span = one_line(_PROBE, number, line)
        if (match := _VERSION.fullmatch(line)) and version is None:
            version = match[1], span
        elif (match := _TOOL.fullmatch(line)) and match[1] not in tools:
            tools[match[1]] = Tool(match[1], match[2], span)
        else:
            raise ParseError(_PROBE, number, f"not a command with its path: {line!r}")
    return Tools(tuple(tools.values()), *(version or (None, None)))


PARSER = Parser(_PROBE, Tools, parse)
