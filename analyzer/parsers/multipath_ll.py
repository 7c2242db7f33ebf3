r"""`multipath -ll` -> MultipathMaps.

Input    one block a map: `[action: ][alias (]wwid[)] dm-N vendor,product`, a size line, path groups drawn as a tree,
         and their paths.  Also read: the `\_` drawing with bracketed fields of 0.4.8 and older; NVMe multipath of the
         kernel (`wwid [nvme]:nvme0n1 NVMe,model,firmware`); the path list of `-v3`.
Skipped  log lines, `1234.567890 | …` and `Nov 22 15:43:13 | …`, blank lines, `===== … =====` and the list's header.
Output   every map in the order printed, also one without a path; WWIDs verbatim, with their blanks; `#:#:#:#`, `-` and
         `#:#` as None.  A kernel NVMe map has no dm name, and its paths print three numbers (`0:0:1`) as HCTL.
         `write_protect` is "undef" and `device_state` is "" where the version prints none.
         A path of the `-v3` list is an orphan when no map of the same output holds its device.
Errors   ParseError on a line of no known form, a path or group outside its map, a header without its size line, a last
         line without its end, and a tree that announces more than follows: the answer was cut off.
Source   multipath(8); multipath-tools 0.4.5 to 0.14, libmultipath/print.c, libmultipath/foreign/nvme.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.facts import ParseError, Span
from analyzer.facts.multipath import MultipathMap, MultipathMaps, Path, PathGroup
from analyzer.parsers import Parser
from analyzer.parsers.lines import lines_from, split_lines

_PROBE = "multipath_ll"
_ADDRESS = (
    r"([0-9]+:[0-9]+:[0-9]+(?::[0-9]+)?|#:#:#:#|\(ERR:\S+\)) +"  # three numbers: controller, path, namespace of NVMe
    r"(\S+) +([0-9]+:[0-9]+|#:#)"
)
_DM_STATE = r"active|failed|undef|orphan|n/a"
_CHECKER_STATE = (
    r"ready|faulty|i/o pending|i/o timeout|ghost|shaky|delayed|disconnected|undef|unchecked|removed|wild|"
    r"optimized|non-optimized|inaccessible|persistent-loss|change|n/a"  # ana_state of NVMe
)
_DEVICE_STATE = (
    r"running|offline|unknown|undef|blocked|transport-offline|created|created-blocked|cancel|deleted|quiesce|"
    r"live|connecting|resetting|new|deleting|deleting \(no IO\)|dead|n/a"
)
_PATH = re.compile(rf"[| ] ([|`])- {_ADDRESS} +({_DM_STATE}) +({_CHECKER_STATE}) +({_DEVICE_STATE}) *")
_GROUP = re.compile(r"([|`])-\+- policy='([^']*)' prio=(-?[0-9]{1,10}|n/a) status=([a-z/-]+) *")
_SIZE = re.compile(r"size=([0-9.]+[KMGTP]?) features='([^']*)' hwhandler='([^']*)'(?: wp=(rw|ro|undef))? *")
_HEADER = re.compile(
    r"(?:(?:reject|reload|switchpg|rename|create|resize|unchanged)?: )?"
    r"(?:(\S+) \((.+)\)|(.+?)) +(?:(dm-[0-9]+)|undef|\[nvme\]:nvme[0-9]+n[0-9]+) +([^,]*),(.*)"
)
_LISTED = re.compile(
    rf"(?:\S.*?)? *{_ADDRESS} +-?[0-9]+ +({_DM_STATE}) +({_CHECKER_STATE}) +\S.*? +({_DEVICE_STATE}) *"
)
_LIST_HEADING = re.compile(r"uuid +hcil +dev +dev_t .*")
_LOG = re.compile(r"(?:[0-9]+\.[0-9]{6}|[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}) \| .*|===== .* =====")
_BRANCHES = ("|- ", "`- ")

# 0.4.8 and older: `\_` draws no ends; RHEL 4 quotes, and names no dm device; some builds print a third state.
_OLD_HEADER = re.compile(r"(?:[a-z]*: )?(?:(\S+) \((.+)\)|(\S+)) *(dm-[0-9]+)?()() *")
_OLD_SIZE = re.compile(
    r"\[size=([0-9.]+(?: ?[kKMGTP]B?)?)\]\[features=\"?([^]\"]*)\"?\]\[hwhandler=\"?([^]\"]*)\"?\](?:\[(rw|ro)\])? *"
)
_OLD_GROUP = re.compile(r"()\\_ ([^[]*?) *(?:\[prio=(-?[0-9]{1,10})\])?\[([a-z]+)\] *")
_OLD_PATH = re.compile(rf"() \\_ {_ADDRESS} *\[({_DM_STATE})\]\[({_CHECKER_STATE})\](?:\[({_DEVICE_STATE})\])? *")


@dataclass(slots=True)
class _Group:
    policy: str
    prio: int | None
    status: str
    paths: list[Path] = field(default_factory=list)

    def closed(self) -> PathGroup:
        return PathGroup(self.policy, self.prio, self.status, tuple(self.paths))


@dataclass(slots=True)
class _Block:
    """A map being read.  The marks are the last ones drawn: "|" announces another group or path, "`" is the last."""

    first: int
    header: re.Match[str]
    last: int = 0
    size: re.Match[str] | None = None
    groups: list[_Group] = field(default_factory=list)
    group_mark: str = ""
    path_mark: str = ""

    def closed(self, lines: list[str]) -> MultipathMap:
        if self.size is None:
            raise ParseError(_PROBE, self.first, "a map without its size line")
        if "|" in (self.group_mark, self.path_mark):
            raise ParseError(_PROBE, self.last, "the tree announces more than follows: cut off")
        alias, wwid, bare_wwid, dm, vendor, product = self.header.groups()
        return MultipathMap(
            name=alias or bare_wwid,
            wwid=wwid or bare_wwid,
            dm=dm,
            vendor=vendor.rstrip(),
            product=product.rstrip(),
            size=self.size[1],
            features=self.size[2] or "0",
            hwhandler=self.size[3] or "0",
            write_protect=self.size[4] or "undef",
            groups=tuple(group.closed() for group in self.groups),
            span=lines_from(_PROBE, lines, self.first, self.last),
        )


class _Reader:
    """Reads line by line; what a line is shows in its first characters."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.maps: list[MultipathMap] = []
        self.listed: list[Path] = []
        self.in_list = False
        self.block: _Block | None = None

    def read(self) -> MultipathMaps:
        for number, line in enumerate(self.lines, start=1):
            if line[2:5] in _BRANCHES:
                self.path(number, line, _PATH)
            else:
                self.other(number, line)
        self.close_last()
        held = {path.dev_t for found in self.maps for path in found.paths} if self.listed else set()
        return MultipathMaps(tuple(self.maps), tuple(path for path in self.listed if path.dev_t not in held))

    def other(self, number: int, line: str) -> None:
        if line.startswith(("|-+- ", "`-+- ")):
            self.group(number, line, _GROUP)
        elif line.startswith("size="):
            self.size(number, line, _SIZE)
        elif line.startswith("[size="):
            self.size(number, line, _OLD_SIZE)
        elif line.startswith(" \\_ "):
            self.path(number, line, _OLD_PATH)
        elif line.startswith("\\_ "):
            self.group(number, line, _OLD_GROUP)
        elif _LIST_HEADING.fullmatch(line):
            self.in_list = True
        elif line and not line.isspace() and not _LOG.fullmatch(line):
            self.header(number, line)

    def path(self, number: int, line: str, form: re.Pattern[str]) -> None:
        match = form.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, number, f"not a path line: {line!r}")
        block = self.block
        if block is None or not block.groups or block.path_mark == "`":
            raise ParseError(_PROBE, number, "a path outside a path group")
        block.path_mark, hctl, device, dev_t, dm_state, checker_state, device_state = match.groups("")
        path = _path(number, line, hctl, device, dev_t, dm_state, checker_state, device_state)
        block.groups[-1].paths.append(path)
        block.last = number

    def group(self, number: int, line: str, form: re.Pattern[str]) -> None:
        match = form.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, number, f"not a path group line: {line!r}")
        block = self.block
        if block is None or block.size is None or block.group_mark == "`" or block.path_mark == "|":
            raise ParseError(_PROBE, number, "a path group where none was announced")
        block.group_mark, policy, prio, status = match.groups()
        block.path_mark = ""
        block.groups.append(_Group(policy, None if prio in (None, "n/a") else int(prio), status))
        block.last = number

    def size(self, number: int, line: str, form: re.Pattern[str]) -> None:
        match = form.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, number, f"not a size line: {line!r}")
        if self.block is None or self.block.size is not None:
            raise ParseError(_PROBE, number, "a size line without its map")
        self.block.size = match
        self.block.last = number

    def header(self, number: int, line: str) -> None:
        if self.in_list and (listed := _LISTED.fullmatch(line)) is not None:
            self.listed.append(_path(number, line, *listed.groups()))
            return
        match = _HEADER.fullmatch(line)
        if match is None and "".join(self.lines[number : number + 1]).startswith("[size="):
            match = _OLD_HEADER.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, number, f"not a line of multipath -ll: {line!r}")
        self.in_list = False
        self.close()
        self.block = _Block(number, match)

    def close(self) -> None:
        if self.block is not None:
            self.maps.append(self.block.closed(self.lines))
            self.block = None

    def close_last(self) -> None:
        """A group without a path, or a vendor, which the tool takes from a path, show that the end is missing."""
        self.close()
        if not self.maps:
            return
        last = self.maps[-1]
        if (last.groups and not last.groups[-1].paths) or (not last.groups and last.vendor.strip("#")):
            raise ParseError(_PROBE, last.span.last_line, "the last map's paths are missing: cut off")


def _path(number: int, line: str, hctl: str, device: str, dev_t: str, dm: str, checker: str, state: str) -> Path:
    return Path(
        None if hctl == "#:#:#:#" else hctl,
        None if device == "-" else device,
        None if dev_t == "#:#" else dev_t,
        dm,
        checker,
        state,
        Span(_PROBE, number, number, (line,)),
    )


def parse(text: str) -> MultipathMaps:
    return _Reader(split_lines(_PROBE, text)).read()


PARSER = Parser(_PROBE, MultipathMaps, parse)
