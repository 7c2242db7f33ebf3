"""A page of a terminal: what is wrapped, what is not, and nothing from a bundle steers it."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from analyzer.report.terminal.page import Page
from analyzer.report.terminal.wrapping import Column, in_the_middle, paragraphs, wrapped

WWID = "3618cf24100f8f457015a764c000001f7"
TABLE = (Column("#"), Column("Node", least=8), Column("Subject", least=9, shortened=True))


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(columns: str, monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, ...]]) -> list[str]:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("NO_COLOR", "1")
    out = Tty()
    Page(out, "en").table(TABLE, rows)
    return out.getvalue().splitlines()


def test_chinese_is_broken_anywhere_but_before_closing_punctuation() -> None:
    lines = [line.plain for line in wrapped(Text("阵列已取消映射，主机 mpathb 不知情。"), 14)]
    assert lines == ["阵列已取消映", "射，主机", "mpathb 不知", "情。"]


@given(st.text("ab阵，。 （）\n", max_size=60), st.integers(4, 30))
def test_wrapping_loses_nothing_but_blanks_and_fits(text: str, width: int) -> None:
    lines = [line.plain for line in wrapped(Text(text), width)]
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert max(map(cell_len, lines), default=0) <= width


@pytest.mark.parametrize("width", range(3, 40))
def test_an_identity_keeps_both_its_ends(width: int) -> None:
    short = in_the_middle(WWID, width)
    assert cell_len(short) <= width
    assert (WWID[0], WWID[-1]) == (short[0], short[-1])


def test_a_shortened_chinese_name_fits_too() -> None:
    assert cell_len(in_the_middle("节点" * 20, 9)) <= 9


def test_a_table_shortens_what_may_be_before_it_wraps_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("1", "worker-1", WWID)]
    assert written("80", monkeypatch, rows)[1] == f"1  worker-1  {WWID}"
    assert written("24", monkeypatch, rows)[1] == "1  worker-1  3618c…001f7"


def test_a_table_too_wide_for_the_terminal_is_stacked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written("16", monkeypatch, [("1", "worker-1", WWID)]) == ["1", "  worker-1", "  3618cf2…0001f7"]


def test_a_line_never_ends_in_blanks() -> None:
    out = io.StringIO()
    Page(out, "en").table(TABLE, [("1", "", ""), ("2", "worker-1", "x")])
    assert [line for line in out.getvalue().splitlines() if line != line.rstrip()] == []


def test_a_command_is_never_broken() -> None:
    out = io.StringIO()
    Page(out, "en").exactly(f"multipath -f {WWID} {WWID} {WWID}", indent=4)
    assert out.getvalue() == f"    multipath -f {WWID} {WWID} {WWID}\n"


def test_colours_are_sent_to_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    for out, coloured in ((Tty(), True), (io.StringIO(), False)):
        Page(out, "en").say(("x", "red"))
        assert ("\x1b[" in out.getvalue()) is coloured


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Tty()
    Page(out, "en").say(("x", "red"))
    assert not re.search(r"\x1b\[3\d", out.getvalue())


def test_a_document_is_put_together_by_its_indent() -> None:
    document = "One\nsentence.\n\nHow\n    说明，\n    再说明\n    x\nNext\n"
    assert list(paragraphs(document)) == [(0, "One sentence."), (0, ""), (0, "How"), (4, "说明，再说明 x"), (0, "Next")]
