"""A recorded node under another name: bytes of equal length are replaced, so that columns and line numbers stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from samples.composing.scenarios import BOOT_ID, SampleNode
from samples.composing.volumes import Machine, Volume


def renames(number: int, *volumes: Volume) -> Mapping[str, str]:
    """`worker-1` becomes `worker-<number>`, and each of `volumes` another LUN with other names in Kubernetes."""
    changed = {"worker-1": f"worker-{number}"}
    for volume in volumes:
        other = on_node(number, volume)
        changed |= {
            volume.wwn[-16:]: other.wwn[-16:],  # also in serial numbers, which are the end of the WWN
            volume.stage_hash: other.stage_hash,
            volume.pod_uid: other.pod_uid,
            volume.pv: other.pv,
        }
    return changed


def on_node(number: int, volume: Volume) -> Volume:
    """The volume that stands in `volume`'s place on the renamed node."""
    return replace(volume, number=10 * number + volume.number, wwn=f"{volume.wwn[:-3]}{number}{volume.wwn[-2:]}")


def machines(count: int) -> tuple[Machine, ...]:
    return tuple(
        Machine(f"worker-{n}", f"192.0.2.{10 + n}", BOOT_ID.format(n), ready_since="2026-11-22T14:41:00Z")
        for n in range(1, count + 1)
    )


def node(number: int, moment: str, *renamed: Volume, **more: object) -> SampleNode:
    """The recorded moment as `worker-<number>`, with other volumes in place of `renamed`."""
    return SampleNode(
        f"worker-{number}",
        moment,
        boot_id=BOOT_ID.format(number),
        address=f"192.0.2.{10 + number}",
        renames=renames(number, *renamed) if number > 1 else {},
        **more,  # type: ignore[arg-type]
    )
