"""What the driver said of mount points that hold another source, and what the host's own mount table says of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes
from analyzer.facts.device_mapper import DmDevice, DmDevices
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import Mount, Mounts
from analyzer.facts.logs import Signals
from analyzer.rules.mounts.stack import stack_at
from analyzer.signals.driver_publish import OCCUPIED

SAID = re.compile(OCCUPIED)
_OF_POD = re.compile(r"(?P<root>/.*)/pods/(?P<uid>[0-9a-f-]{36})/volumes/kubernetes\.io~csi/(?P<pv>[^/]+)/mount")
_BLOCK = re.compile(
    r"(?P<root>/.*)/plugins/kubernetes\.io/csi/volumeDevices/publish/(?P<pv>[^/]+)/(?P<uid>[0-9a-f-]{36})"
)
_KERNEL_NAME = re.compile(r"/dev/(?:dm-[0-9]+|sd[a-z]+|nvme[0-9]+n[0-9]+)")
_STAGED = re.compile(r"(?P<root>/.*)/plugins/kubernetes\.io/csi/(?P<owner>[^/]+)/(?P<name>[^/]+)/globalmount")


@dataclass(frozen=True, slots=True)
class Occupied:
    """A mount point that the driver found taken; `actual` is "" when it did not say by what."""

    target: str  # "" when only the volume was told
    wanted: str  # path, device or share
    actual: str
    pv: str
    spans: tuple[Span, ...]
    is_node: bool = False  # the driver found no mount there, but a device node other than the volume's

    @property
    def pod_uid(self) -> str:
        """ "" of a staging path."""
        match = _OF_POD.fullmatch(self.target) or _BLOCK.fullmatch(self.target)
        return match["uid"] if match else ""

    @property
    def is_block(self) -> bool:
        return _BLOCK.fullmatch(self.target) is not None

    @property
    def kubelet_root(self) -> str:
        match = _OF_POD.fullmatch(self.target) or _BLOCK.fullmatch(self.target) or _STAGED.fullmatch(self.target)
        return match["root"] if match else ""


class Held(StrEnum):
    """What the mount point really holds, by the host's mount table."""

    NOTHING = "nothing"
    RIGHT = "right"  # the volume that is wanted: a false alarm of the driver
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Seen:
    held: Held
    stack: tuple[Mount, ...] = ()  # the top first
    wrong: tuple[Mount, ...] = ()  # of the stack, from the top down to what is wanted
    wanted: tuple[Mount, ...] = ()  # the staging mount


def occupied(
    failures: VolumeFailures | Unknown,
    signals: Signals | Unknown,
    volumes: PersistentVolumes | Unknown,
    mounts: Mounts | Unknown,
) -> tuple[Occupied, ...]:
    """Each mount point once, with all that was said of it; drivers before V4.1.0 say it in a line of its own only."""
    by_target: dict[tuple[str, str], list[Occupied]] = {}
    for one in (*_of_failures(failures, volumes, mounts), *_of_signals(signals, volumes)):
        by_target.setdefault((one.target, "" if one.target else one.pv), []).append(one)
    return tuple(_as_one(same) for same in by_target.values())


def _as_one(same: list[Occupied]) -> Occupied:
    """A form that names no actual source leaves it to another."""
    actual = next((one.actual for one in same if one.actual), "")
    pv = next((one.pv for one in same if one.pv), "")
    spans = tuple(dict.fromkeys(span for one in same for span in one.spans))
    return Occupied(same[0].target, same[0].wanted, actual, pv, spans, any(one.is_node for one in same))


def _of_failures(
    failures: VolumeFailures | Unknown, volumes: PersistentVolumes | Unknown, mounts: Mounts | Unknown
) -> Iterator[Occupied]:
    if isinstance(failures, Unknown):
        return
    for failure in failures.items:
        if match := SAID.search(failure.says):
            one = _read({name: text or "" for name, text in match.groupdict().items()}, failure.pv, failure.spans)
            yield one if one.target else _staged(one, volumes, mounts)


def _of_signals(signals: Signals | Unknown, volumes: PersistentVolumes | Unknown) -> Iterator[Occupied]:
    """Left out is what the driver has published since; it says so from V4.2.0 on."""
    if isinstance(signals, Unknown):
        return
    published = {hit.field("handle"): hit.last for hit in signals.of("driver-volume-published")}
    for hit in signals.of("driver-mount-point-occupied"):
        one = _read({name: text or "" for name, text in hit.fields}, "", hit.spans[-1:])
        volume = _volume(one.pv, volumes)
        since = published.get(volume.volume_handle, "") if volume else ""
        if one.target and not since > hit.last:
            yield one


def _read(said: dict[str, str], pv: str, spans: tuple[Span, ...]) -> Occupied:
    def first(*names: str) -> str:
        return next((said[name] for name in names if said.get(name)), "").rstrip(".,;\"'")

    target = first("target", "block_target")
    match = _OF_POD.fullmatch(target) or _BLOCK.fullmatch(target)
    wanted = first("wanted", "wanted_share", "block", "stage_wanted")
    actual = first("actual", "actual_share", "stage_actual")
    return Occupied(target, wanted, actual, pv or _pv(match), spans, is_node=bool(said.get("block_target")))


def _pv(match: re.Match[str] | None) -> str:
    return match["pv"] if match else ""


def _volume(pv: str, volumes: PersistentVolumes | Unknown) -> PersistentVolume | None:
    items = () if isinstance(volumes, Unknown) else volumes.items
    return next((one for one in items if one.name == pv), None)


def _staged(one: Occupied, volumes: PersistentVolumes | Unknown, mounts: Mounts | Unknown) -> Occupied:
    """`The source path is …` names no target: it is where the kubelet staged the volume, as its mounts show."""
    volume = _volume(one.pv, volumes)
    hashed = sha256(volume.volume_handle.encode()).hexdigest() if volume else ""
    for mount in () if isinstance(mounts, Unknown) else mounts.mounts:
        match = _STAGED.fullmatch(mount.mount_point)
        if match and match["name"] in (hashed, one.pv):
            return Occupied(mount.mount_point, one.wanted, one.actual, one.pv, one.spans)
    return one


def seen(
    one: Occupied, mounts: Mounts | Unknown, volumes: PersistentVolumes | Unknown, dms: DmDevices | Unknown
) -> Seen:
    if isinstance(mounts, Unknown) or not one.target:
        return Seen(Held.UNKNOWN)
    stack = stack_at(mounts, one.target)
    if not stack:
        return Seen(Held.NOTHING)
    staged = stack_at(mounts, one.wanted) if one.wanted.startswith("/") else ()
    wanted = _wanted(one, staged, volumes, dms)
    if wanted is None:
        return Seen(Held.UNKNOWN, stack, (), staged)
    right = next((number for number, mount in enumerate(stack) if wanted.is_at(mount)), len(stack))
    return Seen(Held.RIGHT if right == 0 else Held.WRONG, stack, stack[:right], staged)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What must be mounted; "" for what does not matter."""

    dev_t: str = ""
    root: str = ""
    source: str = ""

    def is_at(self, mount: Mount) -> bool:
        pairs = ((self.dev_t, mount.dev_t), (self.root, mount.root), (self.source, mount.source))
        return all(wanted in ("", found) for wanted, found in pairs)


def _wanted(
    one: Occupied, staged: tuple[Mount, ...], volumes: PersistentVolumes | Unknown, dms: DmDevices | Unknown
) -> _Wanted | None:
    """None when it cannot be told.  The LUN that the PV names decides; else what the driver names, or is staged."""
    if re.match(r"\S+:/", one.wanted):
        return _Wanted(source=one.wanted)
    if (dm := _map_of(one, volumes, dms)) is not None:
        # a raw volume is a bind of a node of /dev: its root names the device, its number is that of devtmpfs
        return _Wanted(root=f"/{dm.dm}") if one.is_block else _Wanted(dev_t=dm.dev_t, root="/")
    if one.is_block:
        return _Wanted(root=one.wanted.removeprefix("/dev")) if _KERNEL_NAME.fullmatch(one.wanted) else None
    found = {(mount.dev_t, mount.root) for mount in staged}
    return _Wanted(*found.pop()) if len(found) == 1 else None


def _map_of(one: Occupied, volumes: PersistentVolumes | Unknown, dms: DmDevices | Unknown) -> DmDevice | None:
    items = () if isinstance(dms, Unknown) else dms.devices
    volume = _volume(one.pv, volumes)
    if volume is not None and volume.lun_wwn:
        return next((dm for dm in items if dm.wwid == f"3{volume.lun_wwn}"), None)
    return next((dm for dm in items if one.wanted in (f"/dev/mapper/{dm.name}", f"/dev/{dm.dm}")), None)
