"""What became of a node, without what it answered: thousands of them are held until the end of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bundle.capture import Capture, NodeSnapshot, Outcome


@dataclass(frozen=True, slots=True)
class NodeResult:
    """`known` of `asked` probes gave knowledge; `unknown` are those that should have; `via` is the transport."""

    node: str
    outcome: Outcome
    reason: str
    known: int
    asked: int
    seconds: float
    unknown: tuple[str, ...]
    via: str = ""

    @property
    def whole(self) -> bool:
        return self.outcome is Outcome.COLLECTED

    def because(self, reason: str) -> NodeResult:
        return replace(self, reason=reason)


def result_of(snapshot: NodeSnapshot) -> NodeResult:
    return NodeResult(
        snapshot.node,
        snapshot.outcome,
        snapshot.reason,
        known_of(snapshot.captures),
        len(snapshot.captures),
        snapshot.seconds,
        tuple(capture.probe for capture in snapshot.captures if capture.is_gap),
        snapshot.transport,
    )


def known_of(captures: Sequence[Capture]) -> int:
    return sum(capture.status.is_knowledge for capture in captures)
