"""`BundleReader(path)`: what a bundle holds, node by node.

Input    a file of format 1, whole, cut off at any byte, or compressed again by another program; of an encrypted one
`bundle.decrypting.plain` gives what can be read. Output   a
`NodeSnapshot` of every node that is whole; a `ClusterSnapshot` or None.  With the footer a node is found through the
index; without it the file is walked once, and a node is found again if it has its own gzip member. Errors
`BundleError`: not a bundle, a newer format, damaged, or refused by `bundle.bounds`. A reader keeps no file open: it
may be pickled, and used by several threads and processes at once.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from itertools import islice
from types import TracebackType
from typing import Self

from bundle import layout, manifest
from bundle.bounds import LIMITS, Limits
from bundle.capture import ClusterSnapshot, NodeSnapshot
from bundle.decrypting import ASK_FOR_KEY, ENCRYPTED, Source
from bundle.folder import read_cluster_folder, read_node_folder
from bundle.gzip_members import MAGIC
from bundle.layout import BundleError
from bundle.manifest import BundleManifest as BundleMeta
from bundle.manifest import Place, TargetRecord
from bundle.units import Unit, missing_of_cluster, missing_of_node
from bundle.walk import Contents, PackedNode, Walk, indexed, open_bundle, packed_at, scan

__all__ = [
    "BundleError",
    "BundleMeta",
    "BundleReader",
    "Limits",
    "PackedNode",
    "TargetRecord",
    "read_cluster_folder",
    "read_node_folder",
]

THE_CLUSTER = "the cluster"  # its key in `damaged`; no node can have such a name
_AGAIN = "copy the file again and compare its sha256"


class BundleReader:
    """A bundle's file.  `damaged` tells, by name, what `snapshots` and `cluster` had to leave out, and why."""

    def __init__(self, path: Source, limits: Limits = LIMITS) -> None:
        self.path = path
        self.damaged: dict[str, str] = {}
        self._ignored: dict[str, None] = {}  # in the order met
        self._limits = limits
        self.meta = self._read_meta()
        self.name = self.meta.name
        self._contents = indexed(path, limits, self.meta)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    @property
    def contents(self) -> Contents:
        """Cheap with the footer; without it the whole file is walked, once."""
        if self._contents is None:
            self._contents = scan(self.path, self._limits, self.meta)
        return self._contents

    @property
    def complete(self) -> bool:
        """The index was found, and every target is here and whole, so far as was looked."""
        return self.contents.complete and not self.damaged

    @property
    def seekable(self) -> bool:
        """`node` costs no more than that node; else it walks the file, and `snapshots` is the way to read many."""
        return all(place is not None for place in self.contents.whole.values())

    @property
    def ignored(self) -> tuple[str, ...]:
        """Members that are no plain files, as half sentences; known of what has been read."""
        return tuple(dict.fromkeys((*self.contents.ignored, *self._ignored)))

    @property
    def size(self) -> int:
        """Bytes of the file, not of what it unpacks to."""
        with open_bundle(self.path) as file:
            return file.seek(0, io.SEEK_END)

    def nodes(self) -> tuple[str, ...]:
        """The nodes that are whole, in file order."""
        return tuple(self.contents.whole)

    def targets(self) -> Mapping[str, TargetRecord]:
        """What became of every target, also of those that are not in the file."""
        return self.contents.targets

    def node(self, name: str) -> NodeSnapshot:
        whole = self.contents.whole
        if name not in whole:
            why = self.targets()[name].reason if name in self.targets() else "`csi-analyzer show` lists what it holds"
            raise BundleError(f"{self.path} holds no whole node {name[:253]!r}; {why}.")
        return _node(self._unit(f"{layout.NODES_FOLDER}/{name}", whole[name]))

    def packed(self, name: str) -> PackedNode | None:
        """A whole node without unpacking it; None when it has no gzip member of its own, or a damaged one.

        The CRC of what stands in no index was checked when the file was walked.
        """
        place = self.contents.whole.get(name)
        member = packed_at(self.path, place) if place is not None else None
        if place is None or member is None:
            return None
        record = self.targets()[name]
        return PackedNode(member, place.size, record.outcome, record.reason)

    def snapshots(self) -> Iterator[NodeSnapshot]:
        """Every whole node in file order; a damaged one is left out and told in `damaged`."""
        if self._contents is not None and self.seekable:
            yield from self._by_place()
            return
        walk = Walk(self.path, self._limits)
        for unit in walk:
            if unit.node is not None and missing_of_node(unit) is None:
                yield _node(unit)
        self._ignored |= dict.fromkeys(walk.ignored)

    def cluster(self) -> ClusterSnapshot | None:
        """None without one, and when it is damaged; then `damaged` tells."""
        contents = self.contents
        if not contents.has_cluster:
            return None
        try:
            unit = self._unit(layout.CLUSTER_FOLDER, contents.cluster)
        except BundleError as error:
            self.damaged[THE_CLUSTER] = str(error)
            return None
        announced = unit.cluster_manifest()
        return manifest.to_cluster(announced, unit.contents) if announced else None

    def problems(self) -> tuple[str, ...]:
        """Reads all of it, and says what is wrong with it, a sentence each; nothing for a sound, complete bundle."""
        for _ in self.snapshots():
            pass
        self.cluster()
        found = list(self.damaged.values())
        absent = {name: record for name, record in self.targets().items() if name not in self.contents.whole}
        found += [f"{name} is not in {self.path}: {record.reason or 'unknown why'}." for name, record in absent.items()]
        if not self.contents.complete and not absent:
            found.append(f"{self.path} has no whole index: {_AGAIN}.")
        return (*found, *(f"{what}; it is ignored." for what in self.ignored))

    def _by_place(self) -> Iterator[NodeSnapshot]:
        for name in self.nodes():
            try:
                snapshot = self.node(name)
            except BundleError as error:
                self.damaged[name] = str(error)
                continue
            yield snapshot

    def _unit(self, key: str, place: Place | None) -> Unit:
        """The unit `key`, whole, from its place or from a walk to it."""
        unit, problem = self._unit_at(place) if place is not None else self._unit_on_the_way(key)
        if unit is not None and not problem:
            missing = missing_of_cluster if key == layout.CLUSTER_FOLDER else missing_of_node
            elsewhere = "" if (unit.root, unit.key) == (self.name, key) else "the index leads elsewhere"
            problem = elsewhere or missing(unit) or ""
        if unit is None or problem:
            raise BundleError(f"{key} in {self.path} cannot be read: {problem or 'it is not there'}; {_AGAIN}.")
        return unit

    def _unit_at(self, place: Place) -> tuple[Unit | None, str]:
        walk = Walk(self.path, self._limits, place)
        found = list(islice(walk, 2))
        self._ignored |= dict.fromkeys(walk.ignored)
        return (found[0], walk.problem) if len(found) == 1 else (None, walk.problem or "the index leads elsewhere")

    def _unit_on_the_way(self, key: str) -> tuple[Unit | None, str]:
        walk = Walk(self.path, self._limits, keep=lambda path: path.startswith(f"{key}/"))
        return next((unit for unit in walk if unit.key == key), None), walk.problem

    def _read_meta(self) -> BundleMeta:
        with open_bundle(self.path) as file:
            begin = file.read(256)
        if begin.startswith(ENCRYPTED):
            raise BundleError(f"{self.path} {ASK_FOR_KEY}.")
        if not begin.startswith(MAGIC):
            raise BundleError(f"{self.path} is not a bundle but some other file; give the .tar.gz of csi-collector.")
        walk = Walk(self.path, self._limits)
        first = next(iter(walk), None)
        content = first.contents.get(layout.BUNDLE_MANIFEST) if first else None
        if first is None or content is None:
            why = f" ({walk.problem})" if walk.problem else ""
            raise BundleError(f"{self.path} is not a bundle{why}: it does not begin with bundle.json; copy it again.")
        meta = manifest.decode(content, BundleMeta, f"{layout.BUNDLE_MANIFEST} in {self.path}")
        if meta.format > layout.FORMAT:
            raise BundleError(
                f"{self.path} is of format {meta.format}, newer than this program reads ({layout.FORMAT}); "
                "install a newer csi-triage."
            )
        if first.root != layout.safe_name(meta.name):
            raise BundleError(f"{self.path} is not a bundle: it is named {first.root!r} and says {meta.name!r}.")
        return meta


def _node(unit: Unit) -> NodeSnapshot:
    announced = unit.node_manifest()
    assert announced is not None  # noqa: S101 - the unit is whole
    return manifest.to_node(announced, unit.node_contents())
