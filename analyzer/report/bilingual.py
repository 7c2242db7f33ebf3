"""Two reports of one analysis, an English and a Chinese one -> one report whose words stand in both languages.

Input    values that `model.build` made of the same analysis: frozen dataclasses, tuples, strings, numbers.
Output   the first of the two, in which each string that differs is `Bilingual`: a `str` in the first language that a
         template writes as two elements, of which the page shows one.  A `Markup` becomes such a `Markup`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import zip_longest
from typing import Any, TypeVar

from markupsafe import Markup, escape

from analyzer.report.words import Words
from analyzer.texts import Lang

T = TypeVar("T")
TAGS: dict[Lang, str] = {"en": "en", "zh": "zh-CN"}


class Bilingual(str):
    """What it says in one language, and beside it the same in the other."""

    __slots__ = ("lang", "other")
    lang: Lang
    other: str

    def __new__(cls, said: str, other: str, lang: Lang) -> Bilingual:
        """`lang` is the language of `said`."""
        both = super().__new__(cls, said)
        both.lang, both.other = lang, other
        return both

    def __html__(self) -> str:
        return spans(escape(str(self)), escape(self.other), self.lang)


def spans(said: Markup, other: Markup, lang: Lang) -> Markup:
    there = TAGS["zh" if lang == "en" else "en"]
    return Markup('<span lang="{}">{}</span><span lang="{}">{}</span>').format(TAGS[lang], said, there, other)


def merged(first: T, second: T, lang: Lang) -> T:
    """`first`, which is in `lang`, with what `second` says in the other language."""
    return _merged(first, second, lang)  # type: ignore[no-any-return]


def _merged(first: Any, second: Any, lang: Lang) -> Any:
    if first == second:
        return first
    if isinstance(first, Markup):
        return spans(first, Markup(second), lang)  # noqa: S704 - markup already, as the first is
    if isinstance(first, str):
        return Bilingual(first, second, lang)
    if isinstance(first, tuple):
        # a text may have more lines in one language
        return tuple(_merged(one, other, lang) for one, other in zip_longest(first, second, fillvalue=""))
    if is_dataclass(first) and not isinstance(first, type):
        values = {f.name: _merged(getattr(first, f.name), getattr(second, f.name), lang) for f in fields(first)}
        return replace(first, **values)
    raise TypeError(f"cannot be merged: {type(first).__name__}")


@dataclass(frozen=True, slots=True)
class BilingualWords:
    """The catalogue in both languages, for templates."""

    first: Words
    second: Words

    def say(self, key: str, **values: str | int) -> str:
        return merged(self.first.say(key, **values), self.second.say(key, **values), self.first.lang)

    def listed(self, names: Sequence[str], limit: int | None = None) -> str:
        return merged(self.first.listed(names, limit), self.second.listed(names, limit), self.first.lang)
