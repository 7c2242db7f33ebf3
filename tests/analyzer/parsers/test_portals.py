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


def test_what_was_measured_beside() -> None:
    """As printed with iputils 20221126 and bash 5.2: a portal that answers, one that is dropped, one that is off."""
    text = (
        "192.0.2.9 2049 ping=ok tcp=ok sent=5 received=4 rtt_ms=0.231 rtt_max_ms=0.402 tcp_s=0.01\n"
        "192.0.2.10 3260 ping=fail tcp=fail sent=5 received=0 tcp_s=10.02 error=no answer\n"
        "192.0.2.11 3260 ping=ok tcp=fail sent=5 received=5 rtt_ms=0.2 rtt_max_ms=0.3 tcp_s=0.00 "
        "error=Connection refused\n"
    )
    answers, dropped, off = parse(text).checks
    assert (answers.sent, answers.received, answers.lost) == (5, 4, 1)
    assert (answers.rtt_ms, answers.rtt_max_ms, answers.tcp_seconds, answers.error) == (0.231, 0.402, 0.01, "")
    assert (dropped.lost, dropped.rtt_ms, dropped.tcp_seconds, dropped.error) == (5, None, 10.02, "no answer")
    assert off.error == "Connection refused"


def test_an_older_collector_measured_nothing() -> None:
    (check,) = parse("192.0.2.9 2049 ping=ok tcp=ok\n").checks
    assert (check.sent, check.lost, check.rtt_ms, check.tcp_seconds, check.error) == (None, 0, None, None, "")


def test_no_portal() -> None:
    assert parse("").checks == ()


@pytest.mark.parametrize(
    "text",
    ["192.0.2.1 3260 ping=ok tcp=ok", "192.0.2.1 3260 ping=ok\n", "192.0.2.1\n", "192.0.2.1 1 ping=ok tcp=ok sent=x\n"],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
