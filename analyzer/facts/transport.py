"""How the node reaches its arrays: iSCSI sessions, Fibre Channel ports, NVMe subsystems."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class IscsiSession:
    """`/sys/class/iscsi_session/<name>`."""

    name: str  # "session11"
    host: int | None  # SCSI host number
    state: str | None  # LOGGED_IN, FAILED, FREE
    target: str | None  # IQN
    span: Span


@dataclass(frozen=True, slots=True)
class IscsiSessions:
    sessions: tuple[IscsiSession, ...]


@dataclass(frozen=True, slots=True)
class AdmDisk:
    hctl: str
    device: str
    state: str


@dataclass(frozen=True, slots=True)
class AdmSession:
    """A session of `iscsiadm -m session -P 3`."""

    sid: int
    target: str
    portal: str  # "10.10.2.1:3260,2"
    connection_state: str  # LOGGED IN, TRANSPORT WAIT, ...
    session_state: str  # LOGGED_IN, FAILED, FREE
    internal_state: str  # NO CHANGE, REOPEN
    host: int | None
    disks: tuple[AdmDisk, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AdmSessions:
    sessions: tuple[AdmSession, ...]


@dataclass(frozen=True, slots=True)
class FcPort:
    """`/sys/class/fc_host/host<N>` (`host`) with `/sys/class/fc_remote_ports/rport-N:B-R` (`target`)."""

    host: int
    name: str  # "host3" or "rport-3:0-1"
    port_name: str | None  # "0x2100…"
    port_state: str | None  # Online, Linkdown, Blocked, Not Present
    roles: str | None  # remote ports: "FCP Target"
    scsi_target_id: int | None  # remote ports
    span: Span


@dataclass(frozen=True, slots=True)
class FcPorts:
    hosts: tuple[FcPort, ...]
    remote_ports: tuple[FcPort, ...]


@dataclass(frozen=True, slots=True)
class NvmeController:
    subsystem: str
    nqn: str
    name: str  # "nvme0"
    transport: str
    address: str
    state: str
    span: Span


@dataclass(frozen=True, slots=True)
class NvmeControllers:
    controllers: tuple[NvmeController, ...]
