"""The work of `collect`: find the nodes, ask the cluster, ask the nodes, write one bundle.

Input    `Wishes`, what the command line asked for.
Output   the bundle's file, and `Collected`: what became of each node.
Errors   CollectError and its kin, one sentence each, before anything is written or with nothing left behind.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FrameType

from rich.console import Console

from bundle.capture import ClusterSnapshot, NodeSnapshot, Outcome, Status
from bundle.layout import bundle_name
from bundle.writer import BundleWriter
from collector import kubectl, progress
from collector.anonymizing.covering import Cover
from collector.cluster import collect_cluster, now
from collector.errors import CollectError
from collector.inventory import read_file
from collector.probes import catalogue
from collector.runner import Job, collect_nodes
from collector.targets import jobs_of, nodes_of
from collector.transports.ssh_config import SshOptions, read_config
from collector.wishes import Wishes


@dataclass(slots=True)
class Collected:
    """`left_out` are the targets that were not asked, since the user pressed Ctrl-C."""

    sha256: str = ""
    results: list[NodeSnapshot] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    cluster_whole: bool = True
    kept: tuple[str, ...] = ()  # names that `--anonymize` left, being ordinary words

    @property
    def whole(self) -> bool:
        return self.cluster_whole and not self.left_out and all(r.outcome is Outcome.COLLECTED for r in self.results)


def collect(wishes: Wishes, console: Console) -> Collected:
    cancelled = threading.Event()
    options = SshOptions(wishes.identity, wishes.known_hosts, read_config(wishes.ssh_config))
    named = read_file(wishes.nodes_file) if wishes.nodes_file else ()
    client = kubectl.find(wishes.kubeconfig, wishes.context, cancelled) if wishes.kubeconfig else None
    with _ctrl_c_sets(cancelled):
        cluster = _asked(client, wishes, console) if client else None
        nodes = named or (nodes_of(cluster) if cluster and not wishes.local else ())
        if cluster is not None:
            _tell_refusals(cluster, console)
        jobs = jobs_of(wishes, nodes, cluster, options, cancelled)
        return _write(wishes, jobs, cluster, cancelled, console)


def _asked(client: kubectl.Kubectl, wishes: Wishes, console: Console) -> ClusterSnapshot:
    with console.status("asking the cluster") if console.is_terminal else contextlib.nullcontext():
        return collect_cluster(client, driver_name=wishes.driver_name, since=wishes.since)


def _tell_refusals(snapshot: ClusterSnapshot, console: Console) -> None:
    refused: dict[tuple[Status, str], list[str]] = {}
    for capture in snapshot.captures:
        if not capture.status.is_knowledge and capture.status is not Status.ABSENT:
            refused.setdefault((capture.status, capture.reason), []).append(capture.probe)
    for (status, reason), kinds in refused.items():
        progress.say(console, f"cluster: {', '.join(kinds)} {status}: {reason}")


def _write(
    wishes: Wishes, jobs: list[Job], cluster: ClusterSnapshot | None, cancelled: threading.Event, console: Console
) -> Collected:
    collected = Collected(cluster_whole=cluster is None or _is_whole(cluster))
    probes = catalogue()
    cover = Cover(wishes.map_file)
    cover.learn(cluster, ((job.node, job.address) for job in jobs))
    writer = BundleWriter(
        wishes.output,
        name=bundle_name(wishes.output),
        started=now(),
        tool_version=wishes.tool_version,
        options=wishes.recorded,
        targets=[cover.name(job.node) for job in jobs],
    )

    def keep(result: NodeSnapshot) -> None:
        writer.add_node(cover.node(result))
        collected.results.append(result)

    try:
        with writer, cover, progress.on(console, nodes=len(jobs), probes=len(probes)) as watcher:
            if cluster is not None:
                writer.add_cluster(cover.cluster(cluster))
            collect_nodes(
                jobs,
                probes,
                at_once=wishes.jobs,
                node_timeout_s=wishes.node_timeout_s,
                cancelled=cancelled,
                watcher=watcher,
                keep=keep,
            )
            collected.left_out = tuple(
                sorted({job.node for job in jobs} - {result.node for result in collected.results})
            )
            _refuse_nothing(collected, cluster, interrupted=cancelled.is_set())
    finally:
        cancelled.set()  # whatever ends the run, no thread goes on asking
    collected.sha256, collected.kept = writer.sha256, cover.kept
    return collected


def _is_whole(cluster: ClusterSnapshot) -> bool:
    return all(capture.status.is_knowledge or capture.status is Status.ABSENT for capture in cluster.captures)


def _refuse_nothing(collected: Collected, cluster: ClusterSnapshot | None, *, interrupted: bool) -> None:
    """A bundle in which nobody answered helps nobody."""
    knows_cluster = cluster is not None and any(capture.status.is_knowledge for capture in cluster.captures)
    if interrupted or knows_cluster or any(result.outcome is not Outcome.UNREACHABLE for result in collected.results):
        return
    reasons = dict.fromkeys(f"{result.node}: {result.reason}" for result in collected.results)
    first = next(iter(reasons), "there was nobody to ask")
    more = f" (and {len(reasons) - 1} more nodes for reasons of their own)" if len(reasons) > 1 else ""
    raise CollectError(f"no bundle was written, since no node was reached: {first}{more}")


@contextlib.contextmanager
def _ctrl_c_sets(cancelled: threading.Event) -> Iterator[None]:
    """The first Ctrl-C ends collecting in good order; a second one acts as usual."""

    def end(number: int, _frame: FrameType | None) -> None:
        cancelled.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        for number in before:
            signal.signal(number, end)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
