"""report.json read back: the same side as the bundle it was made from, or a sentence on what does not fit."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.diff.comparing import Side
from analyzer.report import from_json, to_json
from analyzer.report.from_json import ReportJsonError
from tests.analyzer.report.example import example
from tests.analyzer.report.hostile import with_every_value

WRITTEN = to_json.render(example())


def broken(change: Callable[[Any], None]) -> bytes:
    value = json.loads(WRITTEN)
    change(value)
    return json.dumps(value).encode()


def test_what_was_written_is_read_back_as_the_analysis_had_it() -> None:
    read, made = from_json.read(WRITTEN), Side.of(example())
    assert read.bundle == replace(made.bundle, nodes=tuple(sorted(made.bundle.nodes)))
    assert [one.id for one in read.verdict.findings] == [one.id for one in made.verdict.findings]
    assert [one.affects for one in read.verdict.findings] == [tuple(sorted(o.affects)) for o in made.verdict.findings]
    assert set(read.verdict.inconclusive) == set(made.verdict.inconclusive)
    assert read.boots == {}


@pytest.mark.parametrize("value", ["{name} {{0}}", "\ud800 \x1b[2J \u202e", "行"])
def test_every_character_of_a_name_or_a_sentence_survives(value: str) -> None:
    hostile = with_every_value(value)
    read = from_json.read(to_json.render(hostile))
    for one, made in zip(read.verdict.findings, hostile.verdict.findings, strict=True):
        assert one.title.in_language("en") == made.title.in_language("en")
        assert (one.rule, one.nodes, one.subject) == (made.rule, made.nodes, made.subject)


def test_a_key_that_was_added_later_is_passed_over() -> None:
    assert from_json.read(broken(lambda value: value.update(more=1))).bundle == from_json.read(WRITTEN).bundle


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b'{"schema": 1} x', "is no JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"schema": ' + b"9" * 5000 + b"}", "is no JSON"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `schema`"),
        (b'{"schema": true}', "at `$.schema`"),
        (b'{"schema": 2}', "has schema 2, and this version reads schema 1"),
        (b'{"schema": 1}', "missing required field `bundle`"),
        (broken(lambda v: v["bundle"].pop("nodes")), "missing required field `nodes` - at `$.bundle`"),
        (broken(lambda v: v["findings"][1].update(severity="awful")), "'awful' - at `$.findings[1].severity`"),
        (broken(lambda v: v["findings"][0].update(nodes="w1")), "Expected `array`, got `str`"),
        (broken(lambda v: v["findings"][0].update(id="x/y/z")), "at `$.findings[0].id`"),
        (broken(lambda v: v["findings"][0]["title"].update(zh=7)), "Expected `str`, got `int`"),
        (broken(lambda v: v["inconclusive"][0]["missing"][0].update(status="lost")), "'lost'"),
        (broken(lambda v: v.update(cleared=None)), "at `$.cleared`"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(content: bytes, says: str) -> None:
    with pytest.raises(ReportJsonError) as caught:
        from_json.read(content)
    assert says in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_stands_in_the_file_it_is_a_side_or_a_sentence(data: st.DataObject) -> None:
    value = json.loads(WRITTEN)
    place: Any = value
    while isinstance(place, dict | list) and place:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if data.draw(st.booleans()) or not place[key] or not isinstance(place[key], dict | list):
            place[key] = data.draw(VALUES)
            break
        place = place[key]
    with contextlib.suppress(ReportJsonError):  # any other exception fails
        assert isinstance(from_json.read(json.dumps(value).encode()), Side)


def test_a_report_of_an_earlier_report_has_lost_nothing_that_is_compared() -> None:
    read = from_json.read(WRITTEN)
    again = replace(example(), verdict=read.verdict)
    assert from_json.read(to_json.render(again)) == read
