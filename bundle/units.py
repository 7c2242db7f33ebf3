"""A tar stream as units: bundle.json, the cluster, each node, index.json.

`units(gate, …)` gives each unit when it is certain that nothing of it is still to come: the next unit has begun, or
the gzip member that holds its end was whole.  A unit may therefore be given although the stream is then found to be
cut off; that is raised afterwards.  `missing_of_node` tells whether all that its manifest announces has come.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bundle import layout, manifest
from bundle.bounds import Gate, files
from bundle.gzip_members import CutOffError, DamagedError
from bundle.layout import BundleError

_MANIFESTS = (layout.BUNDLE_MANIFEST, layout.CLUSTER_MANIFEST, layout.INDEX)


@dataclass(slots=True)
class Unit:
    """`key` is `bundle.json`, `cluster`, `nodes/<node>` or `index.json`; paths are relative to the bundle's name."""

    root: str
    key: str
    position: int  # uncompressed
    member: int | None  # offset of the gzip member that begins with it, if one does
    ends: int = 0  # uncompressed
    length: int | None = None  # of its gzip member, if it has one of its own
    sizes: dict[str, int] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)

    @property
    def node(self) -> str | None:
        folder, _, name = self.key.partition("/")
        return name if folder == layout.NODES_FOLDER and layout.is_safe_name(name) else None

    def node_contents(self) -> dict[str, bytes]:
        """Contents by path inside the node's folder."""
        prefix = len(self.key) + 1
        return {path[prefix:]: content for path, content in self.contents.items()}

    def node_manifest(self) -> manifest.NodeManifest | None:
        content = self.contents.get(f"{self.key}/{layout.NODE_MANIFEST}")
        if content is None:
            return None
        decoded = manifest.decode(content, manifest.NodeManifest, f"{self.key}/{layout.NODE_MANIFEST}")
        if decoded.node != self.node:
            raise BundleError(
                f"{self.key}/{layout.NODE_MANIFEST} speaks of {decoded.node!r}; collect the bundle again."
            )
        return decoded

    def cluster_manifest(self) -> manifest.ClusterManifest | None:
        content = self.contents.get(layout.CLUSTER_MANIFEST)
        return manifest.decode(content, manifest.ClusterManifest, layout.CLUSTER_MANIFEST) if content else None


def everything(path: str) -> bool:
    """Keep the content of every file."""
    return True


def manifests_only(path: str) -> bool:
    """Keep just what tells whether units are whole."""
    return path in _MANIFESTS or path.endswith(f"/{layout.NODE_MANIFEST}")


def units(gate: Gate, keep: Callable[[str], bool] = everything) -> Iterator[Unit]:
    """Every unit in file order.  Raises `CutOffError` or `DamagedError` after the last unit that is certain."""
    seen: set[str] = set()
    unit: Unit | None = None
    try:
        for info in files(gate):
            root, key = _unit_of(info.name)
            if unit is not None and root != unit.root:
                gate.ignore(f"{info.name!r} is outside of {unit.root!r}")
                continue
            if unit is None or key != unit.key:
                if unit is not None:
                    yield _closed(unit, gate.header_member)
                if key in seen or len(seen) >= gate.limits.units:
                    raise gate.refusal(f"{key!r} comes twice in it, or it holds too many nodes")
                seen.add(key)
                unit = Unit(root, key, gate.header_at, gate.header_member)
                gate.begin_unit()
            _add(gate, unit, info, keep)
    except (CutOffError, DamagedError):
        if unit is not None and gate.source.verified >= unit.ends:
            yield _closed(unit, gate.source.verified_end)
        raise
    if unit is not None:
        yield _closed(unit, gate.source.verified_end if gate.source.verified >= unit.ends else None)


def missing_of_node(unit: Unit) -> str | None:
    """What is missing of a node, as a half sentence; None when it is whole."""
    try:
        announced = unit.node_manifest()
        if announced is None:
            return f"its {layout.NODE_MANIFEST} is missing"
        return _missing(unit, ((f"{unit.key}/{path}", size) for path, size in manifest.announced_by_node(announced)))
    except BundleError as error:
        return str(error)


def missing_of_cluster(unit: Unit) -> str | None:
    try:
        announced = unit.cluster_manifest()
        if announced is None:
            return f"{layout.CLUSTER_MANIFEST} is missing"
        return _missing(unit, manifest.announced_by_cluster(announced))
    except BundleError as error:
        return str(error)


def _missing(unit: Unit, announced: Iterable[tuple[str, int | None]]) -> str | None:
    for path, size in announced:
        if path not in unit.sizes:
            return f"{path} is missing"
        if size is not None and unit.sizes[path] != size:
            return f"{path} has {unit.sizes[path]} bytes instead of {size}"
    return None


def _unit_of(name: str) -> tuple[str, str]:
    root, _, path = name.partition("/")
    parts = path.split("/")
    return root, "/".join(parts[:2]) if parts[0] == layout.NODES_FOLDER else parts[0]


def _add(gate: Gate, unit: Unit, info: tarfile.TarInfo, keep: Callable[[str], bool]) -> None:
    path = info.name[len(unit.root) + 1 :]
    if path in unit.sizes:
        raise gate.refusal(f"{path[:200]!r} comes twice in it")
    if manifests_only(path) and info.size > gate.limits.manifest_bytes:
        raise gate.refusal(f"{path[:200]!r} claims {info.size} bytes")
    unit.sizes[path] = info.size
    unit.ends = info.offset_data + -(-info.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    if keep(path):
        unit.contents[path] = gate.content(info.size)


def _closed(unit: Unit, ends_at: int | None) -> Unit:
    """The unit with the length of its gzip member, if one begins with it and ends where it ends."""
    if unit.member is not None and ends_at is not None and ends_at > unit.member:
        unit.length = ends_at - unit.member
    return unit
