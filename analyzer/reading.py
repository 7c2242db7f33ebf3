"""Snapshots -> facts by type: every parser run, every log scanned, every fact that was not learned `Unknown`.

Input    a node's or the cluster's captures.
Output   for each fact type the fact or `Unknown`; `Signals` is unknown only when no log was collected at all.  A status
         that is no knowledge, an answer cut off at its limit, and one that does not have its tool's form are `Unknown`;
         so is one at which a parser fails: a stranger's file may not take the other answers down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from analyzer.facts import ParseError, Unknown, bindings, driver, failures, storage_join
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import Pod, Pods
from analyzer.facts.driver import Driver
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.logs import ClusterSignals, LogReach, PodLogs, SignalHit, Signals
from analyzer.facts.storage import NodeStorage
from analyzer.facts.taken import ClusterTaken, NodeTaken
from analyzer.parsers import Parser, TextFile, all_parsers
from analyzer.parsers.objects import all_object_parsers
from analyzer.signals.scan import reach, scan
from analyzer.signals.signal import LOGS_OF_POD, LOGS_OF_PROBE
from analyzer.sparing import spared
from bundle.capture import Capture, ClusterSnapshot, NodeSnapshot, Status

Facts = Mapping[type, object]
Assembler = tuple[type, Callable[[Facts], object]]

# facts that are joined from others: of a node, and of the cluster
NODE_ASSEMBLERS: tuple[Assembler, ...] = ((NodeStorage, storage_join.assemble), (VolumeFailures, failures.assemble))
CLUSTER_ASSEMBLERS: tuple[Assembler, ...] = ((Driver, driver.assemble), (Bindings, bindings.assemble))

CUT_OFF = "the answer was cut off at its size limit"
NOT_IN_BUNDLE = "the bundle has no such capture"
DRIVER_LOGS = "driver_logs"  # the probe of the driver's files
NO_CLUSTER = "the bundle was made without the cluster's objects"
NOTHING: Facts = {}
NO_LOGS = PodLogs()


def node_facts(snapshot: NodeSnapshot, cluster: Facts = NOTHING, pod_logs: PodLogs = NO_LOGS) -> dict[type, object]:
    """The cluster's facts and all of a node; `pod_logs` are those of the driver's pods on it."""
    captures = snapshot.by_probe()
    facts = {parser.fact: _of_node(parser, captures.get(parser.probe)) for parser in all_parsers()}
    facts[Signals] = _signals(snapshot.captures, pod_logs)
    facts[NodeTaken] = NodeTaken(snapshot.node, snapshot.started)
    return _assembled({**cluster, **facts}, NODE_ASSEMBLERS)


def unread_node_facts(node: str, why: Unknown, cluster: Facts, pod_logs: PodLogs = NO_LOGS) -> dict[type, object]:
    """The cluster's facts and none of a node that could not be read; only the logs of its driver's pod may tell."""
    facts: dict[type, object] = {parser.fact: why for parser in all_parsers()}
    facts[Signals] = Signals(pod_logs.hits, pod_logs.scanned, pod_logs.reaches) if _tells(pod_logs) else why
    facts[NodeTaken] = NodeTaken(node, "")
    return _assembled({**cluster, **facts}, NODE_ASSEMBLERS)


def cluster_facts(cluster: ClusterSnapshot | None, why_none: str = NO_CLUSTER) -> dict[type, object]:
    captures = cluster.by_kind() if cluster is not None else {}
    facts: dict[type, object] = {}
    for parser in all_object_parsers():
        if cluster is None:
            facts[parser.fact] = Unknown(parser.kind, Status.ABSENT, why_none)
            continue
        beside = [_text(captures[kind]) if _is_whole(captures.get(kind)) else None for kind in parser.beside]
        facts[parser.fact] = _learn(captures.get(parser.kind), parser.kind, parser.parse, *beside)
    facts[ClusterTaken] = ClusterTaken(max((capture.started for capture in captures.values()), default=""))
    facts[ClusterSignals] = _cluster_signals(cluster, why_none)
    return _assembled(facts, CLUSTER_ASSEMBLERS)


def _cluster_signals(cluster: ClusterSnapshot | None, why_none: str) -> ClusterSignals | Unknown:
    """The logs of the controller's containers; those of the node's pods are told with their nodes."""
    if cluster is None:
        return Unknown("logs", Status.ABSENT, why_none)
    logs = [(name, data) for name, data in sorted(cluster.logs.items()) if driver.NODE_APP not in name]
    sources = [(name, f"cluster/logs/{name}.log", data) for name, data in logs]
    hits = (hit for _, source, data in sources for hit in scan(source, LOGS_OF_POD, data))
    reaches = (LogReach(name, source, *reach(data)) for name, source, data in sources)
    return ClusterSignals(tuple(hits), tuple(name for name, _ in logs), tuple(reaches))


def pod_logs_by_node(cluster: ClusterSnapshot | None, facts: Facts) -> dict[str, PodLogs]:
    """What the driver's pods printed, by the node they run on: every container of the node pods, and the driver's own
    of the others."""
    pods = facts.get(Pods)
    if cluster is None or not isinstance(pods, Pods):
        return {}
    found: dict[str, PodLogs] = {}
    pod_of = {pod.name: pod for pod in pods.items if pod.node}
    for name, data in sorted(cluster.logs.items()):
        pod, container = pod_of.get(name.partition("/")[0]), name.partition("/")[2]
        if pod is not None and (container == driver.CONTAINER or driver.NODE_APP in pod.name):
            found[pod.node] = found.get(pod.node, NO_LOGS) + _pod_log(name, data, pod, facts.get(Driver))
    return found


def _pod_log(name: str, data: bytes, pod: Pod, own: object) -> PodLogs:
    source, reached = f"cluster/logs/{name}.log", reach(data)
    is_drivers = name.endswith(f"/{driver.CONTAINER}") and bool(reached[0])
    to_console = isinstance(own, Driver) and own.argument("logging-module", (pod,)) == "console"
    scanned = (DRIVER_LOGS,) if is_drivers and to_console and driver.NODE_APP in pod.name else ()
    return PodLogs(scan(source, LOGS_OF_POD, data), scanned, (LogReach(name, source, *reached),))


def not_learned(snapshot: NodeSnapshot, facts: Facts) -> tuple[Unknown, ...]:
    """Every probe of the node that gave no knowledge, and every answer that could not be read."""
    unknown = {capture.probe: _unknown(capture) for capture in snapshot.captures if not capture.status.is_knowledge}
    for fact in facts.values():
        if isinstance(fact, Unknown) and fact.probe in snapshot.by_probe():
            unknown.setdefault(fact.probe, fact)
    return tuple(unknown.values())


def _of_node(parser: Parser, capture: Capture | None) -> object:
    beside = (_decoded(capture.err),) if parser.reads_err and capture is not None else ()
    if parser.reads_files and capture is not None:
        files = tuple(TextFile(file.path, _decoded(file.content)) for file in capture.files)
        return _learn(capture, parser.probe, lambda _: parser.parse(files))
    return _learn(capture, parser.probe, parser.parse, *beside)


def _learn(capture: Capture | None, probe: str, parse: Callable[..., object], *beside: str | None) -> object:
    if capture is None:
        return Unknown(probe, Status.ABSENT, NOT_IN_BUNDLE)
    if not capture.status.is_knowledge:
        return _unknown(capture)
    if capture.truncated or any(file.truncated for file in capture.files):
        return Unknown(probe, Status.FAILED, CUT_OFF)
    return spared(lambda: parse(_text(capture), *beside), lambda error: Unknown(probe, Status.FAILED, _why(error)))


def _why(error: Exception) -> str:
    if isinstance(error, ParseError):
        return str(error)
    return f"its parser failed ({type(error).__name__}: {error}); please report this with the bundle"


def _is_whole(capture: Capture | None) -> bool:
    return capture is not None and capture.status.is_knowledge and not capture.truncated


def _unknown(capture: Capture) -> Unknown:
    return Unknown(capture.probe, capture.status, capture.reason)


def _text(capture: Capture) -> str:
    """What parsers read; bytes that are no text stay visible as escapes."""
    data = b"".join(file.content for file in capture.files) if capture.files and not capture.out else capture.out
    return _decoded(data)


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", errors="backslashreplace")


def _assembled(facts: dict[type, object], assemblers: Iterable[Assembler]) -> dict[type, object]:
    for kind, assemble in assemblers:
        facts[kind] = assemble(facts)
    return facts


def _tells(logs: PodLogs) -> bool:
    """The end of a sidecar's log without a word that we know is no knowledge of a node."""
    return bool(logs.hits or logs.scanned)


def _signals(captures: Iterable[Capture], more: PodLogs) -> Signals | Unknown:
    logs = [capture for capture in captures if capture.probe in LOGS_OF_PROBE]
    scanned = tuple(capture.probe for capture in logs if capture.status.is_knowledge)
    if not scanned and not _tells(more):
        return next(
            (_unknown(capture) for capture in logs), Unknown(next(iter(LOGS_OF_PROBE)), Status.ABSENT, NOT_IN_BUNDLE)
        )
    hits = (hit for capture in logs for hit in _hits(capture))
    reaches = (one for capture in logs for one in _reaches(capture))
    every = tuple(dict.fromkeys((*scanned, *more.scanned)))
    return Signals((*hits, *more.hits), every, (*reaches, *more.reaches))


def _reaches(capture: Capture) -> Iterator[LogReach]:
    if not capture.status.is_knowledge:
        return
    if capture.out:
        yield LogReach(capture.probe, capture.probe, *reach(capture.out))
    for file in capture.files:
        yield LogReach(capture.probe, f"files/{file.path.lstrip('/')}", *reach(file.content))


def _hits(capture: Capture) -> Iterator[SignalHit]:
    holds = LOGS_OF_PROBE[capture.probe]
    yield from scan(capture.probe, holds, capture.out)
    for file in capture.files:
        yield from scan(f"files/{file.path.lstrip('/')}", holds, file.content)
