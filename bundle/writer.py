"""`BundleWriter(path, …)`: a bundle of format 1, written as its nodes arrive.

The file has a temporary name and mode 0600 from its first byte on, and gets its own name when it is whole and on the
disk; then `<path>.sha256` lies beside it, as sha256sum writes it.  Leaving the `with` by Ctrl-C makes a whole bundle
of what arrived; by any other exception, nothing is left.  `add_node` may be called by several threads.
Same snapshots in the same order, same bytes, but with `recipients`: then only they can read the file, and nothing else
of it is ever on the disk.  Errors: `BundleError`, after which nothing half-written is left.
"""

from __future__ import annotations

import hashlib
import signal
import tarfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bundle import layout, manifest
from bundle.bounds import LIMITS
from bundle.capture import ClusterSnapshot, NodeSnapshot, Outcome
from bundle.encrypting import EncryptedFile
from bundle.folder import node_folders, read_bundle_manifest, read_cluster_folder, read_node_folder
from bundle.gzip_members import compress
from bundle.layout import BundleError
from bundle.manifest import BundleManifest, Index, Place, TargetRecord
from bundle.new_file import NewFile
from bundle.walk import PackedNode

if TYPE_CHECKING:
    from bundle.encrypting import Recipient

NOT_COLLECTED = "not collected: it had not answered when collecting ended"
_MOST_FILES = LIMITS.unit_files // 2  # a pax header before each counts as well


class NodeTooLargeError(BundleError):
    """One node gave more than a reader accepts; the bundle is as good as before."""


class BundleWriter:
    """`sha256` is the file's, once it has been closed; `why_missing` is told of each target that was never added."""

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        started: str,
        tool_version: str,
        options: Mapping[str, object],
        targets: Sequence[str],
        recipients: Sequence[Recipient] = (),
    ) -> None:
        self.path = path
        self.sha256 = ""
        self.why_missing = NOT_COLLECTED
        self._meta = BundleManifest(
            format=layout.FORMAT,
            name=layout.safe_name(name),
            tool_version=tool_version,
            started=started,
            options=dict(options),
            targets=tuple(map(layout.safe_name, targets)),
        )
        self._started = _seconds(started)
        self._lock = threading.Lock()
        self._cluster: Place | None = None
        self._begun: set[str] = set()
        self._nodes: dict[str, tuple[Place, TargetRecord]] = {}
        self._file = EncryptedFile(path, recipients) if recipients else NewFile(path)
        try:
            self._bundle = self._add({layout.BUNDLE_MANIFEST: manifest.encode(self._meta)}, self._started)
        except BaseException:
            self._file.discard()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self.close()
        else:
            self._file.discard()

    def add_cluster(self, snapshot: ClusterSnapshot) -> None:
        described, contents = manifest.of_cluster(snapshot)
        place = self._add({layout.CLUSTER_MANIFEST: manifest.encode(described), **contents}, self._started)
        self._cluster = place

    def add_node(self, snapshot: NodeSnapshot) -> None:
        """Written when this returns.  A node is added once; one that no reader would accept is `NodeTooLargeError`."""
        described, contents = manifest.of_node(snapshot)
        _check_size(snapshot.node, contents)
        self._begin(snapshot.node)
        prefix = layout.node_folder(snapshot.node)
        members = {f"{prefix}/{layout.NODE_MANIFEST}": manifest.encode(described)}
        members |= {f"{prefix}/{path}": content for path, content in contents.items()}
        place = self._add(members, _seconds(snapshot.started) or self._started)
        self._nodes[snapshot.node] = (place, TargetRecord(described.outcome, described.reason, place))

    def add_packed(self, node: str, packed: PackedNode) -> None:
        """A node as another bundle of the same name holds it, byte by byte."""
        self._begin(layout.safe_name(node))
        with self._lock:
            offset = self._file.append(packed.member)
        place = Place(offset, len(packed.member), packed.size, hashlib.sha256(packed.member).hexdigest())
        self._nodes[node] = (place, TargetRecord(packed.outcome, packed.reason, place))

    def close(self) -> None:
        """Write the index and the footer, and give the file its name."""
        in_file_order = sorted(self._nodes.items(), key=lambda item: item[1][0].offset)
        targets = {node: record for node, (_, record) in in_file_order}
        for target in (*self._meta.targets, *sorted(self._begun)):
            targets.setdefault(target, TargetRecord(Outcome.UNREACHABLE, self.why_missing))
        index = Index(layout.FORMAT, self._meta.name, self._bundle, self._cluster, targets)
        try:
            with _undisturbed():
                place = self._add({layout.INDEX: manifest.encode(index)}, self._started, last=True)
                with self._lock:
                    self._file.append(layout.footer(place.offset))
                self.sha256 = self._file.finish()
        except BaseException:
            self._file.discard()
            raise

    def _begin(self, node: str) -> None:
        with self._lock:
            if node in self._begun:
                raise BundleError(f"{node} was collected twice; name each node once.")
            self._begun.add(node)

    def _add(self, members: Mapping[str, bytes], mtime: int, *, last: bool = False) -> Place:
        blocks = tuple(_tar(self._meta.name, members, mtime, last=last))
        packed, size = compress(blocks, most_ratio=LIMITS.ratio)
        with self._lock:
            offset = self._file.append(packed)
        return Place(offset, len(packed), size, hashlib.sha256(packed).hexdigest())


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C is not heard within: it would take away what is being finished."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)


def pack(folder: Path, path: Path) -> str:
    """Pack a folder with a bundle's tree into a file, the same bytes each time; returns its sha256."""
    meta = read_bundle_manifest(folder)
    nodes = {snapshot.node: snapshot for snapshot in map(read_node_folder, node_folders(folder))}
    targets = (*meta.targets, *(node for node in nodes if node not in meta.targets))
    with BundleWriter(
        path,
        name=meta.name,
        started=meta.started,
        tool_version=meta.tool_version,
        options=meta.options,
        targets=targets,
    ) as writer:
        if (folder / layout.CLUSTER_MANIFEST).exists():
            writer.add_cluster(read_cluster_folder(folder / layout.CLUSTER_FOLDER))
        for target in targets:
            if target in nodes:
                writer.add_node(nodes[target])
    return writer.sha256


def _check_size(node: str, contents: Mapping[str, bytes]) -> None:
    sizes = [len(content) for content in contents.values()]
    if max(sizes, default=0) > LIMITS.file_bytes or sum(sizes) > LIMITS.unit_bytes // 2 or len(sizes) > _MOST_FILES:
        raise NodeTooLargeError(
            f"{node} gave {len(sizes)} files of {sum(sizes)} bytes, more than a bundle may hold of one node; "
            "collect a shorter time of its logs."
        )


def _tar(root: str, members: Mapping[str, bytes], mtime: int, *, last: bool) -> Iterator[bytes]:
    """The members as tar blocks, in order; the last of a bundle end the archive."""
    size = 0
    for path, content in members.items():
        info = tarfile.TarInfo(f"{root}/{path}")
        info.size, info.mtime, info.mode = len(content), mtime, 0o600
        header = info.tobuf(tarfile.PAX_FORMAT)
        padding = bytes(-len(content) % tarfile.BLOCKSIZE)
        size += len(header) + len(content) + len(padding)
        yield from (header, content, padding)
    if last:
        end = 2 * tarfile.BLOCKSIZE
        yield bytes(end + -(size + end) % tarfile.RECORDSIZE)


def _seconds(started: str) -> int:
    """Seconds since 1970; 0 for what is no time."""
    try:
        moment = datetime.fromisoformat(started)
    except ValueError:
        return 0
    return max(0, int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
