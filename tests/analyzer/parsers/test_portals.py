import pytest

from analyzer.facts import ParseError
from analyzer.parsers.portals import parse


def test_a_portal_that_answers_one_that_does_not_and_one_without_a_tool() -> None:
    text = "10.10.1.1 3260 ping=ok tcp=ok\nfd00::21 3260 ping=fail tcp=fail\n10.10.1.3 3260 ping=na tcp=na\n"
    checks = parse(text).checks
    assert [(check.address, check.ping, check.tcp) for check in checks] == [
        ("10.10.1.1", True, True),
        ("fd00::21", False, False),
        ("10.10.1.3", None, None),
    ]


def test_no_portal() -> None:
    assert parse("").checks == ()


@pytest.mark.parametrize("text", ["10.10.1.1 3260 ping=ok tcp=ok", "10.10.1.1 3260 ping=ok\n", "10.10.1.1\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
