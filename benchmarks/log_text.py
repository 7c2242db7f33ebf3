"""Lines as the CSI driver, the kernel, kubelet, containerd and multipathd log them, any number, the same each time.

Each function gives about `size` bytes of lines, oldest first, ending before `END`.  Numbers, identities and times vary
as they do in real logs, so that the text compresses about as well as theirs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

END = datetime(2026, 11, 22, 15, 0, 0, tzinfo=UTC)
_SPAN = timedelta(hours=24)
_IMAGES = ("huawei-csi:4.12.0", "csi-node-driver-registrar:v2.12.0", "livenessprobe:v2.14.0", "nginx:1.27", "redis:7.4")


class Node:
    """What one node's lines speak of: volumes, WWIDs, pods, containers."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.random = random.Random(f"{seed}/{name}")
        bits = self.random.getrandbits
        self.volumes = [
            f"pvc-{bits(32):08x}-{bits(16):04x}-4{bits(12):03x}-a{bits(12):03x}-{bits(48):012x}" for _ in range(40)
        ]
        self.wwids = [f"618cf24100f8f457{bits(64):016x}" for _ in range(40)]
        self.pods = [
            f"{bits(32):08x}-{bits(16):04x}-4{bits(12):03x}-b{bits(12):03x}-{bits(48):012x}" for _ in range(60)
        ]
        self.containers = [f"{bits(256):064x}" for _ in range(120)]

    def pick(self, values: list[str] | tuple[str, ...]) -> str:
        return values[int(self.random.random() * len(values))]


def driver_log(node: Node, size: int) -> bytes:
    return _lines(node, size, 150, _driver_line)


def journal_kubelet(node: Node, size: int) -> bytes:
    return _lines(node, size, 290, _kubelet_line)


def journal_containerd(node: Node, size: int) -> bytes:
    return _lines(node, size, 210, _containerd_line)


def journal_multipathd(node: Node, size: int) -> bytes:
    return _lines(node, size, 130, _multipathd_line)


def kernel_log(node: Node, size: int, *, last_stamp: float) -> bytes:
    """`dmesg`: seconds since boot, all before `last_stamp`."""
    count = max(1, size // 85)
    return "".join(f"[{last_stamp * at / count:12.6f}] {_kernel_text(node)}\n" for at in range(count)).encode()


def _lines(node: Node, size: int, usual: int, line: Callable[[Node, datetime], str]) -> bytes:
    count = max(1, size // usual)
    step = _SPAN / count
    begin = END - _SPAN
    jitter = node.random.random
    return "".join([line(node, begin + step * (at + jitter())) for at in range(count)]).encode()


def _driver_line(node: Node, moment: datetime) -> str:
    stamp = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    request = node.random.randrange(3221225472, 4294967296)
    wwid, volume = node.pick(node.wwids), node.pick(node.volumes)
    choice = int(node.random.random() * 6)
    shell = f"ls -l /dev/disk/by-id/ | grep {wwid}"
    text = (
        f"Start to stage volume iscsi-155.{volume}",
        f"Enter func: ClearResidualPath. lunWWN:[{wwid}]. volumeMode:[<nil>]",
        f"Gonna run shell cmd {shell}.",
        f"Run shell cmd {shell} output: [], error: [exit status 1]",
        f"No link related wwn:{wwid} exist in the /dev/disk/by-id.",
        f"Shell cmd {shell} result:\\nlrwxrwxrwx 1 root root 10 Nov 22 11:21 scsi-3{wwid} -> ../../dm-{request % 64}",
    )[choice]
    level = "WARNING" if choice == 3 else "INFO"
    return f"{stamp} 28417 [{level}]: [requestID:{request}] {text}\n"


def _kubelet_line(node: Node, moment: datetime) -> str:
    stamp, klog = moment.strftime("%Y-%m-%dT%H:%M:%S+0000"), moment.strftime("%m%d %H:%M:%S.%f")
    pod, volume, container = node.pick(node.pods), node.pick(node.volumes), node.pick(node.containers)
    choice = int(node.random.random() * 4)
    app, uid = f"app-{pod[:8]}", f'(UID: \\"{pod}\\")'
    unique = f'(UniqueName: \\"kubernetes.io/csi/csi.huawei.com^iscsi-155.{volume}\\")'
    verify = "operationExecutor.VerifyControllerAttachedVolume started for volume"
    duration = f"podStartSLOduration={node.random.random() * 40:.9f} observedRunningTime={stamp}"
    text = (
        f'reconciler_common.go:245] "{verify} \\"{volume}\\" {unique} pod \\"{app}\\" {uid} "',
        f'pod_startup_latency_tracker.go:104] "Observed pod startup duration" pod="default/{app}" {duration}',
        f'generic.go:334] "Generic (PLEG): container finished" podID="{pod}" containerID="{container}" exitCode=0',
        f'operation_generator.go:658] "MountVolume.SetUp succeeded for volume \\"{volume}\\" pod \\"{app}\\" {uid} "',
    )[choice]
    return f"{stamp} {node.name} kubelet[1403]: I{klog}    1403 {text}\n"


def _containerd_line(node: Node, moment: datetime) -> str:
    stamp, nanos = moment.strftime("%Y-%m-%dT%H:%M:%S+0000"), moment.strftime("%Y-%m-%dT%H:%M:%S.%f")
    container, image = node.pick(node.containers), node.pick(_IMAGES)
    choice = int(node.random.random() * 3)
    text = (
        f'StartContainer for \\"{container}\\" returns successfully',
        f'ImageUpdate event name:\\"images.example.org/{image}\\" labels:{{key:\\"managed\\" value:\\"yes\\"}}',
        f'RemoveContainer for \\"{container}\\" returns successfully',
    )[choice]
    return f'{stamp} {node.name} containerd[987]: time="{nanos}000Z" level=info msg="{text}"\n'


def _multipathd_line(node: Node, moment: datetime) -> str:
    stamp, wwid = moment.strftime("%Y-%m-%dT%H:%M:%S+0000"), node.pick(node.wwids)
    table = f"[0 {node.random.randrange(10**9)} multipath 0 1 alua 1 1]"
    return f"{stamp} {node.name} multipathd[5805]: 3{wwid}: load table {table}\n"


def _kernel_text(node: Node) -> str:
    number = node.random.randrange(10**6)
    wwid = node.pick(node.wwids)
    return (
        f"scsi 2:0:0:{number % 256}: alua: device naa.{wwid} port group {number % 4} rel port {number % 7}",
        f"sd 2:0:0:{number % 256}: [sd{'abcdefgh'[number % 8]}] {number * 2048} 512-byte logical blocks: ({number} MB)",
        f"EXT4-fs (dm-{number % 40}): mounted filesystem {wwid[:8]}-{wwid[8:12]} with ordered data mode.",
        f"IPv6: ADDRCONF(NETDEV_CHANGE): cali{number:011x}: link becomes ready",
    )[number % 4]
