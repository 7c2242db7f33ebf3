import pytest

from analyzer.facts import ParseError
from analyzer.parsers.block_openers import parse

TEXT = "3665 /dev/dm-0 (udev-worker)\n3669 /dev/sdb (deleted) my daemon\n3669 /dev/dm-0 ?\n"


def test_each_descriptor_is_an_opener() -> None:
    openers = parse(TEXT).openers
    assert [(opener.pid, opener.device, opener.command) for opener in openers] == [
        (3665, "/dev/dm-0", "(udev-worker)"),
        (3669, "/dev/sdb (deleted)", "my daemon"),
        (3669, "/dev/dm-0", "?"),
    ]


def test_no_opener() -> None:
    assert parse("").openers == ()


@pytest.mark.parametrize("text", [TEXT[:-1], "3665 socket:[1] x\n", "/dev/dm-0 x\n", "3665 /dev/dm-0\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
