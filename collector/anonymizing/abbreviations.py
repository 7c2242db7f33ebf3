"""Names that a report shows in part: `pvc-ad778…d04dce77`, one where a sentence was cut off, a UUID's first part.

Input    a text as it came, and what reveals a word.  Output  pairs to replace in the revealed text.
How      a part is made real by a word that stands whole elsewhere in the same text and begins and ends alike: what is
         shown of the real one is as long.  If several real ones fit, the part stays as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

_CUT = re.compile("([0-9A-Za-z._:@-]{3,})…([0-9A-Za-z._:@-]*)")
_WORD = re.compile("[0-9A-Za-z._:@-]{4,}")
_FIRST_OF_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-f]{8}(?![0-9A-Za-z])")


def abbreviations(text: str, reveal: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    cut = {match[0]: (match[1], match[2]) for match in _CUT.finditer(text)}
    if not cut:
        return
    words = sorted(set(_WORD.findall(text)))
    for shown, (head, tail) in sorted(cut.items()):
        if len(real := set(_real_parts(head, tail, words, reveal))) == 1:
            yield shown, real.pop()


def _real_parts(head: str, tail: str, words: list[str], reveal: Callable[[str], str]) -> Iterator[str]:
    for word in words:
        if len(word) > len(head) + len(tail) and word.startswith(head) and word.endswith(tail):
            real = reveal(word)
            if len(real) == len(word):
                yield f"{real[: len(head)]}…{real[len(real) - len(tail) :]}"


def first_parts(text: str, uuids: Mapping[str, str]) -> str:
    """The first eight digits of a UUID alone, as in the name of a file that a step saves."""
    return _FIRST_OF_UUID.sub(lambda match: uuids.get(match[0], match[0]), text)
