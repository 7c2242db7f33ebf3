"""The volumes and machines of the samples, and the names they have in Kubernetes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

IQN = "iqn.2006-08.com.huawei:oceanstor:2102350bsb10lab"
PORTALS = ("10.10.1.1", "10.10.2.1")
WWPNS = ("20080022a10bc14f", "20180022a10bc14f")


@dataclass(frozen=True, slots=True)
class Volume:
    """A LUN and the names it has in Kubernetes."""

    number: int
    wwn: str
    size: str
    lun: int
    mode: str = "Filesystem"
    protocol: str = "iscsi"

    @property
    def backend(self) -> str:
        return f"{self.protocol}-155"

    @property
    def pv(self) -> str:
        return f"pvc-{str(self.number % 10) * 8}-aaaa-4bbb-8ccc-{self.number:012d}"

    @property
    def handle(self) -> str:
        """Of the recorded iSCSI volumes the bare name, whose SHA-256 is the recorded staging folder."""
        return self.pv if self.protocol == "iscsi" else f"{self.backend}.{self.pv}"

    @property
    def claim(self) -> str:
        return f"data-app-{self.number}"

    @property
    def pod_uid(self) -> str:
        return f"5a1f0000-0000-4000-8000-{self.number:012d}"

    @property
    def claim_uid(self) -> str:
        return f"9c0e0000-0000-4000-8000-{self.number:012d}"

    @property
    def stage_hash(self) -> str:
        return hashlib.sha256(self.handle.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a volume is attached ("" nowhere), and the phase of its pod there ("" no pod).

    `age_s` is how long ago it came there, when the cluster was asked: a little before the driver's log has it staged.
    """

    volume: Volume
    node: str
    pod: str = ""
    age_s: int = 1510


@dataclass(frozen=True, slots=True)
class Machine:
    name: str
    address: str
    boot_id: str
    ready: str = "True"
    ready_since: str = "2026-11-22T14:40:00Z"
