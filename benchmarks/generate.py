"""A sample bundle of any size, the same each time: real answers of the samples' nodes, and a day of log text for each.

    python -m benchmarks.generate bundle.tar.gz --nodes 100 --log-mib 6.4

Most nodes answer as the sample `healthy` does, every 25th as `stale_fail`.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from benchmarks import log_text
from bundle.capture import Capture, CollectedFile, NodeSnapshot, Status
from bundle.reader import read_cluster_folder, read_node_folder
from bundle.writer import BundleWriter

SAMPLES = Path(__file__).parents[1] / "samples"
SEED = 20261122
SICK_EVERY = 25
_MIB = 1024 * 1024
_STARTED = "2026-11-22T15:43:13Z"


def make_bundle(
    path: Path, *, nodes: int = 100, log_mib: float = 6.4, distinct: int | None = None, sick_every: int = SICK_EVERY
) -> Path:
    """Write it to `path`.  With `distinct`, only so many nodes have log text of their own; the others repeat it."""
    names = [f"node-{number:04d}" for number in range(nodes)]
    with BundleWriter(
        path, name="csi-bundle-benchmark", started=_STARTED, tool_version="0.1.0", options={"seed": SEED}, targets=names
    ) as writer:
        writer.add_cluster(read_cluster_folder(SAMPLES / "healthy" / "cluster"))
        for snapshot in snapshots(names, int(log_mib * _MIB), distinct or nodes, sick_every):
            writer.add_node(snapshot)
    return path


def snapshots(names: list[str], log_bytes: int, distinct: int, sick_every: int) -> Iterator[NodeSnapshot]:
    """The nodes in order.  The log text is made by several processes, a few nodes ahead."""
    made = partial(_snapshot, log_bytes=log_bytes, sick_every=sick_every)
    with ProcessPoolExecutor() as pool:
        if distinct >= len(names):
            for start in range(0, len(names), 16):
                yield from pool.map(made, islice(names, start, start + 16))
            return
        originals = list(pool.map(made, names[:distinct]))
    for number, name in enumerate(names):
        original = originals[number % distinct]
        yield replace(original, node=name, captures=tuple(_of_host(capture, name) for capture in original.captures))


def _snapshot(name: str, *, log_bytes: int, sick_every: int) -> NodeSnapshot:
    sample = "stale_fail" if int(name.removeprefix("node-")) % sick_every == sick_every - 1 else "healthy"
    template = read_node_folder(SAMPLES / sample / "nodes" / "worker-1")
    logs = _logs(log_text.Node(name, SEED), log_bytes, template)
    others = tuple(_of_host(capture, name) for capture in template.captures if capture.probe not in logs)
    return replace(template, node=name, captures=(*others, *logs.values()), started=_STARTED)


def _logs(node: log_text.Node, size: int, template: NodeSnapshot) -> dict[str, Capture]:
    """The generated text, then what the template's node really logged."""
    real = template.by_probe()
    first_stamp = float(real["kernel_log"].out.split(b"]", 1)[0].strip(b"[ "))
    driver_file = "/var/log/huawei/huawei-csi-node"
    texts = {
        "kernel_log": log_text.kernel_log(node, size // 12, last_stamp=first_stamp),
        "journal_kubelet": log_text.journal_kubelet(node, size * 4 // 12),
        "journal_containerd": log_text.journal_containerd(node, size * 2 // 12),
        "journal_multipathd": log_text.journal_multipathd(node, size // 12),
    }
    logs = {probe: _log(probe, real.get(probe), text) for probe, text in texts.items()}
    files = tuple(
        CollectedFile(f"{driver_file}{suffix}", log_text.driver_log(node, size * 2 // 12))
        for suffix in ("20261122-030000", "")
    )
    logs["driver_logs"] = Capture("driver_logs", Status.COLLECTED, started=_STARTED, files=files)
    return logs


def _log(probe: str, real: Capture | None, text: bytes) -> Capture:
    if real is None or real.status is not Status.COLLECTED:
        return Capture(probe, Status.COLLECTED, exit_code=0, started=_STARTED, out=text)
    return replace(real, out=text + real.out)


def _of_host(capture: Capture, name: str) -> Capture:
    if capture.probe == "initiators":  # digests of names, of which no two nodes may share one
        own = hashlib.sha256(name.encode()).hexdigest().encode()
        return replace(capture, out=re.sub(rb"[0-9a-f]{12,}", lambda digest: own[: len(digest[0])], capture.out))
    if capture.probe != "host":
        return capture
    return replace(capture, out=name.encode() + b"\n" + capture.out.partition(b"\n")[2])


def main() -> None:
    arguments = argparse.ArgumentParser(description="Write a sample bundle, the same each time.")
    arguments.add_argument("path", type=Path)
    arguments.add_argument("--nodes", type=int, default=100)
    arguments.add_argument("--log-mib", type=float, default=6.4, help="log text of a node")
    arguments.add_argument("--distinct", type=int, help="nodes with text of their own; default: all")
    given = arguments.parse_args()
    make_bundle(given.path, nodes=given.nodes, log_mib=given.log_mib, distinct=given.distinct)
    print(f"{given.path}: {given.path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
