"""Debian 12 printed the first text; the others are composed from os-release(5)."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.os_release import parse

DEBIAN = '6.1.0-18-amd64\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n'


def test_debian() -> None:
    release = parse(DEBIAN)
    assert (release.kernel, release.id, release.version) == ("6.1.0-18-amd64", "debian", "12")
    assert release.pretty_name == "Debian GNU/Linux 12 (bookworm)"


def test_comments_escapes_single_quotes_and_no_last_line_end() -> None:
    release = parse('4.19.90-2003.el7.x86_64\n# comment\n\nID=\'openEuler\'\nPRETTY_NAME="a \\"b\\""\nVERSION_ID=20.03')
    assert (release.id, release.pretty_name, release.version) == ("openEuler", 'a "b"', "20.03")


def test_missing_keys_have_the_defaults_of_the_manual() -> None:
    release = parse("5.10.0\n")
    assert (release.id, release.version, release.pretty_name) == ("linux", "", "Linux")


@pytest.mark.parametrize("text", ["", "Linux\n", "5.10.0\nwords without a key\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
