"""A bundle made anonymous, and one revealed: node by node, from file to file.

Input    a whole bundle.  Output  the new bundle's sha256.  Revealed under its first name, it is the first bundle again,
byte for byte, if this version wrote that.
Errors   BundleError: a bundle that is not whole stays as it is, since what it lacks could not be told from it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bundle.capture import ClusterSnapshot, NodeSnapshot
from bundle.decrypting import is_encrypted
from bundle.layout import BundleError, bundle_name
from bundle.reader import BundleReader
from bundle.writer import BundleWriter
from collector.anonymizing.book import Book
from collector.anonymizing.covering import Cover, is_anonymous, without_mark
from collector.anonymizing.veil import Unveil


def hide(bundle: Path, output: Path, cover: Cover) -> str:
    reader = _whole(bundle)
    if is_anonymous(reader.meta.options):
        raise BundleError(f"{bundle} is anonymous already; give the bundle as it was collected.")
    cluster = reader.cluster()
    cover.learn(cluster, ((target, "") for target in reader.meta.targets))
    for node in reader.snapshots():
        cover.learn_node(node)
    options = {**reader.meta.options, **cover.recorded}
    with _writer(reader, output, options, cover.name) as writer, cover:
        _copy(reader, writer, cover.cluster, cover.node)
    return writer.sha256


def reveal(bundle: Path, output: Path, book: Book) -> str:
    reader, unveil = _whole(bundle), Unveil(book)
    with _writer(reader, output, without_mark(reader.meta.options), unveil.name) as writer:
        _copy(reader, writer, unveil.cluster, unveil.node)
    return writer.sha256


def _whole(bundle: Path) -> BundleReader:
    if is_encrypted(bundle):
        raise BundleError(f"{bundle} is encrypted; decrypt it first, with `age --decrypt` and its private key.")
    reader = BundleReader(bundle)
    if not reader.complete:
        raise BundleError(f"{bundle} is not whole; copy it again, then `csi-collector verify {bundle}`.")
    return reader


@contextmanager
def _writer(
    reader: BundleReader, output: Path, options: Mapping[str, object], name: Callable[[str], str]
) -> Iterator[BundleWriter]:
    with BundleWriter(
        output,
        name=bundle_name(output),
        started=reader.meta.started,
        tool_version=reader.meta.tool_version,
        options=options,
        targets=[name(target) for target in reader.meta.targets],
    ) as writer:
        yield writer


def _copy(
    reader: BundleReader,
    writer: BundleWriter,
    cluster: Callable[[ClusterSnapshot], ClusterSnapshot],
    node: Callable[[NodeSnapshot], NodeSnapshot],
) -> None:
    objects = reader.cluster()
    if objects is not None:
        writer.add_cluster(cluster(objects))
    for snapshot in reader.snapshots():
        writer.add_node(node(snapshot))
    if reader.damaged:
        raise BundleError("; ".join(reader.damaged.values()))
