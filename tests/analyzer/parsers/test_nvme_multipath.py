import pytest

from analyzer.facts import ParseError
from analyzer.parsers.nvme_multipath import parse


@pytest.mark.parametrize(("text", "enabled"), [("Y\n", True), ("N\n", False), ("no parameter\n", False)])
def test_native_multipath_is_enabled_or_not(text: str, enabled: bool) -> None:
    assert parse(text).enabled is enabled


def test_of_a_module_that_is_not_loaded_nothing_is_concluded() -> None:
    assert (parse("").enabled, parse("").span) == (None, None)


@pytest.mark.parametrize("text", ["Y", "1\n", "Y\nN\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
