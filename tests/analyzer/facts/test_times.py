"""Times as printed, made comparable."""

import pytest

from analyzer.facts.times import moment


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


@pytest.mark.parametrize("text", ["", "1650.87", "Nov 22 15:04:10", "2026-13-03T02:15:01Z", "2026-07-03"])
def test_what_is_no_such_time_is_none(text: str):
    assert moment(text) is None
