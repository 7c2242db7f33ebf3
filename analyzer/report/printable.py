"""Text from a bundle, fit to be shown: what would steer a terminal or turn the reading direction becomes visible.

Input    any str, also with lone surrogates.  Output  a str that encodes as UTF-8; only line feed and tab keep their
meaning; every other control or invisible character is written as Python would, `\\x1b`, `\\u202e`.
Source   Unicode categories Cc, Cf, Cs, Co, Zl, Zp; CVE-2021-42574 for the bidirectional controls.
"""

from __future__ import annotations

import re
import unicodedata

_SUSPECT = re.compile(r"[^\x20-\x7e\n\t\u00a1-\u00ac\u00ae-\u0377\u3000-\u9fff\uff01-\uffee]")
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def printable(text: str) -> str:
    return _SUSPECT.sub(_visible, text)


def _visible(match: re.Match[str]) -> str:
    char = match[0]
    if unicodedata.category(char) not in _HIDDEN:
        return char
    return char.encode("unicode_escape", "backslashreplace").decode("ascii")
