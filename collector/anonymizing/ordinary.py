"""Names that stay, since they are ordinary: to replace `mount` or `kernel` everywhere would destroy every log.

`is_kept(name)`: a word that logs and tools use (ordinary.txt), a name that Kubernetes or the driver gives everywhere,
what the kernel calls its devices, or too short to tell anything.  A name of several words is ordinary only as a whole.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_SYSTEM = """
kube-system kube-public kube-node-lease kube-apiserver kube-scheduler kube-controller-manager kube-proxy kube-dns
coredns cluster-admin control-plane csi-attacher csi-provisioner csi-resizer csi-snapshotter csi-node-driver-registrar
external-attacher external-provisioner external-resizer external-snapshotter livenessprobe liveness-probe
node-driver-registrar snapshot-controller storage-backend-controller storage-backend-sidecar huawei-csi
huawei-csi-driver huawei-csi-node huawei-csi-controller huawei-csi-extender huawei-csi-attacher-cfg
huawei-csi-attacher-role-cfg
csi-huawei-com csi.huawei.com csi.oceanstor.com system_vstore oceanstor-san oceanstor-nas oceanstor-dtree
oceanstor-9000-dtree oceanstor-a-series-nas fusionstorage-san fusionstorage-nas oceandisk-san
iscsi fc nfs nfs+ roce fc-nvme tcp-nvme scsi dpc dtfs multipath-tools open-iscsi
read-write read-only volume-attach-limit pod-template-hash controller-revision-hash statefulset.kubernetes.io
"""
# pods of the system and the driver: what follows tells them apart, and if it is a node's name that is replaced
_OF_SYSTEM = (
    "huawei-csi-",
    "kube-proxy-",
    "kube-apiserver-",
    "kube-scheduler-",
    "kube-controller-manager-",
    "coredns-",
    "etcd-",
)
_DEVICE = re.compile(
    r"(?:sd|vd|xvd|hd|nvme|dm|loop|sg|st|sr|md|mpath|eth|ens|eno|enp|bond|br|host|target|session|connection|rport|lun|part"
    r"|scsi|pci|usb|ata|port|cpu|tty|cgroup|fs|v|vers|nfsv|ext|xfs|up|ip|tcp|udp|wwn|naa|eui|stage|step)-?(?:[0-9]+[a-z]?|[a-z]{1,3})?"
    r"(?:[np-][0-9]+)*",
    re.IGNORECASE,
)
_TELLING = re.compile(r"[a-z]|[0-9]{10}", re.IGNORECASE)
_LEAST = 3  # characters


def is_kept(name: str) -> bool:
    text = name.lower()
    if len(text) < _LEAST or not _TELLING.search(text):
        return True
    return is_ordinary(text) or text in phrases() or text.startswith(_OF_SYSTEM) or _DEVICE.fullmatch(text) is not None


def is_ordinary(name: str) -> bool:
    return name.lower() in words()


@cache
def words() -> frozenset[str]:
    return frozenset(files("collector.anonymizing").joinpath("ordinary.txt").read_text().split())


@cache
def phrases() -> frozenset[str]:
    """Names that are the same everywhere: they are seen before any name within them."""
    return frozenset(_SYSTEM.split())
