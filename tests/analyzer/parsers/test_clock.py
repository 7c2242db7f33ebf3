import pytest

from analyzer.facts import ParseError
from analyzer.parsers.clock import parse


@pytest.mark.parametrize(("offset", "seconds"), [("+0800", 28800), ("+0000", 0), ("-0330", -12600)])
def test_time_offset_and_uptime(offset: str, seconds: int) -> None:
    clock = parse(f"2026-07-03T10:15:01{offset}\n3708.45 7200.11\n")
    assert (clock.local_time, clock.utc_offset_s, clock.uptime_s) == (f"2026-07-03T10:15:01{offset}", seconds, 3708.45)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-07-03T10:15:01+0800\n",
        "2026-07-03T10:15:01+0800\n3708.45",
        "now\n3708.45 1\n",
        "2026-07-03T10:15:01Z\n1.0 1.0\n",
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
