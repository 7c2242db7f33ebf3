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
_NO_FACT = re.compile(
    r"(?:[0-9]+\.[0-9]{6}|[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8}) \| .*|===== .* =====|uuid +hcil +dev +dev_t .*"
)

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
        self.block: _Block | None = None

    def read(self) -> MultipathMaps:
        for number, line in enumerate(self.lines, start=1):
            kind, form = _FORMS.get(line[:5]) or _FORMS.get(line[:3]) or _HEADER_FORM
            if kind == "path":
                self.path(number, line, form)
            elif kind == "group":
                self.group(number, line, form)
            elif kind == "size":
                self.size(number, line, form)
            elif line and not line.isspace() and not _NO_FACT.fullmatch(line):
                self.header(number, line)
        self.close_last()
        held = {path.dev_t for found in self.maps for path in found.paths}
        return MultipathMaps(tuple(self.maps), tuple(path for path in self.listed if path.dev_t not in held))

    def path(self, number: int, line: str, form: re.Pattern[str]) -> None:
        match = form.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, number, f"not a path line: {line!r}")
        block = self.block
        if block is None or not block.groups or block.path_mark == "`":
            raise ParseError(_PROBE, number, "a path outside a path group")
        block.path_mark, *fields = match.groups()
        block.groups[-1].paths.append(_path(number, line, fields))
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
        listed = _LISTED.fullmatch(line)
        if listed is not None:
            self.listed.append(_path(number, line, list(listed.groups())))
            return
        match = _HEADER.fullmatch(line)
        if match is None and self.lines[number : number + 1] and self.lines[number].startswith("[size="):
            match = _OLD_HEADER.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, number, f"not a line of multipath -ll: {line!r}")
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


def _path(number: int, line: str, fields: list[str | None]) -> Path:
    hctl, device, dev_t, dm_state, checker_state, device_state = fields
    return Path(
        None if hctl == "#:#:#:#" else hctl,
        None if device == "-" else device,
        None if dev_t == "#:#" else dev_t,
        dm_state or "",
        checker_state or "",
        device_state or "",
        Span(_PROBE, number, number, (line,)),
    )


_HEADER_FORM = ("header", _HEADER)
_FORMS = {
    **dict.fromkeys(("  |- ", "  `- ", "| |- ", "| `- "), ("path", _PATH)),
    **dict.fromkeys(("|-+- ", "`-+- "), ("group", _GROUP)),
    "size=": ("size", _SIZE),
    "[size": ("size", _OLD_SIZE),
    " \\_": ("path", _OLD_PATH),
    "\\_ ": ("group", _OLD_GROUP),
}


def parse(text: str) -> MultipathMaps:
    return _Reader(split_lines(_PROBE, text)).read()


PARSER = Parser(_PROBE, MultipathMaps, parse)
