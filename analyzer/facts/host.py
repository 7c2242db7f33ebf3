"""The host around the disks: identity, mounts, modules, processes, units and limits, network."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class Host:
    """`hostname` and `/proc/sys/kernel/random/boot_id`: what a runbook is bound to."""

    hostname: str
    boot_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Clock:
    """The node's clock when asked: `date +%FT%T%z`, and `/proc/uptime`."""

    local_time: str  # "2026-07-03T10:15:01+0800"
    utc_offset_s: int
    uptime_s: float
    span: Span


@dataclass(frozen=True, slots=True)
class OsRelease:
    id: str
    version: str
    pretty_name: str
    kernel: str  # uname -r
    span: Span


@dataclass(frozen=True, slots=True)
class Mount:
    """A line of `/proc/1/mountinfo`; octal escapes undone in `mount_point`, `root` and `source`."""

    id: int
    parent: int  # the id of the mount that this one lies on
    peer_group: int | None  # mounts of one group repeat what is mounted onto any of them; None when private
    dev_t: str  # "253:1"
    root: str
    mount_point: str
    options: tuple[str, ...]
    fs_type: str
    source: str
    super_options: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mounts:
    mounts: tuple[Mount, ...]


@dataclass(frozen=True, slots=True)
class KernelModule:
    name: str
    size_bytes: int
    used_by: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class KernelModules:
    modules: tuple[KernelModule, ...]

    def has(self, name: str) -> bool:
        return any(module.name == name for module in self.modules)


@dataclass(frozen=True, slots=True)
class ModuleLoading:
    """What `modprobe -n -v` would do for a module that is not loaded."""

    exists: bool  # False: the running kernel has no such module
    actions: tuple[str, ...]  # verbatim: "insmod /lib/modules/…", "install /bin/false"; () when there is nothing to do
    span: Span | None  # None when nothing was printed

    @property
    def is_forbidden(self) -> bool:
        """The last action runs another command in its place, such as /bin/false."""
        return bool(self.actions) and self.actions[-1].startswith("install ")


@dataclass(frozen=True, slots=True)
class Process:
    """A line of `ps -eo pid,ppid,stat,wchan:32,etimes,args`."""

    pid: int
    ppid: int
    stat: str  # "D", "Ss", ...
    wchan: str
    elapsed_s: int
    command: str
    span: Span

    @property
    def is_uninterruptible(self) -> bool:
        return self.stat.startswith("D")


@dataclass(frozen=True, slots=True)
class Processes:
    processes: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class UnitLimit:
    """`systemctl show UNIT -p …` of one container runtime; a unit that does not exist has an empty `fragment_path`."""

    unit: str
    main_pid: int
    limit_nofile: int | None  # None is "infinity"
    active_state: str
    fragment_path: str
    drop_in_paths: tuple[str, ...]
    need_daemon_reload: bool
    span: Span


@dataclass(frozen=True, slots=True)
class UnitLimits:
    units: tuple[UnitLimit, ...]


@dataclass(frozen=True, slots=True)
class ProcessLimit:
    """`Max open files` of `/proc/<pid>/limits` of one container runtime process."""

    pid: int
    process: str  # containerd, dockerd, crio
    soft: int | None  # None is "unlimited"
    hard: int | None
    span: Span


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    limits: tuple[ProcessLimit, ...]


@dataclass(frozen=True, slots=True)
class NrOpen:
    """`/proc/sys/fs/nr_open`: no process has a higher limit of open files, whatever its unit says."""

    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class PortalCheck:
    """Whether a portal of the cluster objects, or of the node's own sessions and mounts, answers from this node."""

    address: str
    port: int
    ping: bool | None  # None: ping could not be run
    tcp: bool | None
    span: Span
    sent: int | None = None  # echo requests; None, as all below: not told, or nothing to tell
    received: int | None = None
    rtt_ms: float | None = None
    rtt_max_ms: float | None = None
    tcp_seconds: float | None = None
    error: str = ""  # the tool's own words; "no answer" when it was stopped

    @property
    def lost(self) -> int:
        """Echo requests without a reply, as far as is known."""
        return 0 if self.sent is None or self.received is None else self.sent - self.received


@dataclass(frozen=True, slots=True)
class PortalChecks:
    checks: tuple[PortalCheck, ...]


@dataclass(frozen=True, slots=True)
class NfsMountTest:
    """One timed NFS mount in a mount namespace of its own."""

    share: str
    version: str  # "3", "4.0", "4.1", "4.2"; "" when none was asked for
    exit_code: int | None  # None: still running at the limit
    seconds: float
    message: str  # mount.nfs' own words
    span: Span
    options: str = ""  # of the kernel, once it is mounted: the version and the transport that were agreed on
    unmount_seconds: float | None = None  # None: not told, or it did not end well

    @property
    def agreed_version(self) -> str:
        """That of the mount as the kernel has it; "" when it is not told."""
        return self.option("vers")

    def option(self, name: str) -> str:
        pairs = (option.partition("=") for option in self.options.split(","))
        return next((value for key, _, value in pairs if key == name), "")


@dataclass(frozen=True, slots=True)
class NfsMountTests:
    """`tests` are those with a version; `without_version` is what mount and the server agree on by themselves."""

    tests: tuple[NfsMountTest, ...]
    without_version: tuple[NfsMountTest, ...] = ()


@dataclass(frozen=True, slots=True)
class DriverWwnFile:
    """`<kubelet>/plugins/<driver>/disks/<last 64 characters of the volume handle>.wwn`: the driver staged this here."""

    path: str
    volume: str
    wwn: str  # 32 hex digits, no leading 3
    span: Span


@dataclass(frozen=True, slots=True)
class DriverWwnFiles:
    files: tuple[DriverWwnFile, ...]
