"""The JSON files of a bundle: bundle.json, node.json, cluster.json, index.json.

A manifest announces every file that belongs to it with its size, and comes before them: so a reader knows when a node
is whole.  A folder written by hand may leave the sizes out.  Unknown fields are ignored, so a later version of the same
format may add some.  Errors: `BundleError` when a manifest is no JSON of this shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from bundle import layout
from bundle.capture import Capture, ClusterSnapshot, CollectedFile, NodeSnapshot, Outcome, Redactions, Status
from bundle.layout import BundleError


class FileRecord(msgspec.Struct, frozen=True):
    path: str
    truncated: bool = False
    size: int | None = None  # bytes


class ProbeRecord(msgspec.Struct, frozen=True):
    """One capture without its bytes; sizes are None where they were not announced.

    `redactions` tells of each file from which secrets were removed how many of which kind; None when nobody counted.
    """

    status: Status
    argv: tuple[str, ...] = ()
    exit_code: int | None = None
    started: str = ""
    seconds: float = 0.0
    truncated: bool = False
    reason: str = ""
    out_size: int | None = None
    err_size: int | None = None
    files: tuple[FileRecord, ...] = ()
    redactions: dict[str, dict[str, int]] | None = None


class NodeManifest(msgspec.Struct, frozen=True):
    node: str
    address: str = ""
    transport: str = "local"
    started: str = ""
    seconds: float = 0.0
    outcome: Outcome = Outcome.COLLECTED
    reason: str = ""
    probes: dict[str, ProbeRecord] = {}


class ClusterManifest(msgspec.Struct, frozen=True):
    """`logs` maps `<pod>/<container>` to the size of its log."""

    probes: dict[str, ProbeRecord] = {}
    logs: dict[str, int | None] = {}


class BundleManifest(msgspec.Struct, frozen=True):
    """bundle.json; `options` are whatever the collector was told."""

    format: int
    name: str
    tool_version: str = ""
    started: str = ""
    options: dict[str, Any] = {}
    targets: tuple[str, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """Where a gzip member lies in the file; `sha256` is of its compressed bytes, `size` counts them uncompressed."""

    offset: int
    length: int
    size: int
    sha256: str


class TargetRecord(msgspec.Struct, frozen=True):
    """What became of a target; without a place nothing of it is in the bundle."""

    outcome: Outcome
    reason: str = ""
    place: Place | None = None


class Index(msgspec.Struct, frozen=True):
    """index.json; `nodes` in the order of the file, then the targets that are not in it."""

    format: int
    name: str
    bundle: Place
    cluster: Place | None
    nodes: dict[str, TargetRecord]


Manifest = TypeVar("Manifest", NodeManifest, ClusterManifest, BundleManifest, Index)


def encode(manifest: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decode(content: bytes, kind: type[Manifest], where: str) -> Manifest:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BundleError(f"{where} cannot be understood ({error}); copy or collect the bundle again.") from None


def of_node(snapshot: NodeSnapshot) -> tuple[NodeManifest, dict[str, bytes]]:
    """The manifest of a node, and its other files by path inside the node's folder, in order."""
    contents: dict[str, bytes] = {}
    for capture in snapshot.captures:
        contents |= _streams(capture, layout.out_path(capture.probe), layout.err_path(capture.probe))
        for file in capture.files:
            path = layout.file_path(file.path)
            # two probes may have read one growing file: the longer reading is kept for both
            contents[path] = max(contents.get(path, b""), file.content, key=len)
    manifest = NodeManifest(
        node=layout.safe_name(snapshot.node),
        address=_text(snapshot.address),
        transport=_text(snapshot.transport),
        started=_text(snapshot.started),
        seconds=snapshot.seconds,
        outcome=snapshot.outcome,
        reason=_text(snapshot.reason),
        probes={capture.probe: _record(capture, contents) for capture in snapshot.captures},
    )
    return manifest, contents


def of_cluster(snapshot: ClusterSnapshot) -> tuple[ClusterManifest, dict[str, bytes]]:
    """The cluster's manifest, and its other files by path inside the bundle, in order."""
    contents: dict[str, bytes] = {}
    for capture in snapshot.captures:
        contents |= _streams(capture, layout.object_path(capture.probe), layout.object_err_path(capture.probe))
    contents |= {layout.log_path(container): log for container, log in sorted(snapshot.logs.items())}
    manifest = ClusterManifest(
        probes={capture.probe: _record(capture, {}) for capture in snapshot.captures},
        logs={container: len(log) for container, log in sorted(snapshot.logs.items())},
    )
    return manifest, contents


def announced_by_node(manifest: NodeManifest) -> Iterator[tuple[str, int | None]]:
    """Path inside the node's folder, and size, of every file that must come."""
    for probe, record in manifest.probes.items():
        yield from _announced(record, layout.out_path(probe), layout.err_path(probe))
        yield from ((layout.file_path(file.path), file.size) for file in record.files)


def announced_by_cluster(manifest: ClusterManifest) -> Iterator[tuple[str, int | None]]:
    """Path inside the bundle, and size, of every file that must come."""
    for kind, record in manifest.probes.items():
        yield from _announced(record, layout.object_path(kind), layout.object_err_path(kind))
    yield from ((layout.log_path(container), size) for container, size in manifest.logs.items())


def to_node(manifest: NodeManifest, contents: Mapping[str, bytes]) -> NodeSnapshot:
    return NodeSnapshot(
        node=manifest.node,
        captures=tuple(
            _capture(probe, record, contents, layout.out_path(probe), layout.err_path(probe))
            for probe, record in manifest.probes.items()
        ),
        outcome=manifest.outcome,
        reason=manifest.reason,
        address=manifest.address,
        transport=manifest.transport,
        started=manifest.started,
        seconds=manifest.seconds,
    )


def to_cluster(manifest: ClusterManifest, contents: Mapping[str, bytes]) -> ClusterSnapshot:
    return ClusterSnapshot(
        captures=tuple(
            _capture(kind, record, contents, layout.object_path(kind), layout.object_err_path(kind))
            for kind, record in manifest.probes.items()
        ),
        logs={container: contents.get(layout.log_path(container), b"") for container in manifest.logs},
    )


def _streams(capture: Capture, out_path: str, err_path: str) -> dict[str, bytes]:
    return {path: content for path, content in ((out_path, capture.out), (err_path, capture.err)) if content}


def _record(capture: Capture, contents: Mapping[str, bytes]) -> ProbeRecord:
    return ProbeRecord(
        status=capture.status,
        argv=tuple(_text(word) for word in capture.argv),
        exit_code=capture.exit_code,
        started=_text(capture.started),
        seconds=capture.seconds,
        truncated=capture.truncated,
        reason=_text(capture.reason),
        out_size=len(capture.out),
        err_size=len(capture.err),
        files=tuple(
            FileRecord(layout.printable_path(file.path), file.truncated, len(contents[layout.file_path(file.path)]))
            for file in capture.files
        ),
        redactions=_redactions(capture.redactions),
    )


def _redactions(known: Redactions | None) -> dict[str, dict[str, int]] | None:
    if known is None:
        return None
    return {_text(path): dict(sorted(kinds.items())) for path, kinds in sorted(known.items()) if kinds}


def _announced(record: ProbeRecord, out_path: str, err_path: str) -> Iterator[tuple[str, int | None]]:
    if record.out_size:
        yield out_path, record.out_size
    if record.err_size:
        yield err_path, record.err_size


def _capture(probe: str, record: ProbeRecord, contents: Mapping[str, bytes], out_path: str, err_path: str) -> Capture:
    return Capture(
        probe=probe,
        status=record.status,
        argv=record.argv,
        exit_code=record.exit_code,
        started=record.started,
        seconds=record.seconds,
        truncated=record.truncated,
        reason=record.reason,
        out=contents.get(out_path, b""),
        err=contents.get(err_path, b""),
        files=tuple(
            CollectedFile(file.path, contents.get(layout.file_path(file.path), b""), file.truncated)
            for file in record.files
        ),
        redactions=record.redactions,
    )


def _text(text: str) -> str:
    """`text` with what is no Unicode (lone surrogates) shown as `?`: JSON cannot hold it."""
    return text.encode("utf-8", "replace").decode()
