"""How a kind of moment is told: one sentence in both languages, and how much it matters.

`says` is a sentence without its full stop, its first letter small: `wording` makes it a capital where the sentence
stands alone.  Its holes are the values of the moment; `{names}` is the list of what it happened to.  `[was|were]` is
for one name or for several, `[s]` for several.  A sentence with a hole `{node}` or `{host}` names the node itself; all
others are read after `On worker-1, …`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analyzer.texts import Text, holes
from analyzer.timeline.moments import Kind, Tone

Fields = Mapping[str, str]

_NUMBER = re.compile(r"\[(?:(?P<one>[^]|]*)\|)?(?P<many>[^]|]*)\]")

TURNING, TELLING, BESIDE, NEVER = 3, 2, 1, 0  # a turn of the story; a part of it; only if a finding quotes it; never


@dataclass(frozen=True, slots=True)
class Saying:
    """`topic`: of what is told of one topic at one time, the story needs only the weightiest.

    `names` makes the list's entry from the fields of a hit, `values` what the other holes take from them.
    """

    kind: Kind
    tone: Tone
    weight: int
    topic: str
    says: Text
    names: Callable[[Fields], str] | None = None
    values: Callable[[Fields], Fields] | None = None

    def says_of(self, number: int) -> Text:
        """The sentence of one name, or of several."""
        number_of = "many" if number > 1 else "one"
        return Text(en=_NUMBER.sub(lambda found: found[number_of] or "", self.says.en), zh=self.says.zh)

    @property
    def names_its_node(self) -> bool:
        return not holes(self.says.en).isdisjoint(("node", "host"))

    @property
    def pairs_with_its_node(self) -> bool:
        """What it lists belongs to this very node: two nodes are two sentences."""
        return holes(self.says.en) >= {"node", "names"}


def field(name: str) -> Callable[[Fields], str]:
    return lambda fields: fields.get(name, "")


def fields(*names: str) -> Callable[[Fields], Fields]:
    return lambda given: {name: given.get(name, "") or "?" for name in names}


def bad(kind: Kind, weight: int, topic: str, en: str, zh: str, names: str = "", *values: str) -> Saying:
    return _saying(kind, Tone.BAD, weight, topic, Text(en=en, zh=zh), names, values)


def good(kind: Kind, weight: int, topic: str, en: str, zh: str, names: str = "", *values: str) -> Saying:
    return _saying(kind, Tone.GOOD, weight, topic, Text(en=en, zh=zh), names, values)


def neutral(kind: Kind, weight: int, topic: str, en: str, zh: str, names: str = "", *values: str) -> Saying:
    return _saying(kind, Tone.NEUTRAL, weight, topic, Text(en=en, zh=zh), names, values)


def _saying(kind: Kind, tone: Tone, weight: int, topic: str, says: Text, names: str, values: tuple[str, ...]) -> Saying:
    listed = field(names) if names else None
    return Saying(kind, tone, weight, topic, says, listed, fields(*values) if values else None)
