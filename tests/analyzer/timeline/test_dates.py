"""Times as logs print them: of every form, in every zone, and those that cannot be."""

import pytest

from analyzer.timeline.dates import Zone, dated, zone_of
from tests.analyzer.timeline.told import clock, utc

NOW = utc("10:00:00")
CHINA = Zone(NOW, 8 * 3600, boot=utc("09:00:00"))


@pytest.mark.parametrize(
    ("printed", "at"),
    [
        ("1800.5", "09:30:00.5"),
        ("2026-07-03T17:30:00+0800", "09:30:00"),
        ("2026-07-03T09:30:00Z", "09:30:00"),
        ("2026-07-03 17:30:00.204511", "09:30:00.204511"),
        ("Fri Jul  3 17:30:00 2026", "09:30:00"),
        ("Jul  3 17:30:00", "09:30:00"),
        ("Jul  2 23:59:59", "2026-07-02 15:59:59"),
    ],
)
def test_a_time_is_read_in_the_form_it_is_printed(printed: str, at: str):
    assert dated(printed, CHINA) == (utc(at), True)


def test_a_sidecar_prints_no_zone_so_that_its_time_is_uncertain():
    assert dated("W0703 09:30:00.204511       1 x.go:1] message", CHINA) == (utc("09:30:00"), False)


def test_a_day_without_a_year_is_the_last_such_day():
    january = Zone(utc("2026-01-01 00:00:10"), 0)
    assert dated("Dec 31 23:59:58", january) == (utc("2025-12-31 23:59:58"), True)


def test_seconds_since_boot_are_nothing_where_the_boot_is_not_known():
    assert dated("1800.5", Zone(NOW, 0)) is None


def test_local_time_is_nothing_where_the_zone_is_not_known():
    unknown = Zone(NOW, None)
    assert dated("2026-07-03 09:30:00.204511", unknown) is None
    assert dated("2026-07-03T17:30:00+0800", unknown) == (utc("09:30:00"), True)


@pytest.mark.parametrize("printed", ["1970-01-01T00:00:12Z", "2025-07-01T00:00:00Z", "2026-07-03T10:11:00Z"])
def test_what_is_long_past_or_still_to_come_is_a_wrong_clock_and_no_time(printed: str):
    assert dated(printed, Zone(NOW, 0)) is None


def test_what_was_logged_while_the_node_was_being_read_is_one():
    assert dated("2026-07-03T10:00:40Z", Zone(NOW, 0)) == (utc("10:00:40"), True)


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "x",
        "2026-13-45T99:00:00Z",
        "2026-07-03T10:00:00+9999",
        "0001-01-01T00:00:00+0800",
        "9999-12-31T23:59:59-0800",
        "Foo  3 10:15:01",
        "Feb 30 10:15:01",
        "Jul 99 10:15:01",
        "W9999 10:15:01.204511 x",
        "9" * 400 + ".0",
        "999999999999.0",
        "٢٠٢٦-٠٧-٠٣T10:00:00Z",
    ],
)
def test_what_is_no_time_gives_none(printed: str):
    assert dated(printed, CHINA) is None


def test_a_clock_that_cannot_be_read_gives_no_zone():
    assert zone_of(clock("nonsense+0000")) is None


def test_an_uptime_longer_than_time_itself_gives_no_boot():
    zone = zone_of(clock("2026-07-03T10:00:00+0000", uptime_s=1e18))
    assert zone is not None
    assert zone.boot is None
