"""Sentences in two languages, filled by name so that each language may order its words as it likes."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "zh"]
LANGS: tuple[Lang, ...] = ("en", "zh")


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in English and Chinese; `{name}` holes must be equal in both."""

    en: str
    zh: str

    def __post_init__(self) -> None:
        if holes(self.en) != holes(self.zh):
            raise ValueError(f"the holes differ: {self.en!r} / {self.zh!r}")

    def fill(self, **values: Text | str | int | float) -> Text:
        """Put `values` into the holes; a `Text` gives each language its own.  Braces in values stay as they are."""
        return Text(en=self.en.format(**_words(values, "en")), zh=self.zh.format(**_words(values, "zh")))

    def in_language(self, lang: Lang) -> str:
        """The finished sentence, with doubled braces undone."""
        return (self.en if lang == "en" else self.zh).replace("{{", "{").replace("}}", "}")


def _words(values: Mapping[str, Text | str | int | float], lang: Lang) -> dict[str, str]:
    return {
        name: getattr(value, lang) if isinstance(value, Text) else str(value).replace("{", "{{").replace("}", "}}")
        for name, value in values.items()
    }


def holes(sentence: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


def lines(*texts: Text) -> Text:
    """Several sentences as one text, a line each."""
    return Text(en="\n".join(text.en for text in texts), zh="\n".join(text.zh for text in texts))
