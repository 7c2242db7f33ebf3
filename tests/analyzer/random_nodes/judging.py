"""The one way into the analyzer."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.engine import BundleInfo, analyse_snapshots
from analyzer.findings import Finding
from analyzer.runbook import Runbook
from bundle.capture import ClusterSnapshot, NodeSnapshot


def judge(node: NodeSnapshot, cluster: ClusterSnapshot | None) -> tuple[Sequence[Finding], Sequence[Runbook]]:
    info = BundleInfo("law", 1, "2026-11-22T15:00:00Z", (node.node,), complete=True)
    analysis = analyse_snapshots(info, cluster, [node])
    return analysis.verdict.findings, analysis.runbooks
