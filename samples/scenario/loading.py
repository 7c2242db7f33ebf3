"""A scenario's folder -> its captures, in memory, and what must come out of them.

Input    `<family>/<name>`, a folder of samples/scenarios; its base: a folder there, a sample, or another scenario.
Output   `Scenario`: the same for the same folder.
Errors   ScenarioError, with the file and the field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bundle.capture import ClusterSnapshot, NodeSnapshot
from bundle.folder import node_folders, read_bundle_manifest, read_cluster_folder, read_node_folder
from bundle.layout import BUNDLE_MANIFEST, CLUSTER_FOLDER
from collector.redaction.redact import redact
from samples.scenario import answers, copies, objects, versions
from samples.scenario.telling import CLUSTER, ScenarioError, Telling, read_telling

SAMPLES = Path(__file__).parents[1]
SCENARIOS = SAMPLES / "scenarios"
BASES = SCENARIOS / "bases"
TOML = "scenario.toml"
YAML = "cluster.yaml"


@dataclass(frozen=True, slots=True)
class Captured:
    """A bundle in memory; nodes by name."""

    started: str
    cluster: ClusterSnapshot
    nodes: dict[str, NodeSnapshot]


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str  # <family>/<name>
    told: Telling
    started: str
    cluster: ClusterSnapshot | None
    nodes: tuple[NodeSnapshot, ...]  # by name


def names() -> tuple[str, ...]:
    """Every scenario there is."""
    return tuple(sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in SCENARIOS.glob(f"*/*/{TOML}")))


def load(name: str) -> Scenario:
    return load_folder(SCENARIOS / name)


def load_folder(folder: Path) -> Scenario:
    """A scenario that lies elsewhere; named after its last two folders."""
    told = read_telling(folder / TOML)
    captured = _captured(folder, told)
    nodes = tuple(node for _, node in sorted(captured.nodes.items()))
    cluster = None if told.without_cluster else captured.cluster
    return Scenario(f"{folder.parent.name}/{folder.name}", told, captured.started, cluster, nodes)


@cache
def _base(name: str) -> Captured | None:
    if (SCENARIOS / name / TOML).exists():
        return _captured(SCENARIOS / name, read_telling(SCENARIOS / name / TOML))
    folders = (folder for folder in (BASES / name, SAMPLES / name) if (folder / BUNDLE_MANIFEST).exists())
    return next(map(_of_folder, folders), None)


def _of_folder(folder: Path) -> Captured:
    nodes = [answers.whole(read_node_folder(each)) for each in node_folders(folder)]
    cluster = read_cluster_folder(folder / CLUSTER_FOLDER)
    return Captured(read_bundle_manifest(folder).started, cluster, {node.node: node for node in nodes})


def _captured(folder: Path, told: Telling) -> Captured:
    """The base, and over it, in this order: copies, versions, objects, answers, edits, losses."""
    toml = folder / TOML
    base = None if told.base == f"{folder.parent.name}/{folder.name}" else _base(told.base)
    if base is None:
        raise ScenarioError(f"{toml}: base: {told.base!r} is no folder of bases or of samples, and no other scenario")
    before = objects.objects_of(base.cluster.by_kind())
    after, nodes = _copied(toml, told, before, base.nodes)
    after = versions.with_versions(after, driver=told.driver, kubernetes=told.kubernetes)
    if (folder / YAML).exists():
        after = objects.merge(after, objects.read_documents(folder / YAML))
    _check_names(folder, told, set(nodes), {name for _, name in after.get("nodes", {})})
    captures = objects.captures_of(base.cluster.by_kind(), before, after)
    cluster = ClusterSnapshot(captures, {**base.cluster.logs, **_logs(folder / CLUSTER / "logs")})
    if CLUSTER in told.lost:
        cluster = answers.lost_of_cluster(cluster, told.lost[CLUSTER], f"{toml}: lost.{CLUSTER}")
    return Captured(base.started, cluster, {name: _answers(folder, told, node) for name, node in nodes.items()})


def _copied(
    toml: Path, told: Telling, before: objects.Objects, nodes: Mapping[str, NodeSnapshot]
) -> tuple[objects.Objects, dict[str, NodeSnapshot]]:
    after, there = before, dict(nodes)
    for new, old in told.copies.items():
        if old not in there or new in there:
            raise ScenarioError(f"{toml}: copies.{new}: {old!r} is no node, or {new!r} is one already")
        after, there[new] = copies.copied(after, there[old], new)
    return after, there


def _answers(folder: Path, told: Telling, node: NodeSnapshot) -> NodeSnapshot:
    """What the node says in this scenario."""
    if (folder / node.node).is_dir():
        node = answers.replaced(node, folder / node.node)
    for number, edit in enumerate(told.edit, 1):
        if edit.node == node.node:
            node = answers.edited(node, edit, f"{folder / TOML}: edit {number}")
    if node.node in told.lost:
        node = answers.lost(node, told.lost[node.node], f"{folder / TOML}: lost.{node.node}")
    return answers.unreachable(replace(node, reason="")) if node.node in told.unreachable else node


def _check_names(folder: Path, told: Telling, asked: set[str], known: set[str]) -> None:
    """What a node is asked must be of one in the bundle; findings may name any that the cluster knows."""
    for where, node, among in (*_asked(folder, told, asked), *_concerned(folder, told, asked | known)):
        if node not in among:
            raise ScenarioError(f"{where}: there is no node {node!r}, only {', '.join(sorted(among))}")
    for path in folder.iterdir():
        if path.is_file() and path.name not in (TOML, YAML, "README.md"):
            raise ScenarioError(f"{path}: not part of a scenario; answers lie in the folder of their node")


def _asked(folder: Path, told: Telling, asked: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    toml = folder / TOML
    yield from ((str(path), path.name, asked) for path in folder.iterdir() if path.is_dir() and path.name != CLUSTER)
    yield from ((f"{toml}: edit {number}", edit.node, asked) for number, edit in enumerate(told.edit, 1))
    yield from ((f"{toml}: lost.{node}", node, asked) for node in told.lost if node != CLUSTER)
    yield from ((f"{toml}: unreachable", node, asked) for node in told.unreachable)


def _concerned(folder: Path, told: Telling, known: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    toml = folder / TOML
    yield from ((f"{toml}: inconclusive.{node}", node, known) for node in told.inconclusive if node != CLUSTER)
    for number, finding in enumerate(told.finding, 1):
        yield from ((f"{toml}: finding {number}: nodes", node, known) for node in finding.nodes)


def _logs(folder: Path) -> dict[str, bytes]:
    found = sorted(folder.glob("*/*.log"))
    for path in folder.rglob("*") if folder.exists() else ():
        if path.is_file() and path not in found:
            raise ScenarioError(f"{path}: a log lies at cluster/logs/<pod>/<container>.log")
    return {f"{path.parent.name}/{path.stem}": redact(path.read_bytes()).data for path in found}
