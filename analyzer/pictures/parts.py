"""What a picture of a volume consists of: typed values, without a language and without a place on paper.

A `Part` is one thing of the way, by the name its own system gives it, with its state and what is to be remarked of it.
What could not be seen is `UNKNOWN`, and what was looked for and is not there is `MISSING`: the one never stands for the
other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts.storage import Transport
from bundle.capture import Status


class State(StrEnum):
    ALIVE = "alive"
    DEAD = "dead"
    WRONG = "wrong"  # there, and not as it should be
    MISSING = "missing"  # looked for, and not there
    UNKNOWN = "unknown"  # nothing that was collected tells


class What(StrEnum):
    """What a remark is about; `value` of the remark fills it."""

    PHASE = "phase"  # of a pod, a claim or a volume, as Kubernetes calls it
    DELETING = "deleting"
    NOT_ATTACHED = "not_attached"
    ATTACH_ERROR = "attach_error"
    DETACH_ERROR = "detach_error"
    NO_PUBLISH_INFO = "no_publish_info"
    ANSWERS = "answers"  # of a LUN: the nodes it answers
    REFUSES = "refuses"  # of a LUN: the nodes it refuses
    DEGRADED = "degraded"  # working paths/all paths
    NO_PATHS = "no_paths"
    NO_USABLE_PATH = "no_usable_path"
    TAKEN_AWAY = "taken_away"
    OUT_OF_REACH = "out_of_reach"
    READS_OTHER = "reads_other"  # the WWID that answers
    REMEMBERS_OTHER = "remembers_other"  # the WWID of the map or disk that reads this LUN
    IN_ITS_PLACE = "in_its_place"  # the WWID of another volume that is mounted where this one belongs
    OF_ANOTHER = "of_another"  # a mount of it
    QUEUES = "queues"
    SUSPENDED = "suspended"
    UNWANTED = "unwanted"  # the cluster does not use the volume on this node
    FAILED = "failed"  # a path, as multipath prints it
    NOT_SEEN = "not_seen"  # a path that some witness shows, and sysfs does not
    NO_MAP = "no_map"  # a disk that no map holds
    DELETED = "deleted"  # UltraPath holds the row of a disk that is gone
    PATHS = "paths"  # available/all, as UltraPath prints it
    STATE = "state"  # of a controller or a port, as printed
    READ_ONLY = "read_only"
    ON_DEAD = "on_dead"  # mounted from what is dead
    NO_ANSWER = "no_answer"  # a portal


@dataclass(frozen=True, slots=True)
class Remark:
    what: What
    value: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """`name` is "" where there is none, or none is known; `findings` are the ids of those about this very part."""

    name: str
    state: State
    remarks: tuple[Remark, ...] = ()
    findings: tuple[str, ...] = ()


class Kind(StrEnum):
    """In what form a node has a LUN."""

    MAP = "map"  # device-mapper multipath
    DISK = "disk"  # a SCSI disk that no map holds
    ULTRAPATH = "ultrapath"
    NVME = "nvme"  # a namespace; its paths are the controllers of its subsystem
    SHARE = "share"  # a share has no device


class Use(StrEnum):
    """What a mount is for."""

    STAGE = "stage"
    PUBLISH = "publish"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PathPart:
    """A way to the array; "" for what is not known of it."""

    part: Part
    hctl: str = ""
    target: str = ""  # portal, else IQN or WWPN, of the array's port
    array: str = ""  # IQN or WWPN
    transport: Transport = Transport.UNKNOWN


@dataclass(frozen=True, slots=True)
class DevicePart:
    """A LUN's device on a node, with its paths; `dm` is "" of what is no device-mapper device."""

    kind: Kind
    part: Part
    wwid: str
    dm: str = ""
    paths: tuple[PathPart, ...] = ()

    @property
    def is_foreign(self) -> bool:
        """Another volume's, mounted where this one belongs."""
        return any(remark.what is What.IN_ITS_PLACE for remark in self.part.remarks)


@dataclass(frozen=True, slots=True)
class MountPart:
    use: Use
    part: Part  # by its mount point


class Aspect(StrEnum):
    """What could not be seen on a node."""

    NODE = "node"
    DEVICES = "devices"
    MAPS = "maps"
    IDENTITIES = "identities"  # what the disks answer now
    MOUNTS = "mounts"
    ULTRAPATH = "ultrapath"


@dataclass(frozen=True, slots=True)
class Gap:
    """An aspect that is not known, and the probe that would have told it ("" of a node that was not read)."""

    aspect: Aspect
    probe: str
    status: Status


@dataclass(frozen=True, slots=True)
class PodPart:
    part: Part  # by namespace/name
    node: str  # "" when not scheduled


@dataclass(frozen=True, slots=True)
class AttachmentPart:
    part: Part
    node: str


@dataclass(frozen=True, slots=True)
class LunPart:
    """The LUN on the array, or the share on the file server."""

    part: Part  # by WWN or GUID; a share by server:/path
    is_share: bool
    array_name: str  # of the volume on the array
    host_luns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NodePart:
    """A node that saw the volume, or should have; `findings` are those about the volume here and about no part of it.

    `devices` has one that is missing where the cluster wants the LUN and none is there; it is empty where nothing is
    known, and of a node that has only mounts or nothing to show.
    """

    node: str
    devices: tuple[DevicePart, ...]
    mounts: tuple[MountPart, ...]
    gaps: tuple[Gap, ...]
    wanted: bool | None  # by an attachment or a pod; None: the cluster is not known
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VolumePicture:
    """Pods and attachments: a nameless one, missing or unknown, where there is none.

    `more_…` count what is left out where there is very much of a kind.
    """

    pv: Part
    pvc: Part
    pods: tuple[PodPart, ...]
    storage_class: str
    driver: str
    protocol: str
    attachments: tuple[AttachmentPart, ...]
    lun: LunPart
    nodes: tuple[NodePart, ...]
    findings: tuple[str, ...]  # all that name the volume, in their order
    more_pods: int = 0
    more_attachments: int = 0
    more_nodes: int = 0

    @property
    def name(self) -> str:
        """The volume by its PV, else by its WWN."""
        return self.pv.name or self.lun.part.name
