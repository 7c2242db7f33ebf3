"""The report's own sentences, in one language, from `report_templates/words/*.toml`.

A section stands in one file.  A key is `section.name`; `n` picks the form `section.name.one` when it is 1 and there is
one.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from analyzer.texts import Lang, Text


@cache
def catalogue() -> Mapping[str, Text]:
    """Every sentence by its key."""
    topics = sorted(file.name for file in resources.files("report_templates").joinpath("words").iterdir())
    return {
        f"{section}.{name}": Text(en=words["en"], zh=words["zh"])
        for topic in topics
        for section, names in tomllib.loads(_words_of(topic)).items()
        for name, words in names.items()
    }


def _words_of(topic: str) -> str:
    return resources.files("report_templates").joinpath("words", topic).read_text("utf-8")


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue in one language."""

    lang: Lang

    def say(self, key: str, **values: Text | str | int) -> str:
        texts = catalogue()
        text = texts.get(f"{key}.one", texts[key]) if values.get("n") == 1 else texts[key]
        return text.fill(**values).in_language(self.lang)

    def listed(self, names: Sequence[str], limit: int | None = None) -> str:
        """`a, b and c`; past the limit `a, b and 7 more`."""
        if limit is not None and len(names) > limit:
            shown = self.say("list.comma").join(names[:limit])
            return self.say("list.and_more", names=shown, n=len(names) - limit)
        if len(names) < 2:
            return "".join(names)
        return self.say("list.comma").join(names[:-1]) + self.say("list.last") + names[-1]
