"""A node's answers over the base's: replaced by files of the scenario, edited, or lost.

Input    the base's snapshot; the scenario's folder of that node.
Output   a snapshot with one capture for every probe of the catalogue, judged and redacted as by the collector.
A probe that the base does not have, because it is younger, gets the healthy answer that lies in bases/otherwise, or is
absent.
Errors   ScenarioError with the file: no such probe, a path that no file probe reads, an edit that finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from bundle.capture import Capture, ClusterSnapshot, CollectedFile, NodeSnapshot, Outcome, Status
from collector.cluster.driver_logs import NAME as POD_LOGS
from collector.node_program.answer import snapshot
from collector.node_program.ended import End, judge
from collector.probes import AnyProbe, FileProbe, catalogue
from collector.redaction.redact import redact
from samples.scenario.telling import EVERY, TRUNCATED, Edit, ScenarioError

SUFFIXES = {".out", ".err", ".rc"}
FILES = "files"
UNREACHABLE = "the node does not answer on port 22 within 10 s; check that it is up and reachable"
# what a healthy node says to questions that are younger than a base: <probe>.out, .err, .rc
OTHERWISE = Path(__file__).parents[1] / "scenarios/bases/otherwise"
REASONS = {
    Status.ABSENT: "not installed on this node",
    Status.DENIED: "permission denied: must be root",
    Status.FAILED: "exit code 1",
    Status.UNREACHABLE: UNREACHABLE,
}


def whole(node: NodeSnapshot) -> NodeSnapshot:
    """With a capture for every probe there is."""
    if node.outcome is Outcome.UNREACHABLE:
        return unreachable(node)
    there = node.by_probe()
    return _collected(node, {probe.name: there.get(probe.name) or _younger(probe, node) for probe in catalogue()})


def unreachable(node: NodeSnapshot) -> NodeSnapshot:
    reason = node.reason or UNREACHABLE
    return snapshot(node.node, (), address=node.address, transport="ssh", missing=Status.UNREACHABLE, reason=reason)


def replaced(node: NodeSnapshot, folder: Path) -> NodeSnapshot:
    """With the answers that lie in the scenario's folder of this node."""
    probes = {probe.name: probe for probe in catalogue()}
    captures = dict(node.by_probe())
    answers = {path for path in folder.iterdir() if path.name != FILES}
    for path in sorted(answers):
        if path.stem not in probes or path.suffix not in SUFFIXES or isinstance(probes[path.stem], FileProbe):
            raise ScenarioError(f"{path}: no answer of a probe; one is named <probe>.out, .err or .rc")
    for name in sorted({path.stem for path in answers}):
        captures[name] = _answer(probes[name], folder, captures[name])
    for name, files in _by_probe(folder / FILES, probes.values()).items():
        captures[name] = _files(probes[name], files, captures[name])
    return _collected(node, captures)


def edited(node: NodeSnapshot, edit: Edit, where: str) -> NodeSnapshot:
    """With `old` replaced by `new` in one answer."""
    captures = dict(node.by_probe())
    old, new = edit.old.encode(), edit.new.encode()
    name = next((name for name, each in captures.items() if edit.answer in _names(each)), "")
    if not name:
        raise ScenarioError(f"{where}: {edit.node} has no answer {edit.answer!r}")
    found = _names(captures[name])[edit.answer]
    if old not in found:
        raise ScenarioError(f"{where}: {edit.node}/{edit.answer} does not hold {edit.old!r}")
    captures[name] = _with(captures[name], edit.answer, found.replace(old, new))
    return _collected(node, captures)


def lost(node: NodeSnapshot, losses: Mapping[str, str], where: str) -> NodeSnapshot:
    """Without the knowledge of some probes; `*` means all that are not named."""
    captures = dict(node.by_probe())
    for name, how in _named(losses, captures, where):
        captures[name] = _lost(captures[name], how)
    return _collected(node, captures)


def lost_of_cluster(cluster: ClusterSnapshot, losses: Mapping[str, str], where: str) -> ClusterSnapshot:
    captures = dict(cluster.by_kind())
    for name, how in _named(losses, captures, where):
        captures[name] = _lost(captures[name], how)
    about_logs = captures.get(POD_LOGS)
    logs = cluster.logs if about_logs is None or about_logs.status.is_knowledge else {}
    return ClusterSnapshot(tuple(captures.values()), logs)


def _named(losses: Mapping[str, str], known: Mapping[str, Capture], where: str) -> Iterable[tuple[str, str]]:
    for name in losses:
        if name not in known and name != EVERY:
            raise ScenarioError(f"{where}.{name}: none of {', '.join(known)}")
    every = dict.fromkeys(known, losses[EVERY]) if EVERY in losses else {}
    return {**every, **{name: how for name, how in losses.items() if name != EVERY}}.items()


def _lost(capture: Capture, how: str) -> Capture:
    if how == TRUNCATED:
        files = tuple(replace(file, truncated=True) for file in capture.files)
        return replace(capture, truncated=True, files=files)
    word, _, why = how.partition(": ")
    status = Status(word)
    reason = why or ("" if status.is_knowledge else REASONS.get(status, "timed out after 60 s"))
    return Capture(capture.probe, status, capture.argv, None, capture.started, capture.seconds, reason=reason)


def _younger(probe: AnyProbe, node: NodeSnapshot) -> Capture:
    """The answer to a question that the base was not asked."""
    known = Capture(probe.name, Status.ABSENT, started=node.started, reason="not asked when this base was made")
    if any((OTHERWISE / f"{probe.name}{suffix}").exists() for suffix in SUFFIXES):
        return _answer(probe, OTHERWISE, known)
    return known


def _collected(node: NodeSnapshot, captures: Mapping[str, Capture]) -> NodeSnapshot:
    """In the catalogue's order, and with the outcome that follows."""
    return snapshot(
        node.node,
        captures.values(),
        address=node.address,
        transport=node.transport,
        started=node.started,
        seconds=node.seconds,
    )


def _answer(probe: AnyProbe, folder: Path, old: Capture) -> Capture:
    out, err, code = (_bytes(folder / f"{probe.name}{suffix}") for suffix in (".out", ".err", ".rc"))
    if code and not re.fullmatch(rb"\d{1,3}\s*", code):
        raise ScenarioError(f"{folder / probe.name}.rc: no exit code: {code[:20]!r}")
    end = End("exited", int(code) if code else 0)
    status, reason = judge(probe, end, out, err, truncated=False, files=0)
    known = replace(old, status=status, exit_code=end.code, truncated=False, reason=reason)
    return replace(known, out=redact(out).data, err=redact(err).data)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _files(probe: AnyProbe, files: Mapping[str, bytes], old: Capture) -> Capture:
    collected = tuple(CollectedFile(path, redact(content).data) for path, content in sorted(files.items()))
    return replace(old, status=Status.COLLECTED, exit_code=0, truncated=False, reason="", files=collected)


def _by_probe(folder: Path, probes: Iterable[AnyProbe]) -> dict[str, dict[str, bytes]]:
    """Files of the scenario by the probe that collects them."""
    readers = [probe for probe in probes if isinstance(probe, FileProbe)]
    found: dict[str, dict[str, bytes]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        inside = f"/{path.relative_to(folder)}"
        names = [probe.name for probe in readers if any(_matches(inside, glob) for glob in probe.globs)]
        if not names:
            raise ScenarioError(f"{path}: no file probe reads {inside}")
        for name in names:
            found.setdefault(name, {})[inside] = path.read_bytes()
    return found


def _matches(path: str, glob: str) -> bool:
    """As in a shell: `*` does not go over `/`."""
    parts, patterns = path.split("/"), glob.split("/")
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))


def _names(capture: Capture) -> dict[str, bytes]:
    """An answer's parts under the names they have in a bundle."""
    streams = {f"{capture.probe}.out": capture.out, f"{capture.probe}.err": capture.err}
    return {**streams, **{f"{FILES}{file.path}": file.content for file in capture.files}}


def _with(capture: Capture, part: str, content: bytes) -> Capture:
    if part.startswith(f"{FILES}/"):
        path = part.removeprefix(FILES)
        files = tuple(replace(file, content=content) if file.path == path else file for file in capture.files)
        return replace(capture, files=files)
    return replace(capture, out=content) if part.endswith(".out") else replace(capture, err=content)
