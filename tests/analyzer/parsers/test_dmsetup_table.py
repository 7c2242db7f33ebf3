"""dmsetup 1.02.185 (LVM2 2.03.16) printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.dmsetup_table import parse

FAILS = "mpatha: 0 819200 multipath 0 1 alua 1 1 service-time 0 2 2 8:0 1 1 8:48 1 1 \n"
QUEUES = "mpathb: 0 614400 multipath 1 queue_if_no_path 1 alua 1 1 service-time 0 2 2 8:32 1 1 8:48 1 1 \n"


def test_a_map_that_fails_and_one_that_queues() -> None:
    fails, queues = parse(FAILS + QUEUES).tables
    assert (fails.name, fails.length_sectors, fails.target, fails.queues) == ("mpatha", 819200, "multipath", False)
    assert (queues.queues, queues.span.first_line) == (True, 2)


def test_a_map_without_paths() -> None:
    assert parse("mpatha: 0 819200 multipath 0 0 0 0 \n").tables[0].arguments == ("0", "0", "0", "0")


def test_a_volume_of_two_segments_stands_twice() -> None:
    tables = parse("vg-lv: 0 8192 linear 253:1 2048\nvg-lv: 8192 8192 linear 253:2 2048\n").tables
    assert [(table.name, table.start_sectors) for table in tables] == [("vg-lv", 0), ("vg-lv", 8192)]


def test_a_device_without_a_table() -> None:  # composed: dmsetup(8), a device created with --notable
    assert parse("empty: \n").tables[0].target == ""


@pytest.mark.parametrize("text", ["No devices found\n", ""])
def test_no_device(text: str) -> None:
    assert parse(text).tables == ()


@pytest.mark.parametrize("text", [FAILS[:-1], "mpatha: 0 819200\n", "mpatha\n", "No devices found\n" + FAILS])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
