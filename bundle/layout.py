"""Names inside a bundle, and the footer that makes it seekable.

A bundle `<name>.tar.gz` holds `<name>/bundle.json`, `cluster/…`, `nodes/<node>/…` and, last, `index.json`.  All paths
here are relative to `<name>/`, with `/`, and never absolute.  The footer is an empty gzip member of `FOOTER_BYTES`
bytes whose FEXTRA field (RFC 1952, 2.3.1.1) carries the offset of the gzip member that holds `index.json`.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

FORMAT = 1
BUNDLE_MANIFEST = "bundle.json"
CLUSTER_FOLDER = "cluster"
CLUSTER_MANIFEST = "cluster/cluster.json"
NODES_FOLDER = "nodes"
NODE_MANIFEST = "node.json"
INDEX = "index.json"

_SUFFIXES = (".tar.gz.age", ".tgz.age", ".age", ".tar.gz", ".tgz", ".tar", ".gz")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")

# magic, deflate, FEXTRA, no time, unknown system; then 20 bytes of extra field: "CT", 16 bytes, the offset in hex
_FOOTER_HEAD = b"\x1f\x8b\x08\x04\x00\x00\x00\x00\x00\xff\x14\x00CT\x10\x00"
_FOOTER_TAIL = b"\x03\x00" + bytes(8)  # an empty deflate stream, CRC 0, length 0
_FOOTER = re.compile(re.escape(_FOOTER_HEAD) + rb"([0-9a-f]{16})" + re.escape(_FOOTER_TAIL))
FOOTER_BYTES = len(_FOOTER_HEAD) + 16 + len(_FOOTER_TAIL)


class BundleError(Exception):
    """One sentence: what failed, on what, and what to do."""


def is_safe_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None and text not in (".", "..")


def safe_name(text: str) -> str:
    """`text` itself, if it can be one component of a path; names of nodes, probes, pods and bundles must be."""
    if not is_safe_name(text):
        raise BundleError(
            f"{text[:300]!r} cannot be a name in a bundle: use 1 to 253 letters, digits, dots, underscores and dashes."
        )
    return text


def bundle_name(path: Path) -> str:
    """The name inside the bundle: the file's, without its suffix."""
    suffix = next((suffix for suffix in _SUFFIXES if path.name.endswith(suffix)), "")
    return safe_name(path.name.removesuffix(suffix))


def node_folder(node: str) -> str:
    return f"{NODES_FOLDER}/{safe_name(node)}"


def out_path(probe: str) -> str:
    return f"{safe_name(probe)}.out"


def err_path(probe: str) -> str:
    return f"{safe_name(probe)}.err"


def file_path(path: str) -> str:
    """Where a collected file lies inside its node's folder."""
    return f"files{printable_path(path)}"


def printable_path(path: str) -> str:
    """An absolute, normal path that any tar and terminal can show; what is not printable becomes `%XX`."""
    escaped = "".join(letter if letter.isprintable() else f"%{ord(letter):02X}" for letter in path)
    return "/" + posixpath.normpath("/" + escaped).lstrip("/")


def object_path(kind: str) -> str:
    return f"{CLUSTER_FOLDER}/{safe_name(kind)}.json"


def object_err_path(kind: str) -> str:
    return f"{CLUSTER_FOLDER}/{safe_name(kind)}.err"


def log_path(container: str) -> str:
    """`container` is `<pod>/<container>`."""
    pod, _, name = container.partition("/")
    return f"{CLUSTER_FOLDER}/logs/{safe_name(pod)}/{safe_name(name)}.log"


def footer(index_offset: int) -> bytes:
    return _FOOTER_HEAD + b"%016x" % index_offset + _FOOTER_TAIL


def index_offset(last_bytes: bytes) -> int | None:
    """The offset in a footer, or None when `last_bytes` of a file are no footer."""
    found = _FOOTER.fullmatch(last_bytes)
    return int(found[1], 16) if found else None
