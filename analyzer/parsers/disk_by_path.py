"""`ls -l /dev/disk/by-path/` -> LinksByPath.

Input    `total 0`, then a symbolic link a line.  Output  every link in the order printed, name verbatim; the target
without its folder.  Errors  ParseError on any other line, or a last line without its end.
Source   ls(1); udev, 60-persistent-storage.rules.
"""

from __future__ import annotations

from analyzer.facts.block import LinksByPath
from analyzer.parsers import Parser
from analyzer.parsers.device_links import device_links

_PROBE = "disk_by_path"


def parse(text: str) -> LinksByPath:
    return LinksByPath(device_links(_PROBE, text))


PARSER = Parser(_PROBE, LinksByPath, parse)
