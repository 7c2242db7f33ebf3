"""Many nodes at once, each with its own time budget within that of the run.

Input    `Job`s: a node, the way to it, and its program.
Output   every node's snapshot, handed to `keep` in the caller's thread as it arrives; a node that was not reached gives
         captures that say so.  At most `at_once` nodes are at work, and one result more waits to be kept.
Errors   whatever `keep` raises stops the run; whatever else goes wrong costs the node it happens to.  Setting
         `cancelled` and the end of the `budget` stop it too: what arrived has been kept; who told nothing is left out.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bundle.capture import Capture, NodeSnapshot, Outcome, Status
from collector.budget import Budget
from collector.cluster.asking import now
from collector.errors import UserError
from collector.node_program.answer import AnswerError, decode, snapshot
from collector.probes import AnyProbe
from collector.sentences import printable, told
from collector.transports import Transport, TransportError

TICK_S = 0.2
LAST_WORDS_S = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """One node; `open_way` may raise TransportError, since it reads the SSH configuration.

    `program` gives the text that ends by itself within so many seconds: thousands of them are never held at once.
    """

    node: str
    address: str
    open_way: Callable[[], Transport]
    program: Callable[[float], str]


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
    budget: Budget,
    cancelled: threading.Event,
    watcher: Watcher,
    keep: Callable[[NodeSnapshot], None],
) -> None:
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)
    done: queue.Queue[NodeSnapshot] = queue.Queue(maxsize=1)  # each may be hundreds of MiB
    work = _Work(waiting, done, tuple(probes), node_timeout_s, budget, cancelled, watcher)
    threads = [threading.Thread(target=work.run, daemon=True) for _ in range(min(at_once, len(jobs)))]
    for thread in threads:
        thread.start()
    left, heard_at = len(jobs), None
    while left:
        at_work = any(thread.is_alive() for thread in threads)
        try:
            result = done.get(timeout=TICK_S)
        except queue.Empty:
            if not at_work or (heard_at is not None and time.monotonic() - heard_at > LAST_WORDS_S):
                return  # threads at work notice the end within a tick; a stuck one is left
            if heard_at is None and work.is_over:
                heard_at = time.monotonic()
            continue
        left -= 1
        if not work.is_over or result.outcome is not Outcome.UNREACHABLE:
            keep(result)
            watcher.ends(result)
        heard_at = time.monotonic() if work.is_over else None


@dataclass(frozen=True, slots=True)
class _Work:
    waiting: queue.SimpleQueue[Job]
    done: queue.Queue[NodeSnapshot]
    probes: tuple[AnyProbe, ...]
    node_timeout_s: float
    budget: Budget
    cancelled: threading.Event
    watcher: Watcher

    @property
    def is_over(self) -> bool:
        return self.cancelled.is_set() or self.budget.over

    def run(self) -> None:
        while not self.is_over:
            try:
                job = self.waiting.get_nowait()
            except queue.Empty:
                return
            self.done.put(self._collected(job))

    def _collected(self, job: Job) -> NodeSnapshot:
        return collect_node(
            job, self.probes, node_timeout_s=self.node_timeout_s, budget=self.budget, watcher=self.watcher
        )


def collect_node(
    job: Job, probes: Sequence[AnyProbe], *, node_timeout_s: float, budget: Budget, watcher: Watcher
) -> NodeSnapshot:
    started, begun = now(), time.monotonic()
    captures: list[Capture] = []
    problem, running, kind = None, None, "ssh"
    try:
        watcher.begins(job.node)
        transport = job.open_way()
        kind = transport.kind
        limit_s = budget.left(node_timeout_s)
        with transport.run(job.program(limit_s), deadline_s=limit_s) as running:
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
    except (AnswerError, UserError) as error:
        problem = TransportError(Status.FAILED, str(error))
    except Exception as error:  # the one broad catch below the command line: a mistake of ours costs one node
        mistake = printable(f"{type(error).__name__}: {error}")
        problem = TransportError(Status.FAILED, f"this should not happen ({mistake}); please report it")
    if problem is not None and budget.over and problem.status in (Status.TIMEOUT, Status.UNREACHABLE):
        problem = TransportError(Status.TIMEOUT if captures else Status.UNREACHABLE, budget.sentence)
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
