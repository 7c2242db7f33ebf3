"""A bundle as a folder: the same tree, readable and writable by hand.

`read_node_folder(nodes/<node>)` and `read_cluster_folder(cluster)` give the snapshots; a manifest there may leave
sizes out.  A file that the manifest speaks of and that is not there is `BundleError`, except a `<probe>.out` or
`.err`, which then are empty.  A symbolic link that leads out of the folder is refused.
"""

from __future__ import annotations

from pathlib import Path

from bundle import layout, manifest
from bundle.capture import ClusterSnapshot, NodeSnapshot
from bundle.layout import BundleError


def read_node_folder(folder: Path) -> NodeSnapshot:
    where = folder / layout.NODE_MANIFEST
    announced = manifest.decode(_content(folder, layout.NODE_MANIFEST), manifest.NodeManifest, str(where))
    contents: dict[str, bytes] = {}
    for probe, record in announced.probes.items():
        for path in (layout.out_path(probe), layout.err_path(probe)):
            contents[path] = _content_if_there(folder, path)
        for file in record.files:
            path = layout.file_path(file.path)
            contents[path] = _content(folder, path)
    return manifest.to_node(announced, contents)


def read_cluster_folder(folder: Path) -> ClusterSnapshot:
    where = folder / _below_cluster(layout.CLUSTER_MANIFEST)
    announced = manifest.decode(_content(folder, where.name), manifest.ClusterManifest, str(where))
    contents: dict[str, bytes] = {}
    for kind in announced.probes:
        for path in (layout.object_path(kind), layout.object_err_path(kind)):
            contents[path] = _content_if_there(folder, _below_cluster(path))
    for container in announced.logs:
        path = layout.log_path(container)
        contents[path] = _content(folder, _below_cluster(path))
    return manifest.to_cluster(announced, contents)


def read_bundle_manifest(folder: Path) -> manifest.BundleManifest:
    where = folder / layout.BUNDLE_MANIFEST
    return manifest.decode(_content(folder, layout.BUNDLE_MANIFEST), manifest.BundleManifest, str(where))


def node_folders(folder: Path) -> tuple[Path, ...]:
    """The folders of the nodes, by name."""
    nodes = folder / layout.NODES_FOLDER
    return tuple(sorted(path.parent for path in nodes.glob(f"*/{layout.NODE_MANIFEST}")))


def _below_cluster(path: str) -> str:
    return path.removeprefix(f"{layout.CLUSTER_FOLDER}/")


def _content(folder: Path, path: str) -> bytes:
    file = folder / path
    try:
        if not file.resolve(strict=True).is_relative_to(folder.resolve()):
            raise BundleError(f"{file} is a link that leads out of its folder; put the file itself there.")
        return file.read_bytes()
    except OSError as error:
        raise BundleError(f"{file} cannot be read ({error.strerror}); put it there, or correct the manifest.") from None


def _content_if_there(folder: Path, path: str) -> bytes:
    return _content(folder, path) if (folder / path).is_symlink() or (folder / path).exists() else b""
