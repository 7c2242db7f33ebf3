"""sg_luns 1.46 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.sg_luns import parse

LISTED = """\
== /dev/sdc
Lun list length = 24 which imples 3 lun entries
Report luns [select_report=0x0]:
    0003000000000000
    0002000000000000
    0001000000000000
rc=0
"""
REFUSED = """\
== /dev/sda
Report Luns command has bad field in cdb
sg_luns failed: Illegal request
rc=5
"""


def test_a_list_and_a_refusal() -> None:
    listed, refused = parse(LISTED + REFUSED).reports
    assert (listed.device, listed.luns) == ("sdc", (3, 2, 1))
    assert (refused.device, refused.luns) == ("sda", None)


def test_a_disk_that_did_not_answer_in_time() -> None:
    assert parse("== /dev/sda\nrc=124\n").reports[0].luns is None


@pytest.mark.parametrize(
    ("digits", "lun"),
    [("00ff000000000000", 255), ("4100000000000000", 16640), ("d2040b0300000000", 0x0B03D204)],  # scsilun_to_int()
)
def test_a_lun_is_numbered_as_the_kernel_does_in_an_hctl(digits: str, lun: int) -> None:
    text = f"== /dev/sda\nLun list length = 8 which implies 1 lun entry\nReport luns:\n    {digits}\nrc=0\n"
    assert parse(text).reports[0].luns == (lun,)


def test_an_empty_list_is_not_a_refusal() -> None:  # composed: sg3_utils 1.46, sg_luns.c
    text = "== /dev/sda\nLun list length = 0 which imples 0 lun entries\nReport luns [select_report=0x0]:\nrc=0\n"
    assert parse(text).reports[0].luns == ()


@pytest.mark.parametrize(
    "text", [LISTED[:-1], LISTED[:-5], LISTED.replace("    0001000000000000\n", ""), "== /dev/sda\nrc=0\n"]
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
