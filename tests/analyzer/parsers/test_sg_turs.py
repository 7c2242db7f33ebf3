"""sg_turs 1.46 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.sg_turs import parse

READY = """\
== /dev/sdc
open /dev/sdc with flags=0x800
    test unit ready cdb: [00 00 00 00 00 00]
rc=0
"""
UNMAPPED = """\
== /dev/sdb
open /dev/sdb with flags=0x800
    test unit ready cdb: [00 00 00 00 00 00]
test unit ready:
Fixed format, current; Sense key: Illegal Request
Additional sense: Logical unit not supported
 Raw sense data (in hex), sb_len=18, embedded_len=18
        70 00 05 00 00 00 00 0a  00 00 00 00 25 00 00 00
        00 00
Illegal request, type: sense key, apart from Invalid opcode
rc=5
"""
UNREACHABLE = """\
== /dev/sda
open /dev/sda with flags=0x800
scsi_pt_open_flags: open(/dev/sda, 0x800) failed: No such device or address
main: error opening file: /dev/sda: No such device or address
rc=56
"""


def test_a_ready_disk_an_unmapped_and_an_unreachable_one() -> None:
    ready, unmapped, unreachable = parse(READY + UNMAPPED + UNREACHABLE).units
    assert (ready.device, ready.ready, ready.sense_key, ready.exit_code) == ("sdc", True, None, 0)
    assert (unmapped.ready, unmapped.sense_key, unmapped.additional_sense) == (
        False,
        "Illegal Request",
        "Logical unit not supported",
    )
    assert (unreachable.error, unreachable.exit_code) == ("No such device or address", 56)
    assert (unmapped.span.first_line, unmapped.span.last_line) == (5, 15)


def test_a_disk_that_did_not_answer_in_time() -> None:
    (unit,) = parse("== /dev/sdb\nrc=124\n").units
    assert (unit.ready, unit.exit_code) == (False, None)


def test_sense_data_in_descriptor_format() -> None:  # composed: sg3_utils 1.42, lib/sg_lib.c
    text = (
        "== /dev/sdb\nDescriptor format, current; Sense key: Not Ready\n"
        "Additional sense: Logical unit not accessible, target port in unavailable state\nrc=2\n"
    )
    (unit,) = parse(text).units
    assert unit.sense_key == "Not Ready"
    assert unit.additional_sense == "Logical unit not accessible, target port in unavailable state"


def test_older_words_for_a_disk_that_cannot_be_opened() -> None:  # composed: sg3_utils 1.37, sg_turs.c
    text = "== /dev/sdb\nsg_turs: error opening file: /dev/sdb: No such device or address\nrc=15\n"
    assert parse(text).units[0].error == "No such device or address"


@pytest.mark.parametrize("text", [UNMAPPED[:-1], UNMAPPED[:-5], UNMAPPED[:-5] + READY, "rc=0\n", "words\n" + READY])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
