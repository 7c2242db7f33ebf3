"""scsi_id of systemd 252 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.scsi_id import parse


def test_an_answer_stands_on_two_lines_and_a_refusal_on_one() -> None:
    dead, alive = parse("/dev/sdb  rc=1\n/dev/sdc 3618cf24100f8f457014a764c000001f6\n rc=0\n").identities
    assert (dead.device, dead.wwid, dead.exit_code) == ("sdb", None, 1)
    assert (alive.device, alive.wwid, alive.exit_code) == ("sdc", "3618cf24100f8f457014a764c000001f6", 0)
    assert (alive.span.first_line, alive.span.last_line) == (2, 3)


@pytest.mark.parametrize("code", [124, 137])
def test_a_disk_that_did_not_answer_in_time_has_no_exit_code(code: int) -> None:
    assert parse(f"/dev/sdaa  rc={code}\n").identities[0].exit_code is None


def test_an_identity_with_blanks_is_kept_verbatim() -> None:  # composed: scsi_id -g without -u
    assert parse("/dev/sda 1ATA     QEMU HARDDISK   QM00001 \n rc=0\n").identities[0].wwid == (
        "1ATA     QEMU HARDDISK   QM00001 "
    )


def test_an_error_message_is_no_identity() -> None:  # composed: timeout(1), scsi_id not there
    text = "/dev/sda timeout: failed to run command '/lib/udev/scsi_id': No such file or directory\n rc=127\n"
    assert parse(text).identities[0].wwid is None


def test_a_good_end_without_words_is_no_identity() -> None:
    assert parse("/dev/sda  rc=0\n").identities[0].wwid is None


@pytest.mark.parametrize(
    "text",
    [
        "/dev/sdc 3618cf24100f8f457014a764c000001f6\n",
        "/dev/sdc 3618cf24100f8f4570",
        "/dev/sdc 3618cf24100f8f457014a764c000001f6\n/dev/sdd  rc=1\n",
        "/dev/sdc 3618\n3619\n rc=0\n",
        " rc=0\n",
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
