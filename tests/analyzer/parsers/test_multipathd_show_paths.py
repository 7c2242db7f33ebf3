"""multipath-tools 0.9.4 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.multipathd_show_paths import parse

HEADINGS = "hcil    dev dev_t pri dm_st  chk_st dev_st  next_check      \n"
READY = "2:0:0:1 sdc 8:32  50  active ready  running XXXXX..... 10/20\n"
FAULTY = "2:0:0:3 sda 8:0   50  failed faulty running XX........ 1/5  \n"


def test_a_path_that_works_and_one_that_failed() -> None:
    ready, faulty = parse(HEADINGS + READY + FAULTY).paths
    assert (ready.hctl, ready.device, ready.dev_t, ready.priority) == ("2:0:0:1", "sdc", "8:32", 50)
    assert (ready.dm_state, ready.checker_state, ready.next_check) == ("active", "ready", "XXXXX..... 10/20")
    assert (faulty.dm_state, faulty.checker_state, faulty.device_state) == ("failed", "faulty", "running")


def test_an_orphan_a_vanished_path_and_a_state_of_two_words() -> None:  # composed: print.c of 0.7 to 0.14
    text = (
        "hcil          dev dev_t pri dm_st  chk_st      dev_st  next_check\n"
        "139:0:0:16640 sdc 8:32  -1  undef  undef       unknown orphan    \n"
        "#:#:#:#       -   #:#   1   failed i/o pending offline orphan    \n"
    )
    orphan, vanished = parse(text).paths
    assert (orphan.hctl, orphan.priority, orphan.next_check) == ("139:0:0:16640", -1, "orphan")
    assert (vanished.hctl, vanished.device, vanished.dev_t, vanished.checker_state) == (None, None, None, "i/o pending")


@pytest.mark.parametrize("text", ["", "ok\n"])
def test_no_path(text: str) -> None:
    assert parse(text).paths == ()


@pytest.mark.parametrize("text", [READY, HEADINGS + READY[:-1], HEADINGS + READY[:30] + "\n", HEADINGS + "1" + READY])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
