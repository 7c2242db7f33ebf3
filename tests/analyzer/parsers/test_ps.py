"""procps 4.0.2 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.ps import parse

HEADINGS = "    PID    PPID STAT WCHAN                            ELAPSED COMMAND\n"
INIT = "      1       0 Ss   do_epoll_wait                       3708 /sbin/init\n"
STUCK = "   3665     222 D    folio_wait_bit_common                172 (udev-worker)\n"


def test_a_process_that_sleeps_and_one_that_is_stuck() -> None:
    init, stuck = parse(HEADINGS + INIT + STUCK).processes
    assert (init.pid, init.stat, init.elapsed_s, init.command) == (1, "Ss", 3708, "/sbin/init")
    assert (stuck.pid, stuck.ppid, stuck.wchan, stuck.is_uninterruptible) == (3665, 222, "folio_wait_bit_common", True)


def test_arguments_with_blanks_and_a_narrower_table() -> None:  # composed: procps 3.3.10
    text = "  PID  PPID STAT WCHAN  ELAPSED COMMAND\n 4711     1 D+   -   5 dd  if=/dev/dm-1 count=1\n"
    assert parse(text).processes[0].command == "dd  if=/dev/dm-1 count=1"


@pytest.mark.parametrize("text", ["", INIT, HEADINGS + INIT[:-1], HEADINGS + "  1 0 Ss\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
