"""An anonymous bundle is judged as the plain one, and what comes of it, revealed, is what comes of the plain one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.engine import Analysis
from analyzer.report import to_json, to_shell
from analyzer.signals import all_signals
from analyzer.timeline.hits import QUOTED_CHARACTERS
from bundle import manifest
from collector.anonymizing.book import Book
from collector.anonymizing.map_file import load, save
from collector.anonymizing.ordinary import is_kept, is_ordinary
from collector.anonymizing.papers import revealed_text
from collector.anonymizing.veil import Unveil, Veil
from samples.scenario.loading import Scenario, names
from samples.scenario.loading import load as load_scenario
from samples.scenario.outcome import analyse

KEY = b"k" * 32
WORD = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{3,}(?![A-Za-z])")
SOME = names()[5::38]
NAMING = {
    "namespace",
    "nodeName",
    "claimName",
    "storageClassName",
    "persistentVolumeName",
    "address",
    "sn",
    "volumeHandle",
}


def hidden(scenario: Scenario) -> tuple[Scenario, Book]:
    veil = Veil(Book(KEY))
    cluster = veil.cluster(scenario.cluster) if scenario.cluster else None
    nodes = sorted(map(veil.node, scenario.nodes), key=lambda node: node.node)
    return replace(scenario, cluster=cluster, nodes=tuple(nodes)), veil.book


def scripts(analysis: Analysis, lang: str = "en") -> dict[str, bytes]:
    return {one.host: to_shell.render(one, lang).encode() for one in analysis.runbooks if one.steps}


def in_any_order(value: object) -> object:
    if isinstance(value, str) and len(value) == QUOTED_CHARACTERS:  # cut there, within a name
        return re.sub(r"[0-9A-Za-z._:@-]+$", "", value)
    if isinstance(value, dict):
        return {key: in_any_order(one) for key, one in value.items() if key != "numbers"}
    if isinstance(value, list):
        return sorted(map(in_any_order, value), key=lambda one: json.dumps(one, sort_keys=True))
    return value


def the_same_comes_of(scenario: Scenario) -> None:
    anonymous, book = hidden(scenario)
    unveil = Unveil(book)
    back = {unveil.name(node.node): unveil.node(node) for node in anonymous.nodes}
    assert back == {node.node: node for node in scenario.nodes}
    assert scenario.cluster is None or unveil.cluster(anonymous.cluster) == scenario.cluster
    plain, told = analyse(scenario), analyse(anonymous)
    shown = json.loads(revealed_text(to_json.render(told), unveil))
    assert in_any_order(shown) == in_any_order(json.loads(to_json.render(plain)))
    if shown["runbooks"] == json.loads(to_json.render(plain))["runbooks"]:  # else two addresses have changed places
        there = {unveil.name(host): revealed_text(script, unveil) for host, script in scripts(told).items()}
        assert there == scripts(plain)


@pytest.mark.parametrize("name", SOME)
def test_a_scenario_is_judged_the_same(name: str) -> None:
    the_same_comes_of(load_scenario(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
def test_every_scenario_is_judged_the_same(name: str) -> None:
    the_same_comes_of(load_scenario(name))


@pytest.mark.parametrize("name", SOME)
def test_no_real_name_is_left_in_any_byte(name: str) -> None:
    scenario = load_scenario(name)
    anonymous, book = hidden(scenario)
    everything = b"\n".join(written(anonymous)).decode("utf-8", "replace").lower()
    real = {one for one in named_in(scenario) if not is_kept(one)} | {wwn for wwn in book.names if len(wwn) > 5}
    assert real
    assert [one for one in real if re.search(rf"(?<![a-z0-9]){re.escape(one.lower())}(?![a-z0-9])", everything)] == []


def written(scenario: Scenario) -> Iterator[bytes]:
    """Every byte that a bundle of it holds."""
    for node in scenario.nodes:
        described, contents = manifest.of_node(node)
        yield from (manifest.encode(described), *contents.values(), *(path.encode() for path in contents))
    if scenario.cluster:
        described_cluster, contents = manifest.of_cluster(scenario.cluster)
        yield from (manifest.encode(described_cluster), *contents.values(), *(path.encode() for path in contents))


def named_in(scenario: Scenario) -> set[str]:
    """What the objects and nodes name, looked up without the program's own lists."""
    found = {node.node for node in scenario.nodes}
    for capture in scenario.cluster.captures if scenario.cluster else ():
        for item in json.loads(capture.out)["items"] if capture.out else ():
            if capture.probe not in ("csidrivers", "leases", "events", "daemonsets", "deployments"):
                found.add(item["metadata"]["name"])
            found |= set(values(item))
    return {one for one in found if not one.startswith(("csi.huawei", "huawei-csi"))}


def values(item: object) -> Iterator[str]:
    if isinstance(item, list):
        for one in item:
            yield from values(one)
    elif isinstance(item, dict):
        yield from (one for key, one in item.items() if key in NAMING and isinstance(one, str))
        for one in item.values():
            yield from values(one)


def test_a_map_that_was_written_and_read_reveals_the_same(tmp_path: Path) -> None:
    scenario = load_scenario(SOME[3])
    anonymous, book = hidden(scenario)
    save(book, tmp_path / "map.json")
    again = Unveil(load(tmp_path / "map.json"))
    assert {again.node(node).node for node in anonymous.nodes} == {node.node for node in scenario.nodes}
    assert {again.node(node) for node in anonymous.nodes} == set(scenario.nodes)


def test_a_second_run_with_the_same_map_gives_the_same_names(tmp_path: Path) -> None:
    scenario = load_scenario(SOME[3])
    anonymous, book = hidden(scenario)
    save(book, tmp_path / "map.json")
    veil = Veil(load(tmp_path / "map.json"))
    assert {veil.node(node) for node in reversed(scenario.nodes)} == set(anonymous.nodes)


@pytest.mark.parametrize(
    ("old", "new"), [("worker-1", "kernel"), ("worker-1", "sda"), ("shop", "mount"), ("shop", "x-mount-x")]
)
def test_a_name_that_is_an_ordinary_word_destroys_no_log(old: str, new: str) -> None:
    scenario = load_scenario("residual/holder-lvm") if "residual/holder-lvm" in names() else load_scenario(SOME[2])
    nodes = tuple(Veil(renaming(old, new)).node(node) for node in scenario.nodes)
    cluster = Veil(renaming(old, new)).cluster(scenario.cluster) if scenario.cluster else None
    the_same_comes_of(replace(scenario, nodes=nodes, cluster=cluster))


def renaming(old: str, new: str) -> Book:
    from collector.anonymizing.book import Kind

    class OneName(Book):
        def enter(self, found: object) -> int:
            return 0

        def hide(self, form: object, text: str) -> str:
            return text

    book = OneName(KEY)
    book.restore(Kind.NODE, old, new)
    return book


def test_a_word_that_a_signal_looks_for_is_never_taken_for_a_name() -> None:
    words = {word.lower() for signal in all_signals() for word in WORD.findall(signal.pattern.decode())}
    assert {word for word in words if not is_ordinary(word) and not is_kept(word)} == set()
