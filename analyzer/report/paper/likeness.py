"""What makes two texts of a report alike: they differ in nothing but names, addresses and numbers.

Input    printable sentences or commands, and the words that are known to be names.
Output   `pattern`: the text with an ellipsis for each name, equal for texts that are alike; `in_common`: what several
texts all say, with an ellipsis where they differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

ELLIPSIS = "…"
_WORD = re.compile(r"[A-Za-z0-9_.:@%+-]+")
_NAME = re.compile(r".*[0-9].*|(?:sd|vd|mpath)[a-z]{1,4}")  # a word with a digit in it, a disk, a multipath alias


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of texts that are names: of a host, a pod, a volume."""
    return frozenset(word.strip(".:") for text in texts for word in _WORD.findall(text))


def pattern(text: str, names: frozenset[str] = frozenset()) -> str:
    def told(match: re.Match[str]) -> str:
        word = match[0].strip(".:")
        return ELLIPSIS if word in names or _NAME.fullmatch(word) else match[0]

    return _WORD.sub(told, text)


def in_common(texts: Sequence[str]) -> str:
    """Word by word; the pattern of the first where they do not have the same number of words."""
    distinct = list(dict.fromkeys(texts))
    if len(distinct) == 1:
        return distinct[0]
    rows = [text.split(" ") for text in distinct]
    if len({len(row) for row in rows}) != 1:
        return pattern(distinct[0])
    return " ".join(column[0] if len(set(column)) == 1 else ELLIPSIS for column in zip(*rows, strict=True))
