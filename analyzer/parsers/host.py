"""`/proc/sys/kernel/hostname` and `/proc/sys/kernel/random/boot_id`, one after the other -> Host.

Input    two lines.  Output  both verbatim.  Source  proc(5), random(4).
Errors   ParseError when a line is missing, has blanks, or the second is no UUID.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import Host
from analyzer.parsers import Parser
from analyzer.parsers.lines import lines_from, split_lines

_PROBE = "host"
_HOSTNAME = re.compile(r"\S+")
_BOOT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def parse(text: str) -> Host:
    lines = split_lines(_PROBE, text)
    if len(lines) != 2:
        raise ParseError(_PROBE, max(1, len(lines)), "not two lines, host name and boot id")
    hostname, boot_id = lines
    if not _HOSTNAME.fullmatch(hostname):
        raise ParseError(_PROBE, 1, f"not a host name: {hostname!r}")
    if not _BOOT_ID.fullmatch(boot_id):
        raise ParseError(_PROBE, 2, f"not a boot id: {boot_id!r}")
    return Host(hostname, boot_id, lines_from(_PROBE, lines, 1, 2))


PARSER = Parser(_PROBE, Host, parse)
