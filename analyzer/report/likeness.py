"""What makes two texts of a report alike: they differ in nothing but names, addresses and numbers.

Input    printable sentences or commands, and the names that are known to be names.
Output   `pattern`: the text with an ellipsis for each name, equal for texts that are alike; `in_common`: what several
texts all say, with an ellipsis where they differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ELLIPSIS = "…"
NO_NAMES = re.compile(r"(?!)")
# a word with a digit in it, a disk, a multipath alias; whatever is glued to it by the signs of names and addresses
_NAME = re.compile(r"[A-Za-z0-9_.:@%-]*[0-9][A-Za-z0-9_.:@%-]*|\b(?:sd|vd|mpath)[a-z]{1,4}\b", re.ASCII)


def naming(names: Iterable[str]) -> re.Pattern[str]:
    """Matches these names as whole words, the longest first."""
    known = sorted({name for name in names if name}, key=lambda name: (-len(name), name))
    return re.compile("|".join(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in known)) if known else NO_NAMES


def pattern(text: str, known: re.Pattern[str] = NO_NAMES) -> str:
    return _NAME.sub(ELLIPSIS, known.sub(ELLIPSIS, text))


def in_common(texts: Sequence[str]) -> str:
    """Word by word; the pattern of the first where they do not have the same number of words."""
    distinct = list(dict.fromkeys(texts))
    if len(distinct) == 1:
        return distinct[0]
    rows = [text.split(" ") for text in distinct]
    if len({len(row) for row in rows}) != 1:
        return pattern(distinct[0])
    return " ".join(column[0] if len(set(column)) == 1 else ELLIPSIS for column in zip(*rows, strict=True))
