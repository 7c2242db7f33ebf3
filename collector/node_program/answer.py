"""The stream that a node's program writes -> captures.

Input    concatenated tar archives: `<probe>/out`, `/err`, `/files/<number>`, and last of each probe `<probe>/meta`.
Output   a `Capture` as soon as its `meta` has arrived, without secrets; `snapshot` adds those that never arrived.
Bounds   the node is not trusted: only catalogue names and known members count, each within its limit; one probe is
         held in memory at a time.  Text before the first archive (a login banner) is skipped up to 64 KiB.
Errors   AnswerError when the stream is cut off or is no archive, after the captures that arrived whole were given.
         What reading the stream raises (a transport that broke) passes through.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from bundle import layout
from bundle.capture import Capture, CollectedFile, NodeSnapshot, Outcome, Status
from collector.node_program.ended import End, judge
from collector.probes import AnyProbe, FileProbe, Keep, catalogue
from collector.redaction.redact import Redacted, redact, redact_text

_BLOCK = 512
_MAGIC = 257  # where a header says ustar
_BANNER = 64 * 1024
_META_LIMIT = 1024 * 1024
_ERR_LIMIT = 64 * 1024
_CHUNK = 1024 * 1024
_MEMBER = re.compile(r"([a-z][a-z0-9_]{1,40})/(out|err|meta|files/[0-9]{1,6})")
_FILE = re.compile(r"file ([0-9]{1,6}) ([01]) (/[A-Za-z0-9._/:@%+=,~-]{1,1024})")
_LEFT = re.compile(r"left ([0-9]{1,10}) ([A-Za-z]) ([A-Za-z0-9_.?-]{1,80})")
_END = re.compile(r"end (exited|timeout|absent|off)(?: ([A-Za-z0-9_.-]{1,64}))?")
_OVER = re.compile(r"end over (cpu|memory|folder|sent) ([0-9]{1,15})")
_CUT_OFF = "the node's answer is cut off"
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd", b"PK\x03\x04")


class AnswerError(Exception):
    """The stream is cut off or is not what the program writes: one sentence."""


@dataclass(slots=True)
class _Arriving:
    """What has arrived of one probe."""

    probe: AnyProbe | None = None
    members: dict[str, bytes] = field(default_factory=dict)
    total: int = 0
    too_long: bool = False


class _Stream:
    """A stream that takes back what was read too far."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._given_back = b""

    def read(self, size: int) -> bytes:
        if not self._given_back:
            return self._stream.read(size)
        piece, self._given_back = self._given_back[:size], self._given_back[size:]
        return piece

    def give_back(self, content: bytes) -> None:
        self._given_back = content + self._given_back


def decode(stream: BinaryIO, probes: Iterable[AnyProbe] | None = None) -> Iterator[Capture]:
    known = {probe.name: probe for probe in (catalogue() if probes is None else probes)}
    arriving, answered = _Arriving(), set[str]()
    source = _Stream(stream)
    for name, member, size in _members(source):
        probe = known.get(name)
        if arriving.probe is not probe:
            arriving = _Arriving(probe)
        content = _content(source, size, keep=probe is not None and _fits(arriving, member, size))
        if probe is None or name in answered:
            continue
        arriving.members[member] = content
        if member == "meta":
            answered.add(name)
            yield _capture(probe, arriving)
            arriving = _Arriving()


def snapshot(
    node: str,
    captures: Iterable[Capture],
    probes: Iterable[AnyProbe] | None = None,
    *,
    address: str = "",
    transport: str = "local",
    started: str = "",
    seconds: float = 0.0,
    missing: Status = Status.TIMEOUT,
    reason: str = "",
) -> NodeSnapshot:
    """All captures in catalogue order; a probe without an answer gets the status `missing`, and says why."""
    reason = redact_text(reason)
    why = reason or "the answer ended before this probe's result"
    arrived = {capture.probe: capture for capture in captures}
    complete = tuple(
        arrived.get(probe.name) or Capture(probe.name, missing, argv=_argv(probe), reason=why)
        for probe in (catalogue() if probes is None else probes)
    )
    outcome, sentence = _outcome(complete, arrived, reason)
    return NodeSnapshot(node, complete, outcome, sentence, address, transport, started, seconds)


def _outcome(captures: tuple[Capture, ...], arrived: dict[str, Capture], reason: str) -> tuple[Outcome, str]:
    if not arrived:
        return Outcome.UNREACHABLE, reason or "the node sent no answer"
    unknown = [one for one in captures if one.is_gap]
    if not unknown:
        return Outcome.COLLECTED, ""
    counts = ", ".join(
        f"{number} {status}" for status in Status if (number := sum(one.status is status for one in unknown))
    )
    told = f"{len(unknown)} of {len(captures)} probes without an answer: {counts}"
    return Outcome.PARTIAL, f"{told}; {reason}" if reason else told


def _members(stream: _Stream) -> Iterator[tuple[str, str, int]]:
    """(probe, member, size) of each archive member; its content is next in the stream."""
    header = _first_header(stream)
    while len(header) == _BLOCK:
        if header.strip(b"\0"):
            entry = _entry(header)
            if entry is None or not 0 <= entry.size < 1 << 33:
                raise AnswerError("in the middle of the node's answer there is something that is no tar archive")
            match = _MEMBER.fullmatch(entry.name) if entry.isreg() else None
            yield (match[1], match[2], entry.size) if match else ("", "", entry.size)
        header = _read(stream, _BLOCK)
    if header:
        raise AnswerError(_CUT_OFF)


def _entry(header: bytes) -> tarfile.TarInfo | None:
    try:
        return tarfile.TarInfo.frombuf(header, "utf-8", "replace")
    except tarfile.HeaderError:
        return None


def _first_header(stream: _Stream) -> bytes:
    """The first block, after whatever a login shell may have printed before it."""
    seen = _read(stream, _BLOCK)
    if not seen.strip(b"\0") or (len(seen) == _BLOCK and _entry(seen)):
        return seen
    while (mark := seen.find(b"ustar", _MAGIC)) < 0:
        more = _read(stream, _BLOCK) if len(seen) < _BANNER else b""
        if not more:
            raise AnswerError(f"what the node sent is no answer of the program; it begins: {_beginning(seen)}")
        seen += more
    stream.give_back(seen[mark - _MAGIC :])
    return _read(stream, _BLOCK)


def _beginning(seen: bytes) -> str:
    text = redact(seen[:200]).data.decode("utf-8", "replace")
    return "".join(character if character.isprintable() else " " for character in text).strip()


def _read(stream: _Stream, size: int) -> bytes:
    """As many bytes as there are up to `size`: fewer only at the end."""
    pieces: list[bytes] = []
    while size > 0 and (piece := stream.read(min(size, _CHUNK))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def _content(stream: _Stream, size: int, *, keep: bool) -> bytes:
    """The member's bytes, b"" when they are not wanted."""
    content = _read(stream, size) if keep else b""
    left = size - len(content) + -size % _BLOCK
    while left and (piece := stream.read(min(left, _CHUNK))):
        left -= len(piece)
    if left or (keep and len(content) != size):
        raise AnswerError(_CUT_OFF)
    return content


def _fits(arriving: _Arriving, member: str, size: int) -> bool:
    probe = arriving.probe
    if probe is None:
        return False
    limit = {"meta": _META_LIMIT, "err": _ERR_LIMIT}.get(member, probe.limit_bytes)
    total = probe.total_bytes if isinstance(probe, FileProbe) else probe.limit_bytes
    arriving.total += size if member not in ("meta", "err") else 0
    fits = size <= limit and arriving.total <= total + _ERR_LIMIT
    arriving.too_long = arriving.too_long or not fits
    return fits


def _argv(probe: AnyProbe) -> tuple[str, ...]:
    return () if isinstance(probe, FileProbe) else probe.argv


def _capture(probe: AnyProbe, arriving: _Arriving) -> Capture:
    lines = arriving.members["meta"].decode("utf-8", "replace").splitlines()
    values = dict(line.split(" ", 1) for line in lines if line.count(" ") == 1)
    base = Capture(
        probe.name,
        Status.FAILED,
        argv=_argv(probe),
        started=_matching(values.get("started"), r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
        seconds=float(_matching(values.get("took"), r"\d{1,7}\.\d\d") or 0),
    )
    end = _end(lines)
    if end is None or arriving.too_long:
        return replace(base, reason="the node's answer does not have the form or size that this probe gives")
    cut = {name for name in ("out", "err", "files") if f"cut {name}" in lines}
    files = _files(lines, arriving.members)
    keeps_last = isinstance(probe, FileProbe) or probe.keep is Keep.LAST
    out = redact(_whole_lines(arriving.members.get("out", b""), cut="out" in cut and keeps_last))
    err = redact(arriving.members.get("err", b""))
    removed = {layout.out_path(probe.name): out.kinds, layout.err_path(probe.name): err.kinds}
    removed |= {layout.file_path(file.path): kinds for file, kinds in files}
    truncated = bool(cut) or any(file.truncated for file, _ in files)
    status, reason = judge(probe, end, out.data, err.data, truncated="out" in cut, files=len(files))
    return replace(
        base,
        status=status,
        reason=redact_text(reason),
        exit_code=end.code,
        truncated=truncated,
        out=out.data,
        err=err.data,
        files=tuple(file for file, _ in files),
        redactions={path: kinds for path, kinds in removed.items() if kinds},
    )


def _end(lines: list[str]) -> End | None:
    ends = [match for line in lines if (match := _END.fullmatch(line) or _OVER.fullmatch(line))]
    left = [match for line in lines if (match := _LEFT.fullmatch(line))]
    if len(ends) != 1:
        return None
    remains = (left[0][1], left[0][2], left[0][3]) if left else None
    how, word = ends[0][1], ends[0][2] or ""
    if ends[0].re is _OVER:
        return End("over", over=(how, int(word)), left=remains)
    code = int(word) if how in ("exited", "timeout") and word.isdigit() and len(word) <= 3 else None
    if how == "exited" and code is None:
        return None
    return End(how, code, word, remains, as_root="user 0" in lines)


def _files(lines: list[str], members: dict[str, bytes]) -> tuple[tuple[CollectedFile, Mapping[str, int]], ...]:
    """Each file, and what was removed from it."""
    found = {match[3]: match for line in lines if (match := _FILE.fullmatch(line))}  # two globs may name one file
    contents = (
        (path, cut == "1", _file_content(members[f"files/{number}"], cut=cut == "1"))
        for number, cut, path in (match.groups() for match in found.values())
        if f"files/{number}" in members and ".." not in path.split("/")
    )
    return tuple((CollectedFile(path, content.data, cut), content.kinds) for path, cut, content in contents)


def _file_content(content: bytes, *, cut: bool) -> Redacted:
    """A compressed file is withheld: what is in it cannot be searched for secrets line by line."""
    if content.startswith(_COMPRESSED):
        return Redacted(b"[a compressed file, not kept]\n", {})
    return redact(_whole_lines(content, cut=cut))


def _whole_lines(content: bytes, *, cut: bool) -> bytes:
    """Without the rest of a line whose beginning was cut off: a secret there has lost the name that betrays it."""
    return content[content.find(b"\n") + 1 :] if cut and b"\n" in content else content


def _matching(value: str | None, pattern: str) -> str:
    return value if value is not None and re.fullmatch(pattern, value, re.ASCII) else ""
