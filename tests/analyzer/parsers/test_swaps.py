"""Linux 6.1 and, with blanks for tabs, 3.10 print these forms; composed from mm/swapfile.c."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.swaps import parse

HEADINGS = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
AREA = "/dev/dm-3                               partition\t2097148\t\t0\t\t-2\n"


def test_a_partition_and_a_file() -> None:
    text = HEADINGS + AREA + "/swap\\040file                              file            1024    0       -3\n"
    assert [area.device for area in parse(text).areas] == ["/dev/dm-3", "/swap file"]


def test_no_area() -> None:
    assert parse(HEADINGS).areas == ()


@pytest.mark.parametrize("text", ["", AREA, HEADINGS + AREA[:-1], HEADINGS + "/dev/dm-3\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
