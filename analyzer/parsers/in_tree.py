"""A volume that Kubernetes itself attaches, of a PV or of a pod's own -> what it may be on a node.

Output   `lun:2` for a LUN by its number, `dev:/dev/mapper/mpathb` for a device by its name, "" when it may be any.  A
         folder or file of the node is no device, and gives none.
Source   Kubernetes API, core/v1 ISCSIVolumeSource, FCVolumeSource, LocalVolumeSource, HostPathVolumeSource.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

PLAIN_NODES = ("/dev/mapper/", "/dev/dm-", "/dev/sd")


class Iscsi(msgspec.Struct, frozen=True):
    lun: int = 0


class Fc(msgspec.Struct, frozen=True):
    lun: int | None = None


class Place(msgspec.Struct, frozen=True):
    path: str = ""


def may_be(iscsi: Iscsi | None, fc: Fc | None, *places: Place | None) -> Iterator[str]:
    if iscsi is not None:
        yield f"lun:{iscsi.lun}"
    if fc is not None:
        yield f"lun:{fc.lun}" if fc.lun is not None else ""
    for place in places:
        if place is not None and place.path.startswith("/dev/"):
            yield f"dev:{place.path}" if place.path.startswith(PLAIN_NODES) else ""
