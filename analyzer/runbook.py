"""Steps of a runbook: one command each, with what it does, what guards it, and what to expect.

A step that destroys cannot be constructed without a guard of identity.  A guard is one of the closed set below; each
is a named question about typed values that the node or the cluster answers just before the command acts, with reading
commands only.
Commands are argv tuples; quoting them is the shell renderer's only job.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts.identifiers import (
    DeviceNumber,
    DiskName,
    FileName,
    Hctl,
    KubeletPath,
    KubernetesName,
    MapName,
    MountRoot,
    PodUid,
    Wwid,
)
from analyzer.texts import Text

ADMIN = "admin"  # the host of steps that run kubectl; its runbook comes first


class Effect(StrEnum):
    READS = "reads"
    CHANGES = "changes"  # can be undone
    DESTROYS = "destroys"


class Phase(StrEnum):
    """In the order of execution on a host."""

    CHECK = "check"
    RELEASE = "release"  # stop what uses a device: a pod, a mount, a process
    UNMOUNT = "unmount"
    STOP_QUEUEING = "stop-queueing"
    FLUSH_MAP = "flush-map"
    DELETE_PATH = "delete-path"
    LOAD_MODULE = "load-module"
    CONFIGURE = "configure"  # files, services and settings, of a host or of the cluster
    CORDON = "cordon"
    RECREATE = "recreate"  # a pod, so that its volumes are mounted anew
    UNCORDON = "uncordon"
    CONFIRM = "confirm"


PHASE_ORDER = tuple(Phase)


@dataclass(frozen=True, slots=True)
class Command:
    """An argv tuple, and what goes to its standard input; `save_as` takes its output, in the current folder."""

    argv: tuple[str, ...]
    stdin: str | None = None
    save_as: FileName | None = None

    def __post_init__(self) -> None:
        if not self.argv or any("\0" in word or "\n" in word for word in self.argv):
            raise ValueError(f"not a command: {self.argv!r}")
        if self.stdin is not None and self.save_as is not None:
            raise ValueError("a command either is fed or saves what it prints")


@dataclass(frozen=True, slots=True)
class PathIdentity:
    """A SCSI disk that was a path of a map when the bundle was made."""

    device: DiskName
    hctl: Hctl
    wwid: Wwid


@dataclass(frozen=True, slots=True)
class MapIsDead:
    """The map with this WWID has just these paths, or fewer; each failed, `running`, its transport up, and silent.

    Silent: the disk gives no identity to INQUIRY.  A path whose sysfs WWID or HCTL differs refuses.  A map that does
    not exist any more makes the step "already done".
    """

    wwid: Wwid
    paths: tuple[PathIdentity, ...]

    @property
    def says(self) -> Text:
        return Text(
            en="map {wwid} still has only the dead paths {paths}",
            zh="多路径设备 {wwid} 仍然只有失效路径 {paths}",
        ).fill(wwid=self.wwid, paths=" ".join(path.device for path in self.paths))

    @property
    def call(self) -> tuple[str, ...]:
        return ("map_is_dead", self.wwid, *(f"{path.device}={path.hctl}" for path in self.paths))


@dataclass(frozen=True, slots=True)
class MapIsNamed:
    """The map with this WWID still has this name: for a command that can address a map by its name only."""

    wwid: Wwid
    name: MapName

    @property
    def says(self) -> Text:
        return Text(en="map {wwid} is still named {name}", zh="多路径设备 {wwid} 的名称仍为 {name}").fill(
            wwid=self.wwid, name=self.name
        )

    @property
    def call(self) -> tuple[str, ...]:
        return ("map_is_named", self.wwid, self.name)


@dataclass(frozen=True, slots=True)
class MapIsFree:
    """Nothing holds the map: open count 0, no holder, no mount in PID 1's namespace, no swap."""

    wwid: Wwid

    @property
    def says(self) -> Text:
        return Text(
            en="map {wwid} is not open, held, mounted or swap", zh="多路径设备 {wwid} 未被打开、占用、挂载或用作交换区"
        ).fill(wwid=self.wwid)

    @property
    def call(self) -> tuple[str, ...]:
        return ("map_is_free", self.wwid)


@dataclass(frozen=True, slots=True)
class MapDoesNotQueue:
    """The kernel fails what finds no path in this map; else the flush, and every reader, would hang."""

    wwid: Wwid

    @property
    def says(self) -> Text:
        return Text(en="map {wwid} does not queue", zh="多路径设备 {wwid} 不再排队").fill(wwid=self.wwid)

    @property
    def call(self) -> tuple[str, ...]:
        return ("map_does_not_queue", self.wwid)


@dataclass(frozen=True, slots=True)
class DiskIsDead:
    """The disk still has this WWID and HCTL, is `running`, its transport is up, and it does not answer INQUIRY."""

    path: PathIdentity

    @property
    def says(self) -> Text:
        return Text(
            en="{device} is still {hctl} with WWID {wwid}, and dead", zh="{device} 仍为 {hctl}、WWID {wwid}，且已失效"
        ).fill(device=self.path.device, hctl=self.path.hctl, wwid=self.path.wwid)

    @property
    def call(self) -> tuple[str, ...]:
        return ("disk_is_dead", self.path.device, self.path.hctl, self.path.wwid)


@dataclass(frozen=True, slots=True)
class DiskIsFree:
    """Nothing holds the disk: no holder, no mount of it or of a partition, no swap."""

    device: DiskName

    @property
    def says(self) -> Text:
        return Text(en="{device} is not held, mounted or swap", zh="{device} 未被占用、挂载或用作交换区").fill(
            device=self.device
        )

    @property
    def call(self) -> tuple[str, ...]:
        return ("disk_is_free", self.device)


@dataclass(frozen=True, slots=True)
class PodIs:
    """This name still means the pod that the bundle knew: same uid.

    A pod that is gone makes the step "already done", also when its workload has given the name to a new one, which is
    left alone.  So a script that was interrupted can be run again.
    """

    namespace: KubernetesName
    name: KubernetesName
    uid: PodUid

    @property
    def says(self) -> Text:
        return Text(en="pod {pod} is still the one with uid {uid}", zh="Pod {pod} 的 uid 仍为 {uid}").fill(
            pod=f"{self.namespace}/{self.name}", uid=self.uid
        )

    @property
    def call(self) -> tuple[str, ...]:
        return ("pod_is", self.namespace, self.name, self.uid)


@dataclass(frozen=True, slots=True)
class PodIsPlacedAnew:
    """A new pod has this name, and the scheduler has chosen a node for it; waits two minutes for that."""

    namespace: KubernetesName
    name: KubernetesName
    uid: PodUid  # of the old one

    @property
    def says(self) -> Text:
        return Text(en="the new pod {pod} has got a node", zh="新的 Pod {pod} 已调度到节点").fill(
            pod=f"{self.namespace}/{self.name}"
        )

    @property
    def call(self) -> tuple[str, ...]:
        return ("pod_is_placed_anew", self.namespace, self.name, self.uid)


@dataclass(frozen=True, slots=True)
class MountIs:
    """This lies on top at the mount point, in the host's mount table; nowhere there makes the step "already done"."""

    mount_point: KubeletPath
    dev_t: DeviceNumber
    root: MountRoot

    @property
    def says(self) -> Text:
        return Text(
            en="device {dev_t} ({root}) is still what is mounted on top at {point}",
            zh="{point} 最上层挂载的仍是设备 {dev_t}（{root}）",
        ).fill(dev_t=self.dev_t, root=self.root, point=self.mount_point)

    @property
    def call(self) -> tuple[str, ...]:
        return ("mount_is", self.mount_point, self.dev_t, self.root)


@dataclass(frozen=True, slots=True)
class PodHasNoProcess:
    """No process on the node belongs to this pod, by the control groups of all processes."""

    uid: PodUid

    @property
    def says(self) -> Text:
        return Text(en="no process of pod {uid} runs on the node", zh="节点上没有 Pod {uid} 的进程").fill(uid=self.uid)

    @property
    def call(self) -> tuple[str, ...]:
        return ("pod_has_no_process", self.uid)


IDENTITY_GUARDS = (MapIsDead, DiskIsDead, PodIs, MountIs)

Guard = (
    MapIsDead
    | MapIsNamed
    | MapIsFree
    | MapDoesNotQueue
    | DiskIsDead
    | DiskIsFree
    | PodIs
    | PodIsPlacedAnew
    | MountIs
    | PodHasNoProcess
)


@dataclass(frozen=True, slots=True)
class Step:
    """One command on one host.  `target` tells steps of a phase apart; `command` is None for a step by hand."""

    host: str
    phase: Phase
    target: str
    effect: Effect
    does: Text
    command: Command | None
    expect: Text
    if_fails: Text
    guards: tuple[Guard, ...] = ()

    def __post_init__(self) -> None:
        if self.effect is Effect.DESTROYS and not any(isinstance(guard, IDENTITY_GUARDS) for guard in self.guards):
            raise ValueError(f"a destroying step needs a guard that re-reads the identity: {self.does.en}")

    @property
    def id(self) -> str:
        return f"{self.host}/{self.phase}/{self.target}"


@dataclass(frozen=True, slots=True)
class Runbook:
    """A host's ordered steps; bound to the bundle, the host and its boot.  `boot_id` is "" for the admin host."""

    host: str
    hostname: str
    boot_id: str
    bundle: str
    steps: tuple[Step, ...]


def ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """A host's steps in the order of execution, each once."""
    once = {step.id: step for step in steps}
    return tuple(sorted(once.values(), key=lambda step: PHASE_ORDER.index(step.phase)))
