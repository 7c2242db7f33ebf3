"""multipath-tools 0.9.4 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.multipathd_show_maps import parse

HEADINGS = (
    "name   uuid                              sysfs failback  queueing paths dm-st  size failures"
    " map_loads total_q_time\n"
)
DEAD = (
    "mpatha 3618cf24100f8f457016a764c000001f8 dm-0  immediate on       0     active 400M 1       "
    " 4         0           \n"
)


def test_a_map_that_queues_without_a_path() -> None:
    (found,) = parse(HEADINGS + DEAD).maps
    assert (found.name, found.wwid, found.dm) == ("mpatha", "3618cf24100f8f457016a764c000001f8", "dm-0")
    assert (found.queueing, found.path_count, found.failures, found.dm_state) == ("on", 0, 1, "active")


def test_values_with_blanks_stay_in_their_columns() -> None:  # composed: print.c, snprint_queueing()
    text = HEADINGS + DEAD.replace("on       0", "5 chk    0").replace("immediate", "X... 3/10")
    (found,) = parse(text).maps
    assert (found.queueing, found.failback) == ("5 chk", "X... 3/10")


@pytest.mark.parametrize("text", ["", "ok\n"])  # 0.9.4 says ok; older versions say nothing
def test_no_map(text: str) -> None:
    assert parse(text).maps == ()


@pytest.mark.parametrize(
    "text", [DEAD, HEADINGS + DEAD[:-1], HEADINGS + DEAD[:60] + "\n", HEADINGS + "x" + DEAD, "timeout\n", "fail\n"]
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
