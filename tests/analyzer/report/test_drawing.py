"""The drawn picture: well-formed whatever a bundle names, all of it said, nothing told by colour alone."""

from __future__ import annotations

import itertools
import re
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from analyzer.engine import Analysis, analyse_folder
from analyzer.pictures.parts import Aspect, Gap, Part, State, VolumePicture, What
from analyzer.report.model import build, shortened
from analyzer.report.picture.drawing import LOOKS, draw
from analyzer.report.picture.layout import narrow, wide
from analyzer.report.picture.sheet import SIZE, Sheet
from analyzer.report.picture.text import middle_cut, packed, width
from analyzer.report.picture.views import drawn
from analyzer.report.picture.words import Teller, description
from analyzer.report.words import Words, catalogue
from analyzer.texts import Lang
from bundle.capture import Status

SAMPLES = Path(__file__).parents[3] / "samples"
SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("stale_fail", "stale_mounted", "demo", "path_down", "outage", "fc_device_not_found")
LANGS: tuple[Lang, ...] = ("en", "zh")
EVIL = (
    "<script>alert(1)</script>",
    '"><image href="http://192.0.2.1/x"/>',
    "</title></desc></svg><b>",
    "]]> <!-- & &amp; &#0; {{ 7 * 7 }}",
    "\u202e\u2066txt\u2069 \x1b[2J \x00 \x9b \ufeff \ud800 \uffff",
    "x" * 5000,
    "中文" * 500,
)


CAPTION = (
    "shop/app-2-0 uses pvc-22222222-aaaa-4bbb-8ccc-000000000002. worker-1 still has it, and the cluster does not use "
    "it there: map mpathb (dm-1), dead: the array refuses it. What worker-2 has of it is not known."
)
CAPTION_ZH = (
    "shop/app-2-0 使用 pvc-22222222-aaaa-4bbb-8ccc-000000000002。worker-1 上仍留有该卷，但集群并不在此使用："
    "多路径设备 mpathb (dm-1)，失效：阵列拒绝访问。尚不清楚 worker-2 上的情况。"
)


@cache
def of_sample(name: str) -> Analysis:
    return analyse_folder(SAMPLES / name)


def pictures(*names: str) -> list[VolumePicture]:
    return [one for name in names or NAMES for one in of_sample(name).pictures]


def svgs(picture: VolumePicture, lang: Lang = "en") -> list[ElementTree.Element]:
    """The wide sheet and the narrow one; both must be XML."""
    drawn = draw(picture, Words(lang), {})
    return list(ElementTree.fromstring(f"<figure>{drawn.svg}</figure>"))


def text_of(element: ElementTree.Element, *, with_titles: bool = False) -> str:
    words = [one.text or "" for one in element.iter(f"{SVG}text")]
    words += [one.text or "" for one in element.iter(f"{SVG}title")] if with_titles else []
    return " ".join(words)


def filled(thing: Any, value: str) -> Any:
    """Each free text replaced."""
    if isinstance(thing, Enum) or not (isinstance(thing, str | tuple) or is_dataclass(thing)):
        return thing
    if isinstance(thing, str):
        return value
    if isinstance(thing, tuple):
        return tuple(filled(one, value) for one in thing)
    return replace(thing, **{one.name: filled(getattr(thing, one.name), value) for one in fields(thing)})


def parts_of(thing: Any) -> list[Part]:
    if isinstance(thing, Part):
        return [thing]
    if isinstance(thing, tuple):
        return [part for one in thing for part in parts_of(one)]
    return [part for one in fields(thing) for part in parts_of(getattr(thing, one.name))] if is_dataclass(thing) else []


def every_sheet(lang: Lang) -> list[Sheet]:
    teller = Teller(Words(lang))
    return [sheet(picture, teller) for picture in pictures() for sheet in (wide, narrow)]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("evil", EVIL, ids=range(len(EVIL)))
def test_whatever_a_bundle_names_the_svg_is_the_same_elements(evil: str, lang: Lang):
    for picture in pictures("demo"):
        drawn = [svgs(filled(picture, value), lang) for value in ("x", evil)]
        harmless, hostile = (
            [one.tag for sheet in sheets for one in sheet.iter() if one.tag in KINDS] for sheets in drawn
        )
        assert sorted(hostile) == sorted(harmless)
        assert {one.tag for sheet in drawn[1] for one in sheet.iter()} <= {*KINDS, f"{SVG}text", f"{SVG}title"}


KINDS = {f"{SVG}{name}" for name in ("svg", "desc", "rect", "path", "g")}


def test_there_is_no_id_no_link_and_no_style_in_it():
    for picture in pictures():
        for one in itertools.chain.from_iterable(sheet.iter() for sheet in svgs(picture)):
            assert not {"id", "href", "style", "onload"} & set(one.attrib)


@pytest.mark.parametrize("lang", LANGS)
def test_every_part_is_drawn_by_name_or_in_full_in_its_title(lang: Lang):
    for picture in pictures():
        for sheet in svgs(picture, lang):
            shown = text_of(sheet, with_titles=True)
            assert [part.name for part in parts_of(picture) if part.name not in shown] == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_description_tells_every_part(lang: Lang):
    for picture in pictures():
        says = description(picture, Teller(Words(lang)))
        assert [part.name for part in parts_of(picture) if part.name not in says] == []
        assert [node.node for node in picture.nodes if node.node not in says] == []


def test_each_sheet_is_an_image_with_a_title_and_a_description():
    for sheet in svgs(pictures("stale_fail")[0]):
        assert sheet.attrib["role"] == "img"
        assert [one.tag for one in list(sheet)[:2]] == [f"{SVG}title", f"{SVG}desc"]
        assert all(one.text for one in list(sheet)[:2])


def test_no_two_states_have_the_same_outline_and_mark():
    outlines = [(look.dashes, look.width) for state, look in LOOKS.items() if state is not None]
    assert len(set(outlines)) == len(State)


def test_a_dead_part_is_crossed_dashed_and_called_dead():
    (sheet, _) = svgs(pictures("stale_fail")[0])
    dead = [one for one in sheet.iter(f"{SVG}g") if one.attrib.get("class", "").startswith("part dead")]
    assert len(dead) == 3
    for part in dead:
        assert part.find(f"{SVG}rect").attrib["stroke-dasharray"] == "6 3"
        assert any(one.attrib.get("class") == "mark" for one in part.iter(f"{SVG}path"))
        assert "dead" in text_of(part)


@pytest.mark.parametrize(("lang", "word"), [("en", "nothing is known of this node"), ("zh", "该节点情况未知")])
def test_what_is_unknown_is_drawn_as_unknown(lang: Lang, word: str):
    for sheet in svgs(pictures("stale_fail")[0], lang):
        unknown = [one for one in sheet.iter(f"{SVG}g") if one.attrib.get("class") == "part unknown"]
        assert word in " ".join(map(text_of, unknown))


def test_a_gap_is_never_drawn_as_nothing_mounted():
    picture = pictures("stale_fail")[0]
    seen = replace(picture.nodes[0], gaps=(Gap(Aspect.MOUNTS, "mountinfo", Status.TIMEOUT),))
    (sheet, _) = svgs(replace(picture, nodes=(seen,)))
    assert "mounts not known (mountinfo:" in text_of(sheet)
    assert "nothing is mounted here" not in text_of(sheet)


def test_the_part_that_a_finding_is_about_is_flagged():
    (sheet, _) = svgs(pictures("stale_fail")[0])
    flagged = [one for one in sheet.iter(f"{SVG}g") if "found" in one.attrib.get("class", "")]
    assert ["mpathb" in text_of(one) for one in flagged] == [True]
    assert [one.attrib["class"] for one in flagged[0].iter(f"{SVG}path")] == ["flag", "mark"]


def test_what_a_finding_says_of_a_node_stands_in_it():
    report = build(of_sample("fc_device_not_found"), "en")
    titles = {finding.anchor: finding.title for finding in report.findings}
    for view in report.pictures:
        assert set(view.findings) <= {f"f{number}" for number in range(1, 1 + report.bundle.findings)}
    drawings = drawn(report.pictures, Words("en"))
    assert any(title in drawing.svg for drawing in drawings for title in titles.values())


@pytest.mark.parametrize("lang", LANGS)
def test_boxes_stand_on_the_sheet_and_not_on_each_other(lang: Lang):
    for sheet in every_sheet(lang):
        for box in sheet.boxes:
            assert 0 <= box.x < box.right <= sheet.w
            assert box.bottom <= sheet.h
        for one, other in itertools.combinations(sheet.boxes, 2):
            apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
            assert apart, (one, other)


@pytest.mark.parametrize("lang", LANGS)
def test_names_are_not_wider_than_their_boxes(lang: Lang):
    for sheet in every_sheet(lang):
        for box in sheet.boxes:
            names = [line for line in box.lines if line.kind == "name"]
            assert all(line.x + width(line.text) * SIZE <= box.right for line in names)


def test_the_same_picture_is_drawn_the_same():
    for picture in pictures("demo"):
        assert draw(picture, Words("en"), {}) == draw(picture, Words("en"), {})


@pytest.mark.parametrize(
    ("lang", "says"),
    [
        ("en", CAPTION),
        ("zh", CAPTION_ZH),
    ],
)
def test_the_caption_says_who_uses_it_and_how_it_stands(lang: Lang, says: str):
    assert draw(pictures("stale_fail")[0], Words(lang), {}).caption == says


def test_every_remark_state_and_gap_has_its_words():
    silent = {What.UNWANTED}  # said of the node
    keys = {f"picture_remark.{what}" for what in What if what not in silent}
    keys |= {f"picture_state.{state}" for state in State} | {f"picture_gap.{aspect}" for aspect in Aspect}
    assert keys <= set(catalogue())


@pytest.mark.parametrize("lang", LANGS)
def test_the_report_has_the_pictures_with_the_findings_they_belong_to(lang: Lang):
    report = build(of_sample("stale_fail"), lang)
    assert [(one.anchor, one.findings) for one in report.pictures] == [("p1", ("f1",)), ("p2", ("f2",))]
    assert report.more_pictures == ""


def test_the_report_says_how_many_have_no_picture():
    report = build(replace(of_sample("stale_fail"), not_pictured=3), "en")
    assert report.more_pictures == "3 more volumes are concerned, and have no picture here."


def test_a_shortened_report_has_the_pictures_of_its_findings():
    report = shortened(build(of_sample("stale_fail"), "en"), hosts=1, findings=1)
    assert [one.findings for one in report.pictures] == [("f1",)]


@pytest.mark.parametrize(
    ("text", "room", "cut"),
    [
        ("pvc-1", 10, "pvc-1"),
        ("618cf24100f8f457015a764c000001f7", 8, "618cf2…0001f7"),
        ("中文中文中文", 4, "中文…文"),
    ],
)
def test_a_long_name_loses_its_middle(text: str, room: float, cut: str):
    assert middle_cut(text, room) == cut
    assert width(cut) <= room


def test_sayings_share_a_line_while_they_fit_and_the_ellipsis_tells_of_the_rest():
    assert packed(("dead", "refused"), 20, 3) == ("dead · refused",)
    assert packed(("dead", "refused"), 5, 3) == ("dead", "refused")
    assert packed(("one two three four five six",), 5, 2)[-1].endswith("…")


def test_a_word_wider_than_its_box_is_broken():
    lines = packed(("x" * 100,), 10, 20)
    assert "".join(lines) == "x" * 100
    assert len(lines) > 1


def test_the_svg_names_no_colour_but_those_of_paper_and_no_variable():
    svg = draw(pictures("demo")[0], Words("en"), {}).svg
    assert "var(" not in svg
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) <= {*PAPER}


PAPER = {value for look in LOOKS.values() for value in (look.line, look.ground)} | {
    "#f5f6f8",
    "#dfe4ea",
    "#1b2430",
    "#55606f",
    "#a8321f",
}
