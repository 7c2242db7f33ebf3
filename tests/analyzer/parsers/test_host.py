import pytest

from analyzer.facts import ParseError
from analyzer.parsers.host import parse

TEXT = "worker-1.example.com\n3e1f5a0c-7c1d-4b52-9d57-0f6f0b1d2c3e\n"


def test_name_and_boot_id() -> None:
    host = parse(TEXT)
    assert (host.hostname, host.boot_id) == ("worker-1.example.com", "3e1f5a0c-7c1d-4b52-9d57-0f6f0b1d2c3e")


@pytest.mark.parametrize("text", ["", "worker-1\n", TEXT[:-1], TEXT[:-5] + "\n", "a b\n" + TEXT[21:], TEXT + "more\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
