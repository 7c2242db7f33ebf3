"""What the command line asked for, checked, and what the bundle tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collector.program import new_salt
from collector.transports import Sudo


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
    since: str = "72h"
    jobs: int = 16
    node_timeout_s: float = 300.0
    driver_name: str = "csi.huawei.com"
    map_file: Path | None = None  # of `--anonymize`
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
            **({"anonymized": True} if self.map_file else {}),
        }
