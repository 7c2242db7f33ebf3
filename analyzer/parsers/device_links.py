"""The links in a folder of /dev/disk, as `ls -l` prints them."""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.block import DeviceLink
from analyzer.parsers.lines import link_of, numbered, one_line

_TOTAL = re.compile(r"total [0-9]+")


def device_links(probe: str, text: str) -> tuple[DeviceLink, ...]:
    return tuple(_link(probe, number, line) for number, line in numbered(probe, text) if not _TOTAL.fullmatch(line))


def _link(probe: str, number: int, line: str) -> DeviceLink:
    link = link_of(line)
    if link is None:
        raise ParseError(probe, number, f"not a symbolic link: {line!r}")
    return DeviceLink(link.name, link.target.rpartition("/")[2], one_line(probe, number, line))
