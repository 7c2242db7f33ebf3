"""What is so on a node and in its cluster, whatever the probes tell of it.

A link is an iSCSI session or a Fibre Channel port.  A LUN has its paths, perhaps a map, uses, and what the cluster
wants of it.  `Lun.may_be_destroyed` is the law of removal, said of the truth alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

DRIVERS_IQN = "iqn.2006-08.com.huawei:oceanstor:2100001122334455"
OTHER_IQN = "iqn.2006-08.com.huawei:oceanstor:2100009988776655"
FOREIGN_IQN = "iqn.2001-05.com.example:disks"
ARRAYS = (DRIVERS_IQN, OTHER_IQN, FOREIGN_IQN)


class LinkState(StrEnum):
    UP = "up"
    FREE = "free"  # given up: session FREE, port Not Present, disks transport-offline
    FAILED = "failed"  # not yet given up: disks blocked
    SILENT = "silent"  # just broken: nobody has noticed, and nothing answers


@dataclass(slots=True)
class Link:
    """`healed`: it was FREE when the node was asked first, and came back while it was asked."""

    is_fc: bool
    host: int
    target: int
    session: int
    array: str
    wwpn: str
    state: LinkState = LinkState.UP
    healed: bool = False


class PathState(StrEnum):
    """Of a path whose link works."""

    ALIVE = "alive"
    GONE = "gone"  # the LUN was unmapped
    REUSED = "reused"  # its number was given to another LUN
    UNAVAILABLE = "unavailable"  # ALUA
    OFFLINE = "offline"  # set by the kernel's error handler, or by hand


class ScsiId(StrEnum):
    ANSWERS = "answers"
    SLOW = "slow"  # did not return within its limit
    CRASHED = "crashed"  # ended with an exit code that is not its own


@dataclass(slots=True)
class Path:
    disk: str
    dev_t: str
    lun: int
    link: Link
    state: PathState
    in_map: bool = True
    late: bool = False  # came while the node was asked
    denied_before: bool = False  # the kernel log still tells of a denial long past
    scsi_id: ScsiId = ScsiId.ANSWERS

    @property
    def hctl(self) -> str:
        return f"{self.link.host}:0:{self.link.target}:{self.lun}"

    @property
    def is_gone(self) -> bool:
        return self.state is PathState.GONE and self.link.state is LinkState.UP and not self.link.healed


@dataclass(slots=True)
class Map:
    name: str
    minor: int
    queues: bool = False
    suspended: bool = False
    watched: bool = True  # by multipathd
    lags_in_multipath: bool = False  # its paths were not checked since they died
    lags_in_kernel: bool = False
    forged_name: str = ""  # the kernel's name as a forged bundle shows it in sysfs

    @property
    def dm(self) -> str:
        return f"dm-{self.minor}"


class Use(StrEnum):
    MOUNTED = "mounted"
    MOUNTED_BY_UUID = "mounted by uuid"  # btrfs: its own device number, and the source as mount(2) got it
    LVM = "lvm"
    CRYPT = "crypt"
    SWAP = "swap"
    OPEN = "open"
    HIDDEN = "hidden"  # a loop device, or a mount of another namespace: counted, and not seen
    PARTITION = "partition mounted"
    PARTITION_BY_UUID = "partition mounted by uuid"
    PARTITION_LVM = "lvm on a partition"
    PUBLISHED = "published in block mode"  # the device node is bind-mounted


class Place(StrEnum):
    NOWHERE = "nowhere"
    HERE = "here"
    ELSEWHERE = "elsewhere"


@dataclass(slots=True)
class Wanted:
    """What the cluster's objects say of a LUN.  A LUN that is not the driver's has no PV, attachment or pod."""

    is_csi: bool = True
    pv_listed: bool = True
    pv_names_wwn: bool = True
    attached: Place = Place.NOWHERE
    publish_info: bool = True
    pod: Place = Place.NOWHERE
    pod_finished: bool = False
    staged: bool = False

    @property
    def here(self) -> bool:
        return Place.HERE in (self.attached, Place.NOWHERE if self.pod_finished else self.pod)


@dataclass(slots=True)
class Lun:
    number: int  # among the node's LUNs
    wwn: str
    vendor: str
    paths: list[Path]
    map: Map | None
    wanted: Wanted
    uses: set[Use] = field(default_factory=set)
    stuck: int = 0  # readers hanging in the map's queue
    stuck_twice: bool = False  # the first of them has a second descriptor of the same opening

    @property
    def wwid(self) -> str:
        return f"3{self.wwn}"

    @property
    def array(self) -> str:
        return self.paths[0].link.array if self.paths else DRIVERS_IQN

    @property
    def pv(self) -> str:
        return f"pvc-{self.number}1111111-aaaa-4bbb-8ccc-000000000001"

    @property
    def was_taken_away(self) -> bool:
        return all(path.is_gone for path in self.paths)

    @property
    def is_the_drivers(self) -> bool:
        """By an object, by what the driver noted on the node, or as a LUN of an array the driver publishes from."""
        return self.vendor == "HUAWEI" and (self.wanted.is_csi or self.array == DRIVERS_IQN)

    @property
    def may_be_destroyed(self) -> bool:
        stuck_elsewhere = self.stuck > 0 and (self.map is None or not self.map.queues)
        is_free = not self.uses and not stuck_elsewhere
        return self.was_taken_away and is_free and not self.wanted.here and self.is_the_drivers


@dataclass(slots=True)
class Node:
    luns: list[Lun]
    links: list[Link]
    name: str = "worker-1"
    hostname: str = "worker-1"
    boot_id: str = "5b0a7000-0000-4000-8000-000000000001"
    boot_id_in_cluster: str = "5b0a7000-0000-4000-8000-000000000001"
    in_cluster: bool = True
    driver: str = "csi.huawei.com"
    has_alua: bool = True
    early: set[str] = field(default_factory=set)  # probes that were asked before the healed links came back
    blind: set[str] = field(default_factory=set)  # probes that were asked before the late paths came
    half_blind: bool = False  # sysfs shows a late path as a slave, and nothing else of it
    quiet_log: bool = False  # the kernel printed no denial
    has_sg_tools: bool = True  # sg3_utils

    @property
    def may_be_changed(self) -> bool:
        return self.in_cluster and self.boot_id == self.boot_id_in_cluster

    def residuals(self) -> list[Lun]:
        return [lun for lun in self.luns if self.may_be_changed and lun.may_be_destroyed]
