"""The picture of a volume -> inline SVG, wide and narrow, and its caption.

Output   markup that is safe to put into the page: every word of it is escaped.  There are no ids in it, so
         many stand on one page.  Both sheets are given; `picture.css` shows the one that fits.
Colours  are attributes, for paper: WeasyPrint gives inline SVG none of the page's style.  In a browser `picture.css`
         overrides them with the page's own colours.  No state is told by colour alone: each has its own outline, its
         mark and its word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import jinja2
from markupsafe import Markup

from analyzer.pictures.parts import State, VolumePicture
from analyzer.report import templates
from analyzer.report.picture import layout
from analyzer.report.picture.words import Teller, caption, description, title
from analyzer.report.words import Words


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is drawn on paper: its line, the line's dashes and width, the ground of its box."""

    line: str
    ground: str
    dashes: str
    width: str


LOOKS: Mapping[State | None, Look] = {
    None: Look("#55606f", "none", "none", "1.2"),
    State.ALIVE: Look("#1a6440", "#ffffff", "none", "1.2"),
    State.DEAD: Look("#8c1626", "#fbebed", "6 3", "2"),
    State.WRONG: Look("#a8321f", "#fcf4e0", "none", "2.4"),
    State.MISSING: Look("#55606f", "none", "2 4", "1.6"),
    State.UNKNOWN: Look("#55606f", "none", "1 4", "1.6"),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    title: str
    caption: str
    svg: Markup


def draw(picture: VolumePicture, words: Words, titles: Mapping[str, str]) -> Drawing:
    """`titles` are those of the findings, by id."""
    teller = Teller(words, titles=titles)
    template = _template()
    named = title(picture, words)
    svg = template.render(
        sheets=(("wide", layout.wide(picture, teller)), ("narrow", layout.narrow(picture, teller))),
        title=named,
        description=description(picture, teller),
        looks=LOOKS,
        lang=words.say("page.lang"),
    )
    return Drawing(named, caption(picture, words), Markup(svg))  # noqa: S704 - escaped by the template


@cache
def _template() -> jinja2.Template:
    return templates.environment().get_template("picture.svg.j2")
