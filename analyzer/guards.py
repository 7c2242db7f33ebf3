"""Guards of a step: each a named question about typed values, with its answer's meaning and its call in the shell.

The node or the cluster is asked just before a command acts, with reading commands only; report_templates/runbook has
the function of the same name.  The set is closed.
"""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts.identifiers import (
    DeviceNumber,
    DiskName,
    Hctl,
    KubeletPath,
    KubernetesName,
    MapName,
    MountRoot,
    PodUid,
    Wwid,
)
from analyzer.texts import Text


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
            en="map {wwid} is not in use: not open, not held, not mounted, no swap",
            zh="多路径设备 {wwid} 未被使用：未打开、无占用者、未挂载、未用作交换区",
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
        return Text(en="map {wwid} does not queue I/O", zh="多路径设备 {wwid} 的 I/O 不再排队").fill(wwid=self.wwid)

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
        return Text(
            en="{device} is not in use: not held, not mounted, no swap",
            zh="{device} 未被使用：无占用者、未挂载、未用作交换区",
        ).fill(device=self.device)

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
