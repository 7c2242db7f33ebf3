"""One name in its spellings: small or big letters, and `_`, `--` (device mapper) or `\\x2d` (systemd) for `-`.

`spelled(text, table)` gives what stands for `text` in the table, in the spelling of `text`, or None.  The names of the
table and what stands for them agree in whether they have dashes and small letters, so that the way back is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

_Respell = Callable[[str], str]


def _same(text: str) -> str:
    return text


_CASES: tuple[tuple[_Respell, _Respell], ...] = ((_same, _same), (str.lower, str.upper), (str.upper, str.lower))
_DASHES = ("_", "--", "\\x2d")


def spelled(text: str, table: Mapping[str, str]) -> str | None:
    if found := table.get(text):
        return found
    for plain, dash in _dashes_of(text):
        for name_case, text_case in _CASES:
            name = name_case(plain)
            found = table.get(name)
            if found is not None and text_case(name).replace("-", dash) == text:
                return text_case(found).replace("-", dash)
    return None


def _dashes_of(text: str) -> list[tuple[str, str]]:
    """The text with plain dashes, and what stood for them."""
    found = [(text, "-")]
    found += [(text.replace(dash, "-"), dash) for dash in _DASHES if dash in text]
    return found
