"""One way through a bundle's file, or through one gzip member of it, and what such a way has found.

A `Walk` gives units and never raises for a file that is cut off or damaged on the way: `problem` then says so, as a
half sentence.  `indexed` gives the contents that the index tells; `scan` those of a file without a usable index.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO, cast

from bundle import layout, manifest
from bundle.bounds import Gate, Limits
from bundle.capture import Outcome
from bundle.decrypting import Decrypted, Source
from bundle.gzip_members import CutOffError, DamagedError, Gunzip
from bundle.layout import BundleError
from bundle.manifest import BundleManifest, Index, Place, TargetRecord
from bundle.units import Unit, everything, manifests_only, missing_of_cluster, missing_of_node, units


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle holds: `whole` nodes in file order with their places, if any, and every target's outcome."""

    whole: dict[str, Place | None]
    targets: dict[str, TargetRecord]
    has_cluster: bool
    cluster: Place | None
    complete: bool  # the index was found, and every target is whole
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PackedNode:
    """A whole node as it lies in a bundle: its gzip member, of `size` bytes when unpacked, and what became of it."""

    member: bytes
    size: int
    outcome: Outcome
    reason: str


class Walk:
    """The units of the file at `path`, from its start or in the gzip member at `place`."""

    def __init__(
        self,
        path: Source,
        limits: Limits,
        place: Place | None = None,
        keep: Callable[[str], bool] = everything,
    ) -> None:
        self.problem = ""
        self.ignored: tuple[str, ...] = ()
        self._path, self._limits, self._place, self._keep = path, limits, place, keep

    def __iter__(self) -> Iterator[Unit]:
        with open_bundle(self._path) as file:
            place = self._place
            hashed = _Hashed(file)
            if place is None:
                source = Gunzip(file)
            else:
                source = Gunzip(cast(BinaryIO, hashed), start=place.offset, end=place.offset + place.length)
            gate = Gate(source, str(self._path), self._limits)
            try:
                yield from units(gate, self._keep)
                if place is not None and place.sha256 and not (source.at_end() and hashed.is_exactly(place)):
                    self.problem = "its bytes are not those that the index tells"
            except CutOffError:
                self.problem = "the file is cut off"
            except DamagedError as error:
                self.problem = f"the file is damaged ({error})"
            finally:
                self.ignored = tuple(gate.ignored)


class _Hashed:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._sha256 = hashlib.sha256()
        self._bytes = 0

    def seek(self, offset: int) -> int:
        return self._file.seek(offset)

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._sha256.update(data)
        self._bytes += len(data)
        return data

    def is_exactly(self, place: Place) -> bool:
        return self._bytes == place.length and self._sha256.hexdigest() == place.sha256


def open_bundle(path: Source) -> BinaryIO:
    file = path.file if isinstance(path, Decrypted) else path
    try:
        if not file.is_file():
            what = "is not a file" if file.exists() else "does not exist"
            raise BundleError(f"{path} {what}; give the path of the .tar.gz that csi-collector wrote.")
        return file.open("rb", buffering=0)
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({error.strerror}); check its owner and mode.") from None


def packed_at(path: Source, place: Place) -> bytes | None:
    """The bytes at a place; None when they are not those that the index tells."""
    with open_bundle(path) as file:
        file.seek(place.offset)
        member = _all_of(file, place.length)
    is_right = len(member) == place.length and place.sha256 in ("", hashlib.sha256(member).hexdigest())
    return member if is_right else None


def _all_of(file: BinaryIO, size: int) -> bytes:
    """An unbuffered file may give less than was asked for."""
    parts: list[bytes] = []
    while size and (part := file.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def indexed(path: Source, limits: Limits, meta: BundleManifest) -> Contents | None:
    """What the index tells; None without a footer, or when the index contradicts itself or the bundle."""
    with open_bundle(path) as file:
        end = file.seek(0, io.SEEK_END) - layout.FOOTER_BYTES
        file.seek(max(0, end))
        offset = layout.index_offset(file.read(layout.FOOTER_BYTES))
    if offset is None or offset >= end:
        return None
    place = Place(offset, end - offset, size=0, sha256="")
    index = next((index_of(unit) for unit in Walk(path, limits, place)), None)
    return _from_index(index, meta, offset) if index else None


def index_of(unit: Unit) -> Index | None:
    content = unit.contents.get(layout.INDEX)
    try:
        index = manifest.decode(content, Index, layout.INDEX) if content else None
    except BundleError:
        return None
    return index if index and index.name == unit.root and index.format == layout.FORMAT else None


def _from_index(index: Index, meta: BundleManifest, end: int) -> Contents | None:
    whole = {node: record.place for node, record in index.nodes.items() if record.place is not None}
    places = [place for place in (index.bundle, index.cluster, *whole.values()) if place is not None]
    places.sort(key=lambda place: place.offset)
    edges = [edge for place in places for edge in (place.offset, place.offset + place.length)]
    in_order = all(begin <= after for begin, after in pairwise((0, *edges, end)))
    if not in_order or index.name != meta.name or not all(map(layout.is_safe_name, index.nodes)):
        return None
    return Contents(
        whole=dict(whole),
        targets=index.nodes,
        has_cluster=index.cluster is not None,
        cluster=index.cluster,
        complete=all(node in whole for node in (*meta.targets, *index.nodes)),
    )


def scan(path: Source, limits: Limits, meta: BundleManifest) -> Contents:
    """What a walk through the whole file finds."""
    walk = Walk(path, limits, keep=manifests_only)
    whole: dict[str, Place | None] = {}
    targets: dict[str, TargetRecord] = {}
    clusters: list[Place | None] = []
    index: Index | None = None
    for unit in walk:
        if unit.key == layout.INDEX:
            index = index_of(unit)
        elif unit.key == layout.CLUSTER_FOLDER and missing_of_cluster(unit) is None:
            clusters.append(_place(unit))
        elif unit.node is not None:
            targets[unit.node] = _target(unit)
            if missing_of_node(unit) is None:
                whole[unit.node] = _place(unit)
    never = {node: record for node, record in index.nodes.items() if record.place is None} if index else {}
    lost = TargetRecord(Outcome.UNREACHABLE, f"not in this file: {walk.problem or 'nothing tells why'}")
    targets = never | targets
    return Contents(
        whole=whole,
        targets=targets | {target: lost for target in meta.targets if target not in targets},
        has_cluster=bool(clusters),
        cluster=clusters[0] if clusters else None,
        complete=index is not None and all(node in whole for node in (*meta.targets, *index.nodes)),
        ignored=walk.ignored,
    )


def _target(unit: Unit) -> TargetRecord:
    missing = missing_of_node(unit)
    announced = unit.node_manifest() if missing is None else None
    if announced is None:
        return TargetRecord(Outcome.UNREACHABLE, f"not whole in this file: {missing}")
    return TargetRecord(announced.outcome, announced.reason)


def _place(unit: Unit) -> Place | None:
    if unit.member is None or unit.length is None:
        return None
    return Place(unit.member, unit.length, unit.ends - unit.position, sha256="")
