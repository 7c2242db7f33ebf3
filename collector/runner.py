"""Many nodes at once, each with its own time budget.

Input    `Job`s: a node, the way to it, and its program.
Output   every node's snapshot, handed to `keep` in the caller's thread as it arrives; a node that was not reached gives
         captures that say so.  At most `at_once` nodes are at work, and as many results wait to be kept.
Errors   whatever `keep` raises stops the run.  Setting `cancelled` stops it too: what arrived has been kept.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bundle.capture import Capture, NodeSnapshot, Outcome, Status
from collector.answer import AnswerError, decode, snapshot
from collector.cluster import now
from collector.probes import AnyProbe
from collector.sentences import told
from collector.transports import Transport, TransportError

TICK_S = 0.2
LAST_WORDS_S = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """One node; `open_way` may raise TransportError, since it reads the SSH configuration."""

    node: str
    address: str
    open_way: Callable[[], Transport]
    program: str


class Watcher(Protocol):
    """Who is told how it goes; called from several threads."""

    def begins(self, node: str) -> None: ...

    def answers(self, node: str, count: int) -> None: ...

    def ends(self, result: NodeSnapshot) -> None: ...


def collect_nodes(
    jobs: Sequence[Job],
    probes: Sequence[AnyProbe],
    *,
    at_once: int,
    node_timeout_s: float,
    cancelled: threading.Event,
    watcher: Watcher,
    keep: Callable[[NodeSnapshot], None],
) -> None:
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    done: queue.Queue[NodeSnapshot | Exception] = queue.Queue(maxsize=max(1, at_once))
    work = _Work(waiting, done, tuple(probes), node_timeout_s, cancelled, watcher)
    for _ in range(min(at_once, len(jobs))):
        threading.Thread(target=work.run, daemon=True).start()
    left = len(jobs)
    deadline = None
    while left and (deadline is None or time.monotonic() < deadline):
        if cancelled.is_set() and deadline is None:
            deadline = time.monotonic() + LAST_WORDS_S  # threads at work notice within a tick; a stuck one is left
        try:
            result = done.get(timeout=TICK_S)
        except queue.Empty:
            continue
        if isinstance(result, Exception):
            raise result
        left -= 1
        if not cancelled.is_set() or result.outcome is not Outcome.UNREACHABLE:
            keep(result)
            watcher.ends(result)


@dataclass(frozen=True, slots=True)
class _Work:
    waiting: queue.SimpleQueue[Job]
    done: queue.Queue[NodeSnapshot | Exception]
    probes: tuple[AnyProbe, ...]
    node_timeout_s: float
    cancelled: threading.Event
    watcher: Watcher

    def run(self) -> None:
        while not self.cancelled.is_set():
            try:
                job = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.watcher.begins(job.node)
            try:
                result = collect_node(job, self.probes, node_timeout_s=self.node_timeout_s, watcher=self.watcher)
            except Exception as error:  # a mistake of ours: handed to the caller's thread, which would wait for ever
                self.done.put(error)
                return
            self.done.put(result)


def collect_node(job: Job, probes: Sequence[AnyProbe], *, node_timeout_s: float, watcher: Watcher) -> NodeSnapshot:
    started, begun = now(), time.monotonic()
    captures: list[Capture] = []
    problem, running, kind = None, None, "ssh"
    try:
        transport = job.open_way()
        kind = transport.kind
        with transport.run(job.program, deadline_s=node_timeout_s) as running:
            kind = running.via or kind
            for capture in decode(running.stream, probes):
                captures.append(capture)
                watcher.answers(job.node, len(captures))
        if not captures:
            problem = TransportError(
                Status.FAILED, "the shell ran, but what it sent is no answer; try `script` there by hand"
            )
    except TransportError as error:
        problem = error
    except AnswerError as error:
        problem = TransportError(Status.FAILED, str(error))
    result = snapshot(
        job.node,
        captures,
        probes,
        address=job.address,
        transport=kind,
        started=started,
        seconds=round(time.monotonic() - begun, 3),
        missing=problem.status if problem else Status.TIMEOUT,
        reason=told(problem.sentence) if problem else "",
    )
    note = told(running.note) if running else ""
    return replace(result, outcome=_outcome(result, problem), reason="; ".join(filter(None, (note, result.reason))))


def _outcome(result: NodeSnapshot, problem: TransportError | None) -> Outcome:
    """A node whose shell hung was reached, though it told nothing."""
    reached = problem is not None and problem.status in (Status.TIMEOUT, Status.FAILED)
    return Outcome.PARTIAL if reached and result.outcome is Outcome.UNREACHABLE else result.outcome
