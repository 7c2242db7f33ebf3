"""A scenario's folder -> its captures, in memory, and what must come out of them.

Input    `<family>/<name>`, a folder of samples/scenarios; its base: a folder there, a sample, or another scenario.
Output   `Scenario`: the same for the same folder.
Errors   ScenarioError, with the file and the field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bundle.capture import ClusterSnapshot, NodeSnapshot
from bundle.folder import node_folders, read_bundle_manifest, read_cluster_folder, read_node_folder
from bundle.layout import BUNDLE_MANIFEST, CLUSTER_FOLDER
from collector.redact import redact
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
    nodes: tuple[NodeSnapshot, ...]

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]


def names() -> tuple[str, ...]:
    """Every scenario there is."""
    return tuple(sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in SCENARIOS.glob(f"*/*/{TOML}")))


def load(name: str) -> Scenario:
    folder = SCENARIOS / name
    told = read_telling(folder / TOML)
    captured = _captured(folder, told)
    nodes = tuple(node for _, node in sorted(captured.nodes.items()))
    return Scenario(name, told, captured.started, None if told.without_cluster else captured.cluster, nodes)


@cache
def _base(name: str, needed_by: str) -> Captured:
    if (SCENARIOS / name / TOML).exists():
        return _captured(SCENARIOS / name, read_telling(SCENARIOS / name / TOML))
    for folder in (BASES / name, SAMPLES / name):
        if (folder / BUNDLE_MANIFEST).exists():
            return _of_folder(folder)
    raise ScenarioError(
        f"{needed_by}: base: {name!r} is no folder of samples/scenarios/bases or samples, nor a scenario"
    )


def _of_folder(folder: Path) -> Captured:
    nodes = [answers.whole(read_node_folder(each)) for each in node_folders(folder)]
    cluster = read_cluster_folder(folder / CLUSTER_FOLDER)
    return Captured(read_bundle_manifest(folder).started, cluster, {node.node: node for node in nodes})


def _captured(folder: Path, told: Telling) -> Captured:
    """The base, and over it, in this order: copies, versions, objects, answers, edits, losses."""
    toml = folder / TOML
    if told.base == f"{folder.parent.name}/{folder.name}":
        raise ScenarioError(f"{toml}: base: a scenario cannot be its own base")
    base = _base(told.base, str(toml))
    before = objects.objects_of(base.cluster.by_kind())
    after, nodes = before, dict(base.nodes)
    for new, old in told.copies.items():
        if old not in nodes or new in nodes:
            raise ScenarioError(f"{toml}: copies.{new}: {old!r} is no node of the base, or {new!r} is one already")
        after, nodes[new] = copies.copied(after, nodes[old], new)
    after = versions.with_versions(after, driver=told.driver, kubernetes=told.kubernetes)
    if (folder / YAML).exists():
        after = objects.merge(after, objects.read_documents(folder / YAML))
    captures = objects.captures_of(base.cluster.by_kind(), before, after)
    cluster = ClusterSnapshot(captures, {**base.cluster.logs, **_logs(folder / CLUSTER / "logs")})
    _check_names(folder, told, nodes)
    for node in nodes.keys() & {path.name for path in folder.iterdir() if path.is_dir()}:
        nodes[node] = answers.replaced(nodes[node], folder / node)
    for number, edit in enumerate(told.edit, 1):
        nodes[edit.node] = answers.edited(nodes[edit.node], edit, f"{toml}: edit {number}")
    for node, losses in told.lost.items():
        if node == CLUSTER:
            cluster = answers.lost_of_cluster(cluster, losses, f"{toml}: lost.{node}")
        else:
            nodes[node] = answers.lost(nodes[node], losses, f"{toml}: lost.{node}")
    nodes |= {node: answers.unreachable(replace(nodes[node], reason="")) for node in told.unreachable}
    return Captured(base.started, cluster, nodes)


def _check_names(folder: Path, told: Telling, nodes: dict[str, NodeSnapshot]) -> None:
    """Every node that is spoken of must be one."""
    for where, node in _spoken_of(folder, told):
        if node not in nodes:
            raise ScenarioError(f"{where}: there is no node {node!r}, only {', '.join(sorted(nodes))}")
    for path in folder.iterdir():
        if path.is_file() and path.name not in (TOML, YAML, "README.md"):
            raise ScenarioError(f"{path}: not part of a scenario; answers lie in the folder of their node")


def _spoken_of(folder: Path, told: Telling) -> Iterator[tuple[str, str]]:
    toml = folder / TOML
    yield from ((str(path), path.name) for path in folder.iterdir() if path.is_dir() and path.name != CLUSTER)
    yield from ((f"{toml}: edit {number}", edit.node) for number, edit in enumerate(told.edit, 1))
    yield from ((f"{toml}: lost.{node}", node) for node in told.lost if node != CLUSTER)
    yield from ((f"{toml}: unreachable", node) for node in told.unreachable)
    yield from ((f"{toml}: inconclusive.{node}", node) for node in told.inconclusive if node != CLUSTER)
    for number, finding in enumerate(told.finding, 1):
        yield from ((f"{toml}: finding {number}: nodes", node) for node in finding.nodes)


def _logs(folder: Path) -> dict[str, bytes]:
    found = sorted(folder.glob("*/*.log"))
    for path in folder.rglob("*") if folder.exists() else ():
        if path.is_file() and path not in found:
            raise ScenarioError(f"{path}: a log lies at cluster/logs/<pod>/<container>.log")
    return {f"{path.parent.name}/{path.stem}": redact(path.read_bytes()) for path in found}
