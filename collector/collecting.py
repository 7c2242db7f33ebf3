"""The work of `collect`: find the nodes, ask the cluster, ask the nodes, write one bundle.

Input    `Wishes`, what the command line asked for; to resume, also what earlier runs collected.
Output   the bundle's file, and `Collected`: what became of each node.
Errors   CollectError and its kin, one sentence each, before anything is written or with nothing left behind.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType

from rich.console import Console

from bundle.capture import ClusterSnapshot, Outcome, Status
from bundle.layout import bundle_name
from bundle.writer import NOT_COLLECTED, BundleWriter
from collector import progress, resuming
from collector.anonymizing.covering import Cover
from collector.budget import Budget
from collector.cluster import kubectl
from collector.cluster.asking import collect_cluster, now
from collector.errors import CollectError
from collector.inventory import read_file
from collector.keeping import Keeper
from collector.probes import catalogue
from collector.results import NodeResult
from collector.resuming import Earlier
from collector.runner import Job, collect_nodes
from collector.targets import jobs_of, nodes_of
from collector.transports.ssh_config import SshOptions, read_config
from collector.wishes import Wishes


@dataclass(slots=True)
class Collected:
    """`left_out` are the targets of which nothing came, and `why`; `before` counts those collected by earlier runs."""

    sha256: str = ""
    results: list[NodeResult] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    why: str = ""
    before: int = 0
    cluster_whole: bool = True
    cluster: Mapping[str, Status] | None = None  # how asking for each kind ended; None where no cluster was asked
    kept: tuple[str, ...] = ()  # names that `--anonymize` left, being ordinary words

    @property
    def whole(self) -> bool:
        return self.cluster_whole and not self.left_out and all(result.whole for result in self.results)


def collect(wishes: Wishes, console: Console) -> Collected:
    cancelled, budget = threading.Event(), Budget.of(wishes.deadline)
    options = SshOptions(wishes.identity, wishes.known_hosts, read_config(wishes.ssh_config))
    named = read_file(wishes.nodes_file) if wishes.nodes_file else ()
    earlier = resuming.find(wishes.resume) if wishes.resume else resuming.NOTHING
    client = kubectl.find(wishes.kubeconfig, wishes.context, cancelled, budget) if wishes.kubeconfig else None
    with _ctrl_c_sets(cancelled):
        cluster = _asked(client, wishes, console) if client else None
        nodes = named or (nodes_of(cluster) if cluster and not wishes.local else ())
        if cluster is not None:
            _tell_refusals(cluster, console)
        resuming.check_cluster(earlier.cluster(), cluster)
        jobs = jobs_of(wishes, nodes, cluster, options, client, cancelled)
        if earlier.lacks_nothing(wishes.output, [job.node for job in jobs]):
            progress.say(console, f"nothing is missing in {wishes.output}; it was left as it is")
            return Collected(earlier.sha256, before=len(earlier.holders))
        return Run(wishes, console, earlier, cluster, cancelled, budget).write(jobs)


def _asked(client: kubectl.Kubectl, wishes: Wishes, console: Console) -> ClusterSnapshot:
    with console.status("asking the cluster") if console.is_terminal else contextlib.nullcontext():
        return collect_cluster(client, driver_name=wishes.driver_name, since=wishes.since)


def _tell_refusals(snapshot: ClusterSnapshot, console: Console) -> None:
    refused: dict[tuple[Status, str], list[str]] = {}
    for capture in snapshot.captures:
        if capture.is_gap:
            refused.setdefault((capture.status, capture.reason), []).append(capture.probe)
    for (status, reason), kinds in refused.items():
        progress.say(console, f"cluster: {', '.join(kinds)} {status}: {reason}")


@dataclass(frozen=True, slots=True)
class Run:
    """Nodes are asked and one bundle is written, be it from nothing or from what earlier runs collected."""

    wishes: Wishes
    console: Console
    earlier: Earlier
    cluster: ClusterSnapshot | None
    cancelled: threading.Event
    budget: Budget

    def write(self, jobs: list[Job]) -> Collected:
        cover = Cover(self.wishes.map_file)
        cover.learn(self.cluster, ((job.node, job.address) for job in jobs))
        writer = self._writer(jobs, cover)
        try:
            with writer, cover, self._all_or_nothing():
                collected = self._fill(writer, jobs, cover)
        finally:
            self.cancelled.set()  # whatever ends the run, no thread goes on asking
        collected.sha256, collected.kept = writer.sha256, cover.kept
        for part in self.earlier.parts:
            with contextlib.suppress(OSError):  # all that is in it is in the bundle now
                part.unlink()
        return collected

    def _fill(self, writer: BundleWriter, jobs: list[Job], cover: Cover) -> Collected:
        if self.cluster is not None:
            writer.add_cluster(cover.cluster(self.cluster))
        keeper = Keeper(writer, self.earlier, cover)
        keeper.copy_collected()
        missing = [job for job in jobs if job.node not in keeper.copied]
        self._ask(sorted(missing, key=lambda job: self.earlier.turn_of(job.node)), keeper)
        keeper.keep_the_rest()
        writer.why_missing = self._why_left_out()
        collected = Collected(
            results=keeper.results,
            left_out=tuple(sorted({job.node for job in jobs} - keeper.kept)),
            why=writer.why_missing,
            before=len(keeper.copied),
            cluster_whole=self.cluster is None or _is_whole(self.cluster),
            cluster=None if self.cluster is None else {one.probe: one.status for one in self.cluster.captures},
        )
        self._refuse_nothing(collected)
        return collected

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """At a second Ctrl-C the writer makes a bundle of what arrived: too little to replace one that held more."""
        try:
            yield
        except KeyboardInterrupt:
            if self.earlier.readers:
                raise CollectError("interrupted twice; what had been collected before is as it was") from None
            raise

    def _writer(self, jobs: list[Job], cover: Cover) -> BundleWriter:
        wishes, earlier = self.wishes, self.earlier
        again = {"resumed": (*earlier.resumed, now())} if earlier.readers else {}
        return BundleWriter(
            wishes.output,
            name=earlier.readers[0].name if earlier.readers else bundle_name(wishes.output),
            started=earlier.started or now(),
            tool_version=wishes.tool_version,
            options={**wishes.recorded, **cover.recorded, **again},
            targets=tuple(dict.fromkeys((*earlier.holders, *(cover.name(job.node) for job in jobs)))),
            recipients=wishes.recipients,
        )

    def _ask(self, jobs: list[Job], keeper: Keeper) -> None:
        if self.earlier.readers:
            where = self.earlier.files[0]
            progress.say(self.console, f"{where} holds {len(keeper.copied)} whole nodes; {len(jobs)} are asked")
        probes = catalogue()
        with progress.on(self.console, nodes=len(jobs), probes=len(probes)) as watcher:
            collect_nodes(
                jobs,
                probes,
                at_once=self.wishes.jobs,
                node_timeout_s=self.wishes.node_timeout_s,
                budget=self.budget,
                cancelled=self.cancelled,
                watcher=watcher,
                keep=keeper.keep,
            )

    def _why_left_out(self) -> str:
        return f"not collected: {self.budget.sentence}" if self.budget.over else NOT_COLLECTED

    def _refuse_nothing(self, collected: Collected) -> None:
        """A bundle in which nobody answered helps nobody."""
        knows_cluster = self.cluster is not None and any(one.status.is_knowledge for one in self.cluster.captures)
        reached = any(result.outcome is not Outcome.UNREACHABLE for result in collected.results)
        if knows_cluster or reached or self.earlier.readers or self.cancelled.is_set():
            return
        reasons = dict.fromkeys(f"{result.node}: {result.reason}" for result in collected.results)
        nobody = self.budget.sentence if self.budget.over else "there was nobody to ask"
        first = next(iter(reasons), nobody)
        more = f" (and {len(reasons) - 1} more nodes for reasons of their own)" if len(reasons) > 1 else ""
        raise CollectError(f"no bundle was written, since no node was reached: {first}{more}")


def _is_whole(cluster: ClusterSnapshot) -> bool:
    return not any(capture.is_gap for capture in cluster.captures)


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
