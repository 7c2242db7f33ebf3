"""The pictures of the report, each with the findings under which it belongs.

Anchors are numbers: `p1` is the first picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analyzer.pictures.parts import VolumePicture
from analyzer.report.drawing import draw
from analyzer.report.links import Index
from analyzer.report.words import Words


@dataclass(frozen=True, slots=True)
class PictureView:
    """`svg` is both sheets of the picture, wide and narrow; `findings` are anchors, the worst first."""

    anchor: str
    title: str
    caption: str
    svg: Markup
    findings: tuple[str, ...]


def picture_views(pictures: Sequence[VolumePicture], index: Index, words: Words) -> tuple[PictureView, ...]:
    titles = {finding: link.text for finding, link in index.findings.items()}
    views = []
    for number, picture in enumerate(pictures, 1):
        drawn = draw(picture, words, titles)
        anchors = tuple(index.findings[one].anchor for one in picture.findings if one in index.findings)
        views.append(PictureView(f"p{number}", drawn.title, drawn.caption, drawn.svg, anchors))
    return tuple(views)


def more_pictures(left_out: int, words: Words) -> str:
    return words.say("picture.left_out", n=left_out) if left_out else ""
