"""The work of `collect`: find the nodes, ask the cluster, ask the nodes, write one bundle.

Input    `Wishes`, what the command line asked for.
Output   the bundle's file, and `Collected`: what became of each node.
Errors   CollectError and its kin, one sentence each, before anything is written or with nothing left behind.
"""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType

from rich.console import Console

from bundle.capture import ClusterSnapshot, NodeSnapshot, Outcome, Status
from bundle.layout import is_safe_name
from bundle.writer import BundleWriter
from collector import kubectl, progress, reach
from collector.cluster import collect_cluster, items_of, now
from collector.errors import UserError
from collector.inventory import Node, from_cluster, read_file
from collector.options import bundle_name
from collector.probes import catalogue
from collector.program import new_salt, render
from collector.runner import Job, collect_nodes
from collector.transports import Sudo, Transport, TransportError
from collector.transports.local import LocalTransport
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import ConfigError, SshOptions, Wanted, has_host_name, read_config, route

SPARE_S, SPARE_PART = 10.0, 0.2  # the node's own limit lies below ours, so that its last words still arrive


class CollectError(UserError):
    """One sentence: why there is no bundle, and what to do."""


@dataclass(frozen=True, slots=True)
class Wishes:
    output: Path
    tool_version: str
    local: bool = False
    kubeconfig: Path | None = None
    context: str | None = None
    nodes_file: Path | None = None
    user: str | None = None
    port: int | None = None
    identity: Path | None = None
    known_hosts: Path | None = None
    ssh_config: Path | None = None
    sudo: Sudo | None = None
    active: bool = True
    since: str = "24h"
    parallel: int = 16
    node_timeout_s: float = 300.0
    driver_name: str = "csi.huawei.com"
    salt: str = field(default_factory=new_salt, repr=False)  # of initiator names; in no bundle

    @property
    def recorded(self) -> Mapping[str, object]:
        """What the bundle tells of how it was made: nothing of keys, users and passwords."""
        return {
            "active": self.active,
            "driver_name": self.driver_name,
            "since": self.since,
            "sudo": self.sudo is not None,
            "cluster": self.kubeconfig is not None,
            "node_timeout_s": self.node_timeout_s,
        }


@dataclass(slots=True)
class Collected:
    """`left_out` are the targets that were not asked, since the user pressed Ctrl-C."""

    sha256: str = ""
    results: list[NodeSnapshot] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    cluster_whole: bool = True

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
        nodes = named or (_nodes_of(cluster) if cluster and not wishes.local else ())
        if cluster is not None:
            _tell_refusals(cluster, console)
        jobs = _jobs(wishes, nodes, cluster, options, cancelled)
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


def _nodes_of(cluster: ClusterSnapshot) -> tuple[Node, ...]:
    listed = cluster.by_kind()["nodes"]
    if listed.status is not Status.COLLECTED:
        raise CollectError(
            f"the cluster does not tell its nodes ({listed.status}: {listed.reason}); "
            "correct that, or name them with --nodes"
        )
    return from_cluster(items_of(listed))


def _jobs(
    wishes: Wishes,
    nodes: tuple[Node, ...],
    cluster: ClusterSnapshot | None,
    options: SshOptions,
    cancelled: threading.Event,
) -> list[Job]:
    asked = reach.reaches(cluster) if cluster and wishes.active else reach.Reaches()
    here = _own_name(cluster) if wishes.local else None
    nodes = tuple(node for node in nodes if node.name != here)
    jobs = [
        Job(
            node.name,
            node.address or node.name,
            partial(_ssh, node, wishes, options, cancelled),
            _program(wishes, asked, node.name),
        )
        for node in nodes
    ]
    if here is not None:
        way = partial(LocalTransport, here, wishes.sudo, cancelled)
        jobs.insert(0, Job(here, "localhost", way, _program(wishes, asked, here)))
    return jobs


def _ssh(node: Node, wishes: Wishes, options: SshOptions, cancelled: threading.Event) -> Transport:
    try:
        address = None if node.address_from_cluster and has_host_name(node.name, options) else node.address
        wanted = Wanted(node.name, address, node.port or wishes.port, node.user or wishes.user)
        return SshTransport(node.name, route(wanted, options), wishes.sudo, cancelled)
    except ConfigError as error:
        raise TransportError(Status.UNREACHABLE, str(error)) from error


def _program(wishes: Wishes, asked: reach.Reaches, node: str) -> str:
    wanted = asked.of(node)
    return render(
        catalogue(),
        active=wishes.active,
        portals=wanted.portals,
        shares=wanted.shares,
        since=wishes.since,
        salt=wishes.salt,
        deadline_s=int(wishes.node_timeout_s - min(SPARE_S, wishes.node_timeout_s * SPARE_PART)),
    )


def _own_name(cluster: ClusterSnapshot | None) -> str:
    """This machine's name, as the cluster spells it if it is one of its nodes."""
    own = socket.gethostname()
    for item in items_of(cluster.by_kind()["nodes"]) if cluster else ():
        labels = item["metadata"].get("labels") or {}
        if own.lower() in (item["metadata"]["name"], labels.get("kubernetes.io/hostname")):
            return str(item["metadata"]["name"])
    if not is_safe_name(own):
        raise CollectError(f"this machine calls itself {own!r}, which cannot be a node's name; set a plain host name")
    return own


def _write(
    wishes: Wishes, jobs: list[Job], cluster: ClusterSnapshot | None, cancelled: threading.Event, console: Console
) -> Collected:
    collected = Collected(cluster_whole=cluster is None or _is_whole(cluster))
    probes = catalogue()
    writer = BundleWriter(
        wishes.output,
        name=bundle_name(wishes.output),
        started=now(),
        tool_version=wishes.tool_version,
        options=wishes.recorded,
        targets=[job.node for job in jobs],
    )

    def keep(result: NodeSnapshot) -> None:
        writer.add_node(result)
        collected.results.append(result)

    try:
        with writer, progress.on(console, nodes=len(jobs), probes=len(probes)) as watcher:
            if cluster is not None:
                writer.add_cluster(cluster)
            collect_nodes(
                jobs,
                probes,
                parallel=wishes.parallel,
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
    collected.sha256 = writer.sha256
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
