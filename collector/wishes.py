"""What the command line asked for, checked, and what the bundle tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from collector.node_program.limits import Limits
from collector.node_program.program import new_salt
from collector.transports import Installed, Sudo


class Via(StrEnum):
    """The ways to the nodes that may be gone."""

    AUTO = "auto"
    SSH = "ssh"
    KUBECTL = "kubectl"
    DEBUG = "debug"


if TYPE_CHECKING:
    from bundle.encrypting import Recipient


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
    sudo: Sudo | Installed | None = None
    active: bool = True
    portals: tuple[str, ...] = ()  # to reach from every node, beside those of the cluster objects
    shares: tuple[str, ...] = ()
    since: str = "72h"
    jobs: int = 16
    node_timeout_s: float = 300.0
    limits: Limits = field(default_factory=Limits)
    deadline: str = ""  # a period for the whole run, "" for none
    resume: Path | None = None
    driver_name: str = "csi.huawei.com"
    via: Via = Via.AUTO
    debug_image: str | None = None
    recipients: tuple[Recipient, ...] = field(default=(), repr=False)  # of the bundle; everybody, where there is none
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
            "node_bytes": self.limits.sent_bytes,
            "via": str(self.via),
            "deadline": self.deadline,
        }

    @property
    def says_how_to_log_in(self) -> bool:
        """Whether SSH is meant, and not merely possible."""
        words = (self.nodes_file, self.user, self.port, self.identity, self.known_hosts, self.ssh_config, self.sudo)
        return any(word is not None for word in words)
