"""`uname -r; cat /etc/os-release` -> OsRelease.

Input    the kernel's release, then `KEY=value` lines, values bare or quoted as in a shell.
Skipped  comments and blank lines.
Output   ID, VERSION_ID and PRETTY_NAME without their quotes, with os-release(5)'s defaults where they are missing.
Errors   ParseError without a kernel release and on a line without `=`.  The file's last line may lack its end.
Source   uname(1), os-release(5).
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import OsRelease
from analyzer.parsers import Parser
from analyzer.parsers.lines import lines_from, split_lines

_PROBE = "os_release"
_KERNEL = re.compile(r"[0-9]\S*")
_VALUE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*?) *")
_ESCAPED = re.compile(r"\\(.)")


def parse(text: str) -> OsRelease:
    lines = split_lines(_PROBE, text if text.endswith("\n") else text + "\n")
    if not _KERNEL.fullmatch(lines[0]):
        raise ParseError(_PROBE, 1, f"not a kernel release: {lines[0]!r}")
    values: dict[str, str] = {}
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() and not line.startswith("#"):
            match = _VALUE.fullmatch(line)
            if match is None:
                raise ParseError(_PROBE, number, f"not KEY=value: {line!r}")
            values[match[1]] = _unquoted(match[2])
    return OsRelease(
        id=values.get("ID", "linux"),
        version=values.get("VERSION_ID", ""),
        pretty_name=values.get("PRETTY_NAME", "Linux"),
        kernel=lines[0],
        span=lines_from(_PROBE, lines, 1, len(lines)),
    )


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1]
    if len(value) > 1 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value


PARSER = Parser(_PROBE, OsRelease, parse)
