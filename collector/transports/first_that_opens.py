"""Several ways to one node, tried in order: the first one that answers is the one that is used.

Input    ways, each with the kind it is of.
Output   what that way gives; its note also tells why the ways before it did not lead there, its `via` is the kind used.
Errors   TransportError with every way's own sentence when none answers: denied if one of them was, else unreachable.
The ways share one time budget.  A way is left for the next only before its first byte: no node is asked twice.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bundle.capture import Status
from collector.transports import Deadline, Running, Transport, TransportError

BY_HAND = "by hand: run there as root what `csi-collector script` prints, then `csi-collector join` its output"


@dataclass(frozen=True, slots=True)
class Way:
    """`open` may raise TransportError: what it needs is looked up only when its turn has come."""

    kind: str
    open: Callable[[], Transport]


@dataclass(frozen=True, slots=True)
class FirstThatOpens:
    name: str
    address: str
    ways: tuple[Way, ...]
    cancelled: threading.Event = field(default_factory=threading.Event)

    @property
    def kind(self) -> str:
        """All of them, as long as none has answered."""
        return ", ".join(way.kind for way in self.ways)

    @contextlib.contextmanager
    def run(self, program: str, *, deadline_s: float) -> Iterator[Running]:
        deadline = Deadline(deadline_s, self.cancelled)
        refusals: list[TransportError] = []
        for way in self.ways:
            with contextlib.ExitStack() as held:
                try:
                    running = held.enter_context(_answering(way, program, deadline))
                except TransportError as error:
                    if self.cancelled.is_set():
                        raise
                    refusals.append(TransportError(error.status, f"{way.kind}: {error.sentence}"))
                    continue
                running.note = "; ".join([*(refusal.sentence for refusal in refusals), *filter(None, [running.note])])
                running.via = way.kind
                yield running
                return
        raise _none(refusals)


@contextlib.contextmanager
def _answering(way: Way, program: str, deadline: Deadline) -> Iterator[Running]:
    deadline.check("the other ways")
    with way.open().run(program, deadline_s=deadline.left()) as running:
        running.stream.peek(1)
        yield running


def _none(refusals: list[TransportError]) -> TransportError:
    denied = any(refusal.status is Status.DENIED for refusal in refusals)
    status = Status.DENIED if denied else Status.UNREACHABLE
    return TransportError(status, "; ".join([*(refusal.sentence for refusal in refusals), BY_HAND]))
