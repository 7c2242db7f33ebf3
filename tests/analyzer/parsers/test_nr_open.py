import pytest

from analyzer.facts import ParseError
from analyzer.parsers.nr_open import parse


@pytest.mark.parametrize("value", [1048576, 1073741816])
def test_the_bound_is_a_number(value: int) -> None:
    assert parse(f"{value}\n").value == value


@pytest.mark.parametrize("text", ["", "1048576", "unlimited\n", "1\n2\n", "-1\n"])
def test_what_is_not_one_number_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
