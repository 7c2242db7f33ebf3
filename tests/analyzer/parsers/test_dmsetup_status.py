"""Linux 6.1 and dmsetup 1.02.185 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.dmsetup_status import parse

HEALTHY = "mpatha: 0 819200 multipath 2 0 1 0 1 1 A 0 2 2 8:0 A 0 0 1 8:48 A 0 0 1 \n"
DEAD = "mpatha: 0 819200 multipath 2 0 1 0 1 1 E 0 2 2 8:0 F 1 0 1 8:48 F 1 0 1 \n"


def test_paths_that_work_and_paths_that_failed() -> None:
    assert parse(HEALTHY).statuses[0].path_states == (("8:0", "A"), ("8:48", "A"))
    assert parse(DEAD).statuses[0].path_states == (("8:0", "F"), ("8:48", "F"))


def test_a_map_without_a_path_group() -> None:
    assert parse("mpatha: 0 819200 multipath 2 1 0 0 0 0 \n").statuses[0].path_states == ()


def test_two_path_groups() -> None:  # composed: drivers/md/dm-mpath.c, two groups of one path
    text = "m: 0 8 multipath 2 0 0 0 2 1 A 0 1 2 8:0 A 0 0 1 E 0 1 2 8:16 F 3 0 1 \n"
    assert parse(text).statuses[0].path_states == (("8:0", "A"), ("8:16", "F"))


def test_a_selector_without_words_and_one_feature_word() -> None:  # composed: Linux 2.6.32, round-robin
    text = "m: 0 8 multipath 1 0 0 1 1 A 0 2 0 8:0 A 0 8:16 F 1 \n"
    assert parse(text).statuses[0].path_states == (("8:0", "A"), ("8:16", "F"))


def test_other_targets_have_no_path_states() -> None:
    assert parse("vgdata-lvdata: 0 204800 linear \n").statuses[0].target == "linear"


def test_no_device() -> None:
    assert parse("No devices found\n").statuses == ()


@pytest.mark.parametrize(
    "text",
    [DEAD[:-1], DEAD.replace(" 0 1 \n", "\n"), DEAD.replace("0 1 \n", "0 1 8:64 A\n"), DEAD.replace(" F ", " X ", 1)],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
