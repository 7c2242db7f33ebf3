"""The words after the seconds are those of mount.nfs 2.6.2."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.nfs_mount import parse

REFUSED = "192.0.2.9:/fs vers=4.1 rc=32 seconds=0.31 mount.nfs: Protocol not supported \n"


def test_a_mount_that_works_and_one_that_is_refused() -> None:
    works, refused = parse("192.0.2.9:/fs vers=3 rc=0 seconds=0.25 \n" + REFUSED).tests
    assert (works.share, works.version, works.exit_code, works.message) == ("192.0.2.9:/fs", "3", 0, "")
    assert (refused.seconds, refused.message) == (0.31, "mount.nfs: Protocol not supported")


def test_a_mount_still_running_at_the_limit() -> None:
    assert parse("192.0.2.9:/fs vers=3 rc=124 seconds=40.00\n").tests[0].exit_code is None


def test_no_test() -> None:
    assert parse("").tests == ()


@pytest.mark.parametrize("text", [REFUSED[:-1], "192.0.2.9:/fs vers=3 rc=0\n", "192.0.2.9:/fs vers=3\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
