"""A sample as a readable folder: the tree of a bundle, one file per answer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from bundle.capture import Capture, ClusterSnapshot, NodeSnapshot


def write_bundle(folder: Path, *, started: str, cluster: ClusterSnapshot, nodes: Sequence[NodeSnapshot]) -> None:
    """Replace the bundle parts of `folder`; its README.md and EXPECTED.json stay."""
    for part in ("nodes", "cluster"):
        shutil.rmtree(folder / part, ignore_errors=True)
    meta = {
        "format": 1,
        "name": f"csi-bundle-{folder.name}",
        "tool_version": "0.1.0",
        "started": started,
        "options": {"active": True, "driver_name": "csi.huawei.com"},
        "targets": [node.node for node in nodes],
    }
    write_json(folder / "bundle.json", meta)
    _write_cluster(folder / "cluster", cluster)
    for node in nodes:
        _write_node(folder / "nodes" / node.node, node)


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def _write_cluster(folder: Path, cluster: ClusterSnapshot) -> None:
    probes = {each.probe: _record(each) for each in cluster.captures}
    write_json(folder / "cluster.json", {"probes": probes, "logs": dict.fromkeys(cluster.logs)})
    for each in cluster.captures:
        if each.out:
            (folder / f"{each.probe}.json").write_bytes(each.out)
    for name, content in cluster.logs.items():
        path = folder / "logs" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _write_node(folder: Path, node: NodeSnapshot) -> None:
    manifest = {
        "node": node.node,
        "address": node.address,
        "transport": node.transport,
        "started": node.started,
        "seconds": node.seconds,
        "outcome": node.outcome.value,
        "reason": node.reason,
        "probes": {each.probe: _record(each) for each in node.captures},
    }
    write_json(folder / "node.json", manifest)
    for each in node.captures:
        for suffix, content in (("out", each.out), ("err", each.err)):
            if content:
                (folder / f"{each.probe}.{suffix}").write_bytes(content)
        for file in each.files:
            path = folder / "files" / file.path.removeprefix("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)


def _record(capture: Capture) -> dict[str, object]:
    return {
        "status": capture.status.value,
        "argv": list(capture.argv),
        "exit_code": capture.exit_code,
        "started": capture.started,
        "seconds": capture.seconds,
        "truncated": capture.truncated,
        "reason": capture.reason,
        "files": [{"path": file.path, "truncated": file.truncated} for file in capture.files],
    }
