"""By which names the node introduces itself to arrays: never the names, but salted digests of them.

Two nodes with one digest have one name, if both were asked in the same run, that is with the same `salt`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from analyzer.facts import Span

Kind = Literal["iscsi", "nvme", "fc"]
State = Literal["set", "empty", "missing"]


@dataclass(frozen=True, slots=True)
class Initiator:
    """The iSCSI initiator name, the NVMe host NQN, or the name of one Fibre Channel host port."""

    kind: Kind
    digest: str | None  # 16 hex digits; None unless set
    state: State  # empty: the file is there without a name; missing: no file
    span: Span


@dataclass(frozen=True, slots=True)
class Initiators:
    """One of iSCSI, one of NVMe, and one a Fibre Channel host port."""

    salt: str  # 8 hex digits that tell one run's salt from another's
    initiators: tuple[Initiator, ...]

    def of(self, kind: Kind) -> Iterator[Initiator]:
        return (initiator for initiator in self.initiators if initiator.kind == kind)
