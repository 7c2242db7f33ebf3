"""A node with one dead map of two paths, and one dead bare disk, as facts; tests bend one thing at a time."""

from __future__ import annotations

from dataclasses import replace

from analyzer.facts import Span
from analyzer.facts.bindings import Binding, Bindings
from analyzer.facts.block import BlockDevice, LiveIdentity
from analyzer.facts.cluster import ClusterNode
from analyzer.facts.device_mapper import DmDevice
from analyzer.facts.host import DriverWwnFiles, Host, Mount
from analyzer.facts.multipath import MultipathMap, MultipathMaps, Path, PathGroup
from analyzer.facts.storage import Disk, DiskState, NodeStorage, StorageMap, Transport
from analyzer.remedies.removal import Ground

WWN = "618cf24100f8f457015a764c000001f7"
WWID = f"3{WWN}"
BOOT = "6f1d2c3b-4a59-4687-9788-aabbccddeeff"


def span(capture: str, line: int = 1, text: str = "") -> Span:
    return Span(capture, line, line, (text,))


def block(name: str, **changes: object) -> BlockDevice:
    device = BlockDevice(
        name=name,
        dev_t="8:16",
        size_bytes=1 << 30,
        read_only=False,
        state="running",
        vendor="HUAWEI",
        model="XSG1",
        wwid=f"naa.{WWN}",
        access_state="active/optimized",
        hctl="2:0:0:2",
        session="session11",
        holders=(),
        slaves=(),
        dm_name=None,
        dm_uuid=None,
        dm_suspended=None,
        span=span("sysfs_block"),
    )
    return replace(device, **changes)  # type: ignore[arg-type]


def failed_path(name: str, hctl: str) -> Path:
    return Path(
        hctl, name, "8:16", "failed", "faulty", "running", span("multipath_ll", 4, f"{hctl} {name} failed faulty")
    )


def ready_path(name: str, hctl: str) -> Path:
    return Path(
        hctl, name, "8:16", "active", "ready", "running", span("multipath_ll", 4, f"{hctl} {name} active ready")
    )


def dead_disk(name: str = "sdb", hctl: str = "2:0:0:2", **changes: object) -> Disk:
    disk = Disk(
        device=block(name, hctl=hctl),
        state=DiskState.GONE,
        transport=Transport.UP,
        transport_spans=(span("sysfs_iscsi", 1, "session11 state=LOGGED_IN"),),
        target="iqn.2006-08.com.huawei:oceanstor:example",
        live=LiveIdentity(name, None, 1, span("scsi_id", 1, f"/dev/{name}  rc=1")),
        unit=None,
        refusals=(span("sg_turs", 5, "Additional sense: Logical unit not supported"),),
        kernel_state="F",
        kernel_span=span("dmsetup_status", 1, "8:16 F"),
        path=failed_path(name, hctl),
        mounts=(),
        is_swap=False,
    )
    return replace(disk, **changes)  # type: ignore[arg-type]


def dead_map(**changes: object) -> StorageMap:
    disks = (dead_disk("sdb", "2:0:0:2"), dead_disk("sde", "3:0:0:2"))
    printed = MultipathMap(
        name="mpathb",
        wwid=WWID,
        dm="dm-1",
        vendor="HUAWEI",
        product="XSG1",
        size="300M",
        features="0",
        hwhandler="1 alua",
        write_protect="rw",
        groups=(PathGroup("service-time 0", 0, "active", tuple(disk.path for disk in disks if disk.path)),),
        span=span("multipath_ll", 1, f"mpathb ({WWID}) dm-1 HUAWEI,XSG1"),
    )
    info = DmDevice(
        "mpathb", f"mpath-{WWID}", 253, 1, 0, 1, "L--w", False, "dm-1", ("sde", "sdb"), (), span("dmsetup_info")
    )
    dead = StorageMap(
        wwid=WWID,
        device=block(
            "dm-1", dev_t="253:1", dm_name="mpathb", dm_uuid=f"mpath-{WWID}", slaves=("sdb", "sde"), wwid=None
        ),
        dm=info,
        printed=printed,
        daemon=None,
        disks=disks,
        queues=False,
        queue_spans=(),
        mounts=(),
        openers=(),
        stuck_openers=(),
        is_swap=False,
    )
    return replace(dead, **changes)  # type: ignore[arg-type]


def mount(point: str, dev_t: str = "253:1") -> Mount:
    return Mount(
        1, 0, None, dev_t, "/", point, ("rw",), "ext4", "/dev/mapper/mpathb", ("rw",), span("mountinfo", 9, point)
    )


def node(name: str = "worker-1", boot_id: str = BOOT) -> ClusterNode:
    return ClusterNode(name, name, ("192.0.2.11",), "True", boot_id, "v1.30.0", span("cluster/nodes.json"))


def bound_to(node_name: str, wwn: str = WWN) -> Binding:
    return Binding(wwn, node_name, "VolumeAttachment csi-1", "pvc-1", span("cluster/volumeattachments.json"))


BINDINGS = Bindings(
    bound=(bound_to("worker-2"),),
    doubts=(),
    claims=(),
    nodes=(node(), node("worker-2", "6f1d2c3b-4a59-4687-9788-000000000002")),
    known_wwns=frozenset({WWN}),
    iqns=frozenset(),
    wwpns=frozenset(),
)
HOST = Host("worker-1", BOOT, span("host"))
GROUND = Ground("worker-1", HOST, BINDINGS, DriverWwnFiles(()), NodeStorage((), ()))
PRINTED = MultipathMaps(())


def storage(*maps: StorageMap, bare: tuple[Disk, ...] = ()) -> NodeStorage:
    return NodeStorage(maps, bare)
