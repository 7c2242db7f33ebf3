"""Bundles made for tests: small nodes whose content depends on their name, and tar members nobody should write."""

from __future__ import annotations

import gzip
import random
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bundle import layout
from bundle.capture import Capture, ClusterSnapshot, CollectedFile, NodeSnapshot, Outcome, Status
from bundle.writer import BundleWriter

if TYPE_CHECKING:
    from bundle.encrypting import Recipient

STARTED = "2026-11-22T15:43:13Z"
ROOT = "csi-bundle-test"
CLUSTER = ClusterSnapshot(
    (
        Capture("pods", Status.COLLECTED, ("kubectl", "get"), 0, STARTED, 0.2, out=b'{"items":[]}'),
        Capture("leases", Status.DENIED, reason="forbidden", err=b"Error from server (Forbidden)\n"),
    ),
    {"csi-node-x7/driver": b"I0703 10:15:01 hello\n", "csi-node-x7/sidecar": b""},
)


def node(name: str, size: int = 2000) -> NodeSnapshot:
    noise = random.Random(name).randbytes(size)
    captures = (
        Capture("host", Status.COLLECTED, ("cat", "/proc/version"), 0, STARTED, 0.1, out=f"{name}\n".encode()),
        Capture("multipath_ll", Status.FAILED, ("multipath", "-ll"), 1, reason="exit 1", err=b"no such thing\n"),
        Capture("kernel_log", Status.COLLECTED, out=noise, truncated=True),
        Capture("nothing", Status.EMPTY, exit_code=21),
        Capture(
            "driver_logs",
            Status.COLLECTED,
            files=(
                CollectedFile("/var/log/huawei/huawei-csi-node", noise[: size // 2], truncated=True),
                CollectedFile(f"/var/log/huawei/{'long' * 40}/日志 1", b"line\n"),
            ),
        ),
    )
    return NodeSnapshot(name, captures, Outcome.PARTIAL, "one probe failed", "192.0.2.7", "ssh", STARTED, 3.5)


def make(
    path: Path,
    names: Iterable[str] = ("n1", "n2", "n3"),
    targets: Iterable[str] = (),
    size: int = 2000,
    recipients: Sequence[Recipient] = (),
) -> Path:
    names = tuple(names)
    with writer(path, (*names, *targets), recipients) as bundle:
        bundle.add_cluster(CLUSTER)
        for name in names:
            bundle.add_node(node(name, size))
    return path


def writer(
    path: Path, targets: Iterable[str] = ("n1", "n2", "n3"), recipients: Sequence[Recipient] = ()
) -> BundleWriter:
    options: dict[str, object] = {"active": True}
    return BundleWriter(
        path,
        name=ROOT,
        started=STARTED,
        tool_version="1.2.3",
        options=options,
        targets=tuple(targets),
        recipients=recipients,
    )


def header(path: str, size: int = 0, *, kind: bytes = tarfile.REGTYPE, link: str = "", raw_size: bytes = b"") -> bytes:
    """A tar header that may claim anything."""
    info = tarfile.TarInfo(path)
    info.size, info.type, info.linkname = size, kind, link
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT)[-tarfile.BLOCKSIZE :])
    if raw_size:
        block[124:136] = raw_size
        block[148:156] = b" " * 8
        block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def member(path: str, content: bytes = b"", **claims: object) -> bytes:
    return header(path, len(content), **claims) + padded(content)  # type: ignore[arg-type]


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % tarfile.BLOCKSIZE)


def pax(record: bytes) -> bytes:
    """A pax header with one record, its length put before it."""
    length = len(record) + 3
    while len(b"%d %s\n" % (length, record)) != length:
        length += 1
    return member("x", b"%d %s\n" % (length, record), kind=tarfile.XHDTYPE)


def first_member() -> bytes:
    meta = b'{"format": 1, "name": "csi-bundle-test", "targets": ["n1"]}'
    return member(f"{ROOT}/{layout.BUNDLE_MANIFEST}", meta)


def whole_node(name: str = "n1") -> bytes:
    return member(f"{ROOT}/nodes/{name}/node.json", b'{"node": "%s"}' % name.encode())


def hostile(path: Path, *parts: bytes) -> Path:
    """A file that begins as a bundle does and goes on with `parts`, each a gzip member."""
    path.write_bytes(b"".join(gzip.compress(part, 1) for part in (first_member(), *parts)))
    return path


def zeros_packed(mib: int) -> bytes:
    """So many MiB of zeros, as gzip members."""
    return gzip.compress(bytes(16 * 1024 * 1024), 9) * (mib // 16)
