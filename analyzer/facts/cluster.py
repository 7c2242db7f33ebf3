"""The cluster's objects, reduced to what rules use."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class PublishInfo:
    """`status.attachmentMetadata.publishInfo` of a VolumeAttachment; empty tuples and "" where a key is missing."""

    lun_wwn: str  # 32 hex digits, no leading 3
    lun_guid: str
    iqns: tuple[str, ...]
    portals: tuple[str, ...]
    wwpns: tuple[str, ...]
    host_luns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VolumeAttachment:
    name: str
    driver: str  # spec.attacher
    node: str
    pv: str
    attached: bool
    deleting: bool
    publish_info: PublishInfo | None  # None: the object has none
    attach_error: str
    detach_error: str
    span: Span
    created: str = ""
    has_publish_info: bool = True  # also when it is not the driver's JSON
    deleted: str = ""  # metadata.deletionTimestamp
    attach_error_at: str = ""
    detach_error_at: str = ""


@dataclass(frozen=True, slots=True)
class VolumeAttachments:
    items: tuple[VolumeAttachment, ...]


@dataclass(frozen=True, slots=True)
class PersistentVolume:
    name: str
    driver: str
    volume_handle: str
    lun_wwn: str  # volumeAttributes.lunWWN, "" when it has none
    volume_mode: str  # Filesystem, Block
    mount_options: tuple[str, ...]
    claim_namespace: str  # "" when unbound
    claim_name: str
    phase: str
    span: Span
    storage_class: str = ""
    access_modes: tuple[str, ...] = ()
    fs_type: str = ""
    read_only: bool = False
    attributes: tuple[tuple[str, str], ...] = ()  # spec.csi.volumeAttributes
    created: str = ""
    source: str = ""  # csi, nfs, iscsi, fc, local, hostPath; "" when the bundle does not tell
    may_be: tuple[str, ...] = ()  # attached by Kubernetes itself: `lun:2`, `dev:/dev/mapper/mpathb`, "" for any

    @property
    def backend(self) -> str:
        """The driver's backend: volumeAttributes.backend, else the part of the handle before its first dot."""
        owner, dot, _ = self.volume_handle.partition(".")
        return dict(self.attributes).get("backend") or (owner if dot else "")

    @property
    def array_name(self) -> str:
        """The volume's name on the array, as the driver's log has it."""
        return self.volume_handle.partition(".")[2] or self.volume_handle


@dataclass(frozen=True, slots=True)
class PersistentVolumes:
    items: tuple[PersistentVolume, ...]

    @property
    def by_volume(self) -> dict[str, str]:
        """A volume's handle, or its name on the array -> the name of its PV."""
        named = [one for one in self.items if one.volume_handle]
        return {**{one.array_name: one.name for one in named}, **{one.volume_handle: one.name for one in named}}


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod; of the driver's own pods with its arguments."""

    name: str
    image: str
    args: tuple[str, ...]
    ready: bool
    restarts: int
    waiting: str  # reason: ContainerCreating, ImagePullBackOff, CrashLoopBackOff, ...; "" when it does not wait
    message: str  # of waiting
    ended: str  # reason of the last termination
    runs: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    namespace: str
    name: str
    uid: str
    node: str  # "" when not scheduled
    phase: str
    claims: tuple[str, ...]
    deleting: bool
    labels: tuple[tuple[str, str], ...]
    span: Span
    created: str = ""
    started: str = ""  # status.startTime: the kubelet took it up
    owner_kind: str = ""  # ReplicaSet, StatefulSet, DaemonSet, Job, ...; "" for a bare pod
    owner_name: str = ""
    scheduled: bool | None = None
    scheduled_at: str = ""
    unschedulable: str = ""  # the scheduler's message
    containers: tuple[Container, ...] = ()
    read_only_claims: tuple[str, ...] = ()
    may_be: tuple[str, ...] = ()  # its own volumes that Kubernetes attaches, as those of a PersistentVolume
    reason: str = ""
    init_containers: tuple[Container, ...] = ()
    message: str = ""  # status.message: why it was evicted
    deleted: str = ""  # metadata.deletionTimestamp: when it is to be gone, its grace period included

    @property
    def full_name(self) -> str:
        return f"{self.namespace}/{self.name}"

    @property
    def is_finished(self) -> bool:
        return self.phase in ("Succeeded", "Failed")

    @property
    def is_creating(self) -> bool:
        """Scheduled, and none of its containers runs: they wait for what the kubelet prepares, volumes and network."""
        everyone = (*self.init_containers, *self.containers)
        waits = {container.waiting for container in everyone} <= {"ContainerCreating", "PodInitializing", ""}
        return self.phase == "Pending" and bool(self.node) and waits and not any(one.runs for one in everyone)

    def label(self, name: str) -> str:
        return dict(self.labels).get(name, "")


@dataclass(frozen=True, slots=True)
class Pods:
    items: tuple[Pod, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    type: str
    status: str
    reason: str
    message: str
    since: str  # lastTransitionTime
    heard: str  # lastHeartbeatTime


@dataclass(frozen=True, slots=True)
class ClusterNode:
    name: str
    hostname: str  # label kubernetes.io/hostname
    addresses: tuple[str, ...]
    ready: str  # True, False, Unknown
    boot_id: str
    kubelet_version: str
    span: Span
    conditions: tuple[Condition, ...] = ()
    unschedulable: bool = False
    volumes_in_use: tuple[str, ...] = ()  # unique names, `kubernetes.io/csi/<driver>^<handle>`
    volumes_attached: tuple[str, ...] = ()
    runtime_version: str = ""
    os_image: str = ""

    def condition(self, kind: str) -> Condition | None:
        return next((one for one in self.conditions if one.type == kind), None)


@dataclass(frozen=True, slots=True)
class ClusterNodes:
    items: tuple[ClusterNode, ...]


@dataclass(frozen=True, slots=True)
class StoragePool:
    """A pool of a backend as the driver last read it; bytes, None where it tells none."""

    name: str
    free_bytes: int | None
    total_bytes: int | None


@dataclass(frozen=True, slots=True)
class StorageBackend:
    """A StorageBackendClaim with its content."""

    name: str
    protocol: str  # iscsi, fc, nfs, ...
    storage_type: str
    online: bool | None
    portals: tuple[str, ...]
    span: Span
    namespace: str = ""
    phase: str = ""
    capabilities: tuple[tuple[str, bool], ...] = ()
    provider_version: str = ""  # of the driver that last wrote the content
    serial_number: str = ""
    pools: tuple[StoragePool, ...] = ()

    def supports(self, capability: str) -> bool | None:
        """`SupportNFS41` and the like; None when the content does not say."""
        return dict(self.capabilities).get(capability)


@dataclass(frozen=True, slots=True)
class StorageBackends:
    items: tuple[StorageBackend, ...]


@dataclass(frozen=True, slots=True)
class Event:
    namespace: str
    kind: str  # involvedObject.kind
    name: str
    node: str
    reason: str
    message: str
    count: int
    first: str
    last: str
    span: Span


@dataclass(frozen=True, slots=True)
class Events:
    items: tuple[Event, ...]
