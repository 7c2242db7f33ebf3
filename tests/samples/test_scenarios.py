"""Every scenario comes out as it tells, and together they try every rule, for and against."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from analyzer.rules import all_rules
from samples.scenario.loading import SCENARIOS, load, names
from samples.scenario.outcome import analyse, compare
from samples.scenario.telling import Class, Telling, read_telling

# of the private networks only those of the recorded storage may be named
PRIVATE = re.compile(r"(?<![\d.])(?:10\.\d+|172\.(?:1[6-9]|2\d|3[01])|192\.168)\.\d+\.\d+(?![\d.])")
RECORDED = re.compile(r"10\.10\.[12]\.\d+")
URL = re.compile(r"https?://([A-Za-z0-9.-]+)")
HOSTS = re.compile(
    r"(?:192\.0\.2|198\.51\.100|203\.0\.113)\.\d+|.*\.example|(?:.*\.)?(?:debian|apache|kernel)\.org|containerd\.io"
)


@cache
def tellings() -> dict[str, Telling]:
    return {name: read_telling(SCENARIOS / name / "scenario.toml") for name in names()}


@pytest.mark.parametrize("name", names())
def test_a_scenario_comes_out_as_it_tells(name: str) -> None:
    scenario = load(name)
    assert compare(scenario, analyse(scenario)).problems == ()


def test_every_rule_is_expected_by_a_scenario() -> None:
    expected = {finding.rule for told in tellings().values() for finding in told.finding}
    assert {rule.id for rule in all_rules()} - expected == set()


def test_every_rule_is_judged_and_silent_on_what_resembles_its_case() -> None:
    others = [told for told in tellings().values() if told.about in (Class.LOOK_ALIKE, Class.COMBINATION)]
    for rule in all_rules():
        assert any(rule.id not in {finding.rule for finding in told.finding} for told in others), rule.id


def test_each_of_the_nine_cases_has_a_scenario_and_each_way_to_err() -> None:
    assert {told.about for told in tellings().values()} >= set(Class) - {Class.BEYOND}


def test_a_healthy_scenario_expects_nothing() -> None:
    healthy = [told for told in tellings().values() if told.about is Class.HEALTHY]
    assert [told for told in healthy if told.finding or told.inconclusive or told.allowed] == []


def test_no_scenario_names_a_private_address_or_a_host_of_somebody() -> None:
    for path, text in files():
        assert [address for address in PRIVATE.findall(text) if not RECORDED.fullmatch(address)] == [], path
        assert [host for host in URL.findall(text) if not HOSTS.fullmatch(host)] == [], path


def files() -> Iterator[tuple[Path, str]]:
    for path in sorted(SCENARIOS.rglob("*")):
        if path.is_file():
            yield path, path.read_text("utf-8", errors="replace")
