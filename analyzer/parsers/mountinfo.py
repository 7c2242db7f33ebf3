r"""`/proc/1/mountinfo` -> Mounts.

Input    `id parent major:minor root mountpoint options [tags…] - fstype source superoptions`, a mount a line.
Output   every mount in the kernel's order, so of two on one directory the later is on top; `\040` and the like undone
         in root, mount point and source; options split at commas, verbatim; of the tags only `shared:`.
Errors   ParseError on a line without ` - ` or with another number of fields, and on a last line without its end.
Source   proc_pid_mountinfo(5).
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import Mount, Mounts
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line, unescape_octal

_PROBE = "mountinfo"
_LINE = re.compile(
    r"([0-9]+) ([0-9]+) ([0-9]+:[0-9]+) ([^ ]+) ([^ ]+) ([^ ]+)((?: (?!- )[^ ]+)*) - "
    r"([^ ]+) ([^ ]*) ([^ ]+)"  # a source may be empty
)
_PEERS = re.compile(r" shared:([0-9]+)")


def parse(text: str) -> Mounts:
    return Mounts(tuple(_mount(number, line) for number, line in numbered(_PROBE, text)))


def _mount(number: int, line: str) -> Mount:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not a line of mountinfo: {line!r}")
    own, parent, dev_t, root, mount_point, options, tags, fs_type, source, super_options = match.groups()
    peers = _PEERS.search(tags)
    return Mount(
        id=int(own),
        parent=int(parent),
        peer_group=int(peers[1]) if peers else None,
        dev_t=dev_t,
        root=unescape_octal(root),
        mount_point=unescape_octal(mount_point),
        options=tuple(options.split(",")),
        fs_type=fs_type,
        source=unescape_octal(source),
        super_options=tuple(super_options.split(",")),
        span=one_line(_PROBE, number, line),
    )


PARSER = Parser(_PROBE, Mounts, parse)
