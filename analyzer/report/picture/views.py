"""The pictures of the report, each with the findings under which it belongs.

Anchors are numbers: `p1` is the first picture.  Drawing takes longer than all else, so that only those are drawn that a
dress shows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from analyzer.pictures.parts import VolumePicture
from analyzer.report.links import Index
from analyzer.report.picture.drawing import draw
from analyzer.report.words import Words


@dataclass(frozen=True, slots=True)
class PictureView:
    """`findings` are anchors, the worst first; `titles` are those of all findings, by id."""

    anchor: str
    findings: tuple[str, ...]
    picture: VolumePicture
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DrawnPicture:
    """`svg` is both sheets of the picture, wide and narrow."""

    anchor: str
    findings: tuple[str, ...]
    title: str
    caption: str
    svg: Markup


def picture_views(pictures: Sequence[VolumePicture], index: Index) -> tuple[PictureView, ...]:
    titles = {finding: link.text for finding, link in index.findings.items()}
    views = []
    for number, picture in enumerate(pictures, 1):
        anchors = tuple(index.findings[one].anchor for one in picture.findings if one in index.findings)
        views.append(PictureView(f"p{number}", anchors, picture, titles))
    return tuple(views)


def drawn(views: Sequence[PictureView], words: Words) -> tuple[DrawnPicture, ...]:
    return tuple(_drawn(view, words) for view in views)


def _drawn(view: PictureView, words: Words) -> DrawnPicture:
    drawing = draw(view.picture, words, view.titles)
    return DrawnPicture(view.anchor, view.findings, drawing.title, drawing.caption, drawing.svg)


def more_pictures(left_out: int, words: Words) -> str:
    return words.say("picture.left_out", n=left_out) if left_out else ""
