"""Times as printed, made comparable."""

import pytest

from analyzer.facts.times import moment, offset_of


@pytest.mark.parametrize(
    "text",
    ["2026-07-03T02:15:01Z", "2026-07-03T10:15:01+0800", "2026-07-03T10:15:01+08:00", "2026-07-03T02:15:01.000000Z"],
)
def test_the_same_moment_in_every_spelling(text: str):
    assert moment(text) == moment("2026-07-03T02:15:01Z")


def test_a_time_without_a_zone_is_the_nodes_own():
    assert moment("2026-07-03 10:15:01.000000", utc_offset_s=28800) == moment("2026-07-03T02:15:01Z")


def test_fractions_of_any_length_are_kept_to_the_microsecond():
    found = moment("2026-07-03T02:15:01.123456789Z")
    assert found is not None
    assert found.microsecond == 123456


@pytest.mark.parametrize(
    "text", ["", "1650.87", "Nov 22 15:04:10", "2026-13-03T02:15:01Z", "2026-07-03", "2026-07-03T02:15:01+9959"]
)
def test_what_is_no_such_time_is_none(text: str):
    assert moment(text) is None


@pytest.mark.parametrize(
    ("text", "ahead_s"),
    [
        ("2026-07-03T10:15:01+0800", 28800),
        ("2026-07-03T10:15:01-05:30", -19800),
        ("2026-07-03T10:15:01Z", 0),
        ("2026-07-03 10:15:01", None),
        ("2026-07-03T10:15:01+9959", None),
        ("noon", None),
    ],
)
def test_how_far_the_zone_that_a_time_names_is_ahead(text: str, ahead_s: int | None):
    assert offset_of(text) == ahead_s
