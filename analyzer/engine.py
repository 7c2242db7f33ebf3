"""`analyse(path)`: a bundle -> its verdict and the runbooks that follow from it.

Input    a bundle file, or a bundle as a folder.
Output   `Analysis`: the same for the same bundle, whatever the number of workers.
Errors   `BundleError` when the bundle cannot be read; a node of it that cannot be read is inconclusive instead.
Nodes are judged where they are read: each worker opens the file, reads its nodes through the index, and returns what
the rules say.  A file without an index is read as a stream, here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.facts import Unknown
from analyzer.facts.cluster import ClusterNodes, PersistentVolumes
from analyzer.facts.host import Clock, Host
from analyzer.facts.logs import PodLogs
from analyzer.facts.taken import NodeTaken
from analyzer.findings import Verdict
from analyzer.host_runbooks import bound_to_host, runbooks
from analyzer.judging import Judgement, across, compared, judge_cluster, judge_node, verdict_of
from analyzer.pictures.assembling import pictures_of
from analyzer.pictures.looking import sight_of
from analyzer.pictures.parts import VolumePicture
from analyzer.reading import (
    NO_CLUSTER,
    NO_LOGS,
    Facts,
    cluster_facts,
    node_facts,
    not_learned,
    pod_logs_by_node,
    unread_node_facts,
)
from analyzer.rules import Rule, all_rules
from analyzer.runbook import Runbook
from analyzer.timeline.gathering import NodeTold, gather, limit_of
from analyzer.timeline.hits import VolumeNames
from analyzer.timeline.moments import NO_TIMELINE, Timeline
from analyzer.timeline.telling import Given, tell
from bundle.capture import ClusterSnapshot, NodeSnapshot, Outcome, Status
from bundle.decrypting import Source
from bundle.folder import node_folders, read_bundle_manifest, read_cluster_folder, read_node_folder
from bundle.layout import CLUSTER_FOLDER, CLUSTER_MANIFEST, BundleError
from bundle.reader import THE_CLUSTER, BundleReader

# below this, starting processes costs more than it saves
FEW_NODES = 10
SMALL_FILE_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class BundleInfo:
    name: str
    format: int
    started: str
    nodes: tuple[str, ...]  # every target, by name
    complete: bool
    tool_version: str = ""  # of the collector
    sha256: str = ""  # of the bundle's file, told by who knows the path; a folder has none
    left_out: tuple[str, ...] = ()  # nodes of the cluster that were not asked


@dataclass(frozen=True, slots=True)
class NodeSummary:
    """What became of a target: its identity if it is known, and the probes that gave no knowledge."""

    node: str
    outcome: Outcome
    reason: str
    host: Host | None = None
    not_learned: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Analysis:
    """Nodes by name; runbooks by host, the admin host's first; pictures of the volumes of the worst findings first.

    `not_pictured` counts the other volumes that findings name.
    """

    bundle: BundleInfo
    verdict: Verdict
    nodes: tuple[NodeSummary, ...]
    runbooks: tuple[Runbook, ...]
    timeline: Timeline = NO_TIMELINE
    pictures: tuple[VolumePicture, ...] = ()
    not_pictured: int = 0


@dataclass(frozen=True, slots=True)
class _Cluster:
    """What is the same for every node; `told_most` is how many moments each may tell."""

    facts: Facts
    pod_logs: Mapping[str, PodLogs]
    volumes: VolumeNames
    told_most: int

    @classmethod
    def of(cls, snapshot: ClusterSnapshot | None, nodes: int, why_none: str = NO_CLUSTER) -> _Cluster:
        facts = cluster_facts(snapshot, why_none)
        volumes = VolumeNames.of(facts[PersistentVolumes])
        return cls(facts, pod_logs_by_node(snapshot, facts), volumes, limit_of(nodes))


@dataclass(frozen=True, slots=True)
class _Judged:
    """`compared` are the node's facts that rules of the cluster set side by side; `sight` what it saw of volumes."""

    summary: NodeSummary
    judgement: Judgement
    compared: Facts
    told: NodeTold
    sight: bytes
    was_read: bool = True


def analyse(path: Source, *, workers: int | None = None) -> Analysis:
    """The verdict on a bundle; `workers` is the number of processes, by default one per processor."""
    if isinstance(path, Path) and path.is_dir():
        return analyse_folder(path)
    reader = BundleReader(path)
    objects = reader.cluster()
    cluster = _Cluster.of(objects, len(reader.meta.targets), reader.damaged.get(THE_CLUSTER, NO_CLUSTER))
    judged = list(_judged(reader, cluster, _workers(reader, workers)))
    complete = reader.complete and all(one.was_read for one in judged)
    there = {one.summary.node for one in judged}
    for node, target in reader.targets().items():
        if node not in there:
            judged.append(_unread(node, target.outcome, target.reason, cluster))
    meta = reader.meta
    info = BundleInfo(reader.name, meta.format, meta.started, (), complete, meta.tool_version)
    return _analysis(info, cluster, judged)


def analyse_folder(path: Path) -> Analysis:
    """The verdict on a bundle that lies unpacked, as the samples do."""
    meta = read_bundle_manifest(path)
    has_cluster = (path / CLUSTER_MANIFEST).exists()
    cluster = _Cluster.of(read_cluster_folder(path / CLUSTER_FOLDER) if has_cluster else None, len(meta.targets))
    judged = [_judge(read_node_folder(folder), cluster) for folder in node_folders(path)]
    absent = sorted(set(meta.targets) - {one.summary.node for one in judged})
    judged += [_unread(node, Outcome.UNREACHABLE, "not in the bundle", cluster) for node in absent]
    info = BundleInfo(meta.name, meta.format, meta.started, (), not absent, meta.tool_version)
    return _analysis(info, cluster, judged)


def analyse_snapshots(info: BundleInfo, objects: ClusterSnapshot | None, nodes: Iterable[NodeSnapshot]) -> Analysis:
    """The verdict on captures that are at hand; `info.nodes` is what was asked for."""
    cluster = _Cluster.of(objects, len(info.nodes))
    judged = [_judge(snapshot, cluster) for snapshot in nodes]
    absent = sorted(set(info.nodes) - {one.summary.node for one in judged})
    judged += [_unread(node, Outcome.UNREACHABLE, "not in the bundle", cluster) for node in absent]
    return _analysis(info, cluster, judged)


def _workers(reader: BundleReader, wanted: int | None) -> int:
    nodes = len(reader.nodes())
    if not reader.seekable or nodes < 2:
        return 1
    if wanted is None:
        small = nodes < FEW_NODES and reader.size < SMALL_FILE_BYTES
        wanted = 1 if small else len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(wanted or 1, nodes)


def _judged(reader: BundleReader, cluster: _Cluster, workers: int) -> Iterator[_Judged]:
    if not reader.seekable:
        for snapshot in reader.snapshots():
            yield _judge(snapshot, cluster)
        return
    if workers == 1:
        for node in reader.nodes():
            yield _read_and_judge(reader, cluster, node)
        return
    yield from _in_parallel(reader, cluster, workers)


def _in_parallel(reader: BundleReader, cluster: _Cluster, workers: int) -> Iterator[_Judged]:
    all_rules()  # loaded once, before the workers are forked
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    context = multiprocessing.get_context(method)
    nodes = reader.nodes()
    chunk = max(1, min(16, len(nodes) // (workers * 4)))
    with ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=(reader, cluster)) as pool:
        try:
            yield from pool.map(_in_worker, nodes, chunksize=chunk)
        except BrokenProcessPool:
            raise BundleError(
                f"a worker process died while reading {reader.path}; it may lack memory: free some and try again."
            ) from None


_worker: list[tuple[BundleReader, _Cluster]] = []  # of this process, if it is a worker


def _start_worker(reader: BundleReader, cluster: _Cluster) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's business
    _worker.append((reader, cluster))


def _in_worker(node: str) -> _Judged:
    reader, cluster = _worker[0]
    return _read_and_judge(reader, cluster, node)


def _read_and_judge(reader: BundleReader, cluster: _Cluster, node: str) -> _Judged:
    try:
        snapshot = reader.node(node)
    except BundleError as error:
        return _unread(node, Outcome.UNREACHABLE, str(error), cluster)
    return _judge(snapshot, cluster)


def _judge(snapshot: NodeSnapshot, cluster: _Cluster) -> _Judged:
    node = snapshot.node
    facts = node_facts(snapshot, cluster.facts, cluster.pod_logs.get(node, NO_LOGS))
    host = facts.get(Host)
    summary = NodeSummary(
        node=node,
        outcome=snapshot.outcome,
        reason=snapshot.reason,
        host=host if isinstance(host, Host) else None,
        not_learned=not_learned(snapshot, facts),
    )
    return _judged_by(summary, facts, cluster)


def _unread(node: str, outcome: Outcome, reason: str, cluster: _Cluster) -> _Judged:
    """A node of which nothing is known but what the cluster says of it."""
    why, pod_logs = Unknown("", Status.UNREACHABLE, reason), cluster.pod_logs.get(node, NO_LOGS)
    facts = unread_node_facts(node, why, cluster.facts, pod_logs)
    return replace(_judged_by(NodeSummary(node, outcome, reason), facts, cluster), was_read=False)


def _judged_by(summary: NodeSummary, facts: Facts, cluster: _Cluster) -> _Judged:
    rules = all_rules()
    judgement = bound_to_host(judge_node(summary.node, facts, rules), facts[Host])
    told = gather(summary.node, facts, judgement.findings, cluster.volumes, cluster.told_most)
    return _Judged(summary, judgement, {kind: facts[kind] for kind in _compared(rules)}, told, sight_of(facts))


def _compared(rules: Iterable[Rule]) -> frozenset[type]:
    """The facts of nodes that the main process wants side by side."""
    return compared(rules) | {Clock, NodeTaken}


def _analysis(info: BundleInfo, cluster: _Cluster, judged: Sequence[_Judged]) -> Analysis:
    in_order = sorted(judged, key=lambda one: one.summary.node)
    nodes = tuple(one.summary for one in in_order)
    rules = all_rules()
    side_by_side = across({one.summary.node: one.compared for one in in_order}, _compared(rules))
    of_cluster = judge_cluster({**cluster.facts, **side_by_side}, rules)
    verdict = verdict_of([of_cluster, *(one.judgement for one in in_order)], rules)
    info = replace(info, nodes=tuple(node.node for node in nodes), left_out=_left_out(cluster.facts, nodes))
    told = tuple(one.told for one in in_order)
    timeline = tell(Given(told, {**cluster.facts, **side_by_side}, cluster.volumes, verdict.findings))
    gallery = pictures_of(verdict.findings, cluster.facts, {one.summary.node: one.sight for one in in_order})
    steps = runbooks(verdict.findings, {node.node: node.host for node in nodes}, info.name, _boot_ids(cluster.facts))
    return Analysis(info, verdict, nodes, steps, timeline, gallery.pictures, gallery.left_out)


def _boot_ids(cluster: Facts) -> tuple[str, ...]:
    known = cluster.get(ClusterNodes)
    return tuple(one.boot_id for one in known.items) if isinstance(known, ClusterNodes) else ()


def _left_out(cluster: Facts, nodes: Sequence[NodeSummary]) -> tuple[str, ...]:
    """By name and by boot: an inventory may have names of its own."""
    known = cluster.get(ClusterNodes)
    names, boots = {one.node for one in nodes}, {one.host.boot_id for one in nodes if one.host}
    items = known.items if isinstance(known, ClusterNodes) else ()
    return tuple(sorted(one.name for one in items if one.name not in names and one.boot_id not in boots))
