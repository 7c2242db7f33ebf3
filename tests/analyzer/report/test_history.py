"""What happened, as the report and report.json say it: one language, printable, with places that can be looked up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analyzer.findings import Evidence
from analyzer.report import model, to_json
from analyzer.report.history import HistoryView, history_view
from analyzer.report.words import Words, catalogue
from analyzer.texts import Text
from analyzer.timeline.moments import Kind, Moment, Sentence, Story, Timeline, Tone
from tests.analyzer.report.example import example

AT = datetime(2026, 7, 3, 8, 31, 2, tzinfo=UTC)
PLACE = Evidence("worker-1", "kernel_log", 12, 13, ("sd 2:0:0:2: Logical unit not supported", "more"))
SAYS = Text(en="the array no longer knows LUN 2", zh="阵列已不再提供 LUN 2")
MOMENT = Moment(AT, "worker-1", Kind.KERNEL, Tone.BAD, SAYS, None, 1, ("pvc-1",), PLACE, certain=True)
SENTENCE = Sentence(AT, None, ("worker-1",), Tone.BAD, Text(en="It began.", zh="开始了。"), True, (MOMENT,))
TIMELINE = Timeline((MOMENT,), 0, Story((SENTENCE,)))


def view(timeline: Timeline = TIMELINE, lang: str = "en") -> HistoryView:
    return history_view(timeline, Words("en" if lang == "en" else "zh"))


def test_a_moment_has_its_time_its_node_and_the_line_that_proves_it():
    (moment,) = view().moments
    assert (moment.day, moment.time, moment.node, moment.kind_word) == ("2026-07-03", "08:31:02", "worker-1", "kernel")
    assert (moment.place, moment.quote) == ("worker-1 kernel_log:12", PLACE.text[0])
    assert (moment.says, moment.repeats, moment.volumes) == (SAYS.en, "", ("pvc-1",))


def test_the_other_language_is_said_throughout():
    history = view(lang="zh")
    assert (history.moments[0].says, history.moments[0].kind_word, history.story[0].says) == (
        SAYS.zh,
        "内核",
        "开始了。",
    )


def test_a_line_of_the_story_leads_to_its_moments():
    history = view()
    assert history.story[0].moments == (history.moments[0].anchor,)


def test_a_moment_that_was_left_out_is_not_led_to():
    assert view(replace(TIMELINE, moments=())).story[0].moments == ()


@pytest.mark.parametrize(
    ("until", "times", "repeats"),
    [
        (None, 4, "4 times"),
        (AT + timedelta(minutes=5), 4, "4 times until 08:36:02"),
        (AT + timedelta(days=1), 4, "4 times until 2026-07-04 08:31:02"),
        (AT + timedelta(minutes=5), 1, "until 08:36:02"),
    ],
)
def test_repeats_are_told(until: datetime | None, times: int, repeats: str):
    assert view(Timeline((replace(MOMENT, until=until, times=times),))).moments[0].repeats == repeats


def test_a_time_that_may_be_off_is_marked_and_the_mark_explained():
    history = view(Timeline((replace(MOMENT, certain=False),)))
    assert history.moments[0].time == "~08:31:02"
    assert any("~" in note for note in history.notes)


def test_a_clock_that_was_corrected_is_named():
    (note,) = view(replace(TIMELINE, set_right=(("worker-2", -720),))).notes[1:]
    assert note == "Corrected for this: the clock of worker-2 (12 min behind)."


def test_what_the_collecting_may_have_done_is_explained():
    (note,) = view(Timeline((replace(MOMENT, of_collecting=True),))).notes[1:]
    assert note.startswith("Collecting reads disks")


def test_what_was_left_out_is_counted():
    assert view(replace(TIMELINE, left_out=3)).left_out.startswith("3 moments ")
    assert view().left_out == ""


def test_what_could_not_be_told_is_said():
    (note,) = view(Timeline(failed=("n1: KeyError: 'x'",))).notes
    assert "KeyError" in note


def test_the_cluster_is_called_so():
    assert view(Timeline((replace(MOMENT, node=""),))).moments[0].node == "the cluster"


def test_every_kind_and_tone_has_a_word():
    wanted = {f"moment_kind.{kind}" for kind in Kind} | {f"moment_tone.{tone}" for tone in Tone}
    assert wanted <= set(catalogue())


def test_nothing_of_a_stranger_steers_a_terminal():
    evil = "\x1b[2J\u202e{x}"
    says = Text(en="{v}", zh="{v}").fill(v=evil)
    moment = replace(MOMENT, node=evil, says=says, volumes=(evil,), evidence=replace(PLACE, node=evil, text=(evil,)))
    shown = str(view(Timeline((moment,), 0, Story((replace(SENTENCE, says=says, nodes=(evil,)),)), ((evil, 700),))))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "{x}" in shown


def test_the_report_has_it():
    analysis = replace(example(), timeline=TIMELINE)
    assert model.build(analysis, "en").history == view()


def test_report_json_has_it_in_both_languages():
    written = json.loads(to_json.render(replace(example(), timeline=TIMELINE)))
    (moment,) = written["timeline"]["moments"]
    assert moment["at"] == "2026-07-03T08:31:02Z"
    assert moment["says"] == {"en": SAYS.en, "zh": SAYS.zh}
    assert moment["evidence"]["first_line"] == 12
    assert [(one["says"]["zh"], one["moments"]) for one in written["story"]] == [("开始了。", [0])]


def test_very_many_clocks_that_are_off_alike_are_told_in_one_note() -> None:
    many = replace(TIMELINE, set_right=tuple((f"node-{n}", -300) for n in range(5000)))
    notes = history_view(many, Words("en")).notes
    assert sum("5 min behind" in note for note in notes) == 1
    assert "and 4992 more" in " ".join(notes)
