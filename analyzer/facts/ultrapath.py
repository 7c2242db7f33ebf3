"""Virtual LUNs of Huawei UltraPath: what `upadmin show vlun` lists."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class VirtualLun:
    """One row, every cell as printed; `wwn` is 32 hex digits, without a leading 3."""

    id: str  # "61", UltraPath's own number
    disk: str  # "sdc"; "deleted" when the disk is gone and UltraPath still holds the row
    name: str
    wwn: str
    status: str  # Normal, Degraded, Fault, ...
    paths: str  # available/all: "0/2"
    span: Span

    @property
    def is_deleted(self) -> bool:
        return self.disk == "deleted"

    @property
    def has_failed(self) -> bool:
        return self.status == "Fault"


@dataclass(frozen=True, slots=True)
class VirtualLuns:
    luns: tuple[VirtualLun, ...]
