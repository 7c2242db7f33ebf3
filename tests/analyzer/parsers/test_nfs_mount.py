"""The words after the seconds are those of mount.nfs 2.6.2."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.nfs_mount import parse

REFUSED = "192.0.2.9:/fs vers=4.1 rc=32 seconds=0.31 mount.nfs: Protocol not supported \n"


def test_a_mount_that_works_and_one_that_is_refused() -> None:
    works, refused = parse("192.0.2.9:/fs vers=3 rc=0 seconds=0.25 \n" + REFUSED).tests
    assert (works.share, works.version, works.exit_code, works.message) == ("192.0.2.9:/fs", "3", 0, "")
    assert (refused.seconds, refused.message) == (0.31, "mount.nfs: Protocol not supported")


AGREED = (
    "ro,relatime,vers=4.2,rsize=131072,wsize=131072,namlen=255,soft,proto=tcp,timeo=50,retrans=1,sec=sys,"
    "clientaddr=192.0.2.2,local_lock=none,addr=192.0.2.9"
)


def test_what_host_and_array_agreed_on_without_a_version() -> None:
    text = (
        f"192.0.2.9:/fs vers=4.1 rc=32 seconds=0.31 mount.nfs: Protocol not supported \n"
        f"192.0.2.9:/fs vers=any rc=0 seconds=1.28 options={AGREED} unmount=0.04 \n"
    )
    tests = parse(text)
    (plain,) = tests.without_version
    assert [test.version for test in tests.tests] == ["4.1"]
    assert (plain.version, plain.agreed_version, plain.option("proto"), plain.option("soft")) == ("", "4.2", "tcp", "")
    assert (plain.seconds, plain.unmount_seconds, plain.message) == (1.28, 0.04, "")


def test_a_mount_of_which_the_unmount_did_not_end() -> None:
    (test,) = parse(f"192.0.2.9:/fs vers=4.2 rc=0 seconds=1.28 options={AGREED} \n").tests
    assert (test.exit_code, test.unmount_seconds, test.message) == (0, None, "")


def test_an_older_collector_told_no_options() -> None:
    (test,) = parse("192.0.2.9:/fs vers=3 rc=0 seconds=0.25 \n").tests
    assert (test.options, test.agreed_version, test.unmount_seconds) == ("", "", None)


def test_a_mount_still_running_at_the_limit() -> None:
    assert parse("192.0.2.9:/fs vers=3 rc=124 seconds=40.00\n").tests[0].exit_code is None


def test_no_test() -> None:
    assert parse("").tests == ()


@pytest.mark.parametrize("text", [REFUSED[:-1], "192.0.2.9:/fs vers=3 rc=0\n", "192.0.2.9:/fs vers=3\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
