"""`show`: the same verdict in 80 columns, plain without a terminal, and nothing from a bundle steers it."""

from __future__ import annotations

import io
import re

import pytest
from rich.cells import cell_len

from analyzer.report import terminal
from analyzer.report.model import build
from analyzer.texts import Lang
from tests.analyzer.report.example import example
from tests.analyzer.report.hostile import with_every_value


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(analysis=None, lang: Lang = "en", out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    terminal.show(build(analysis or example(), lang), out)
    return out.getvalue()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_sentences_fit_into_80_columns_and_commands_stay_whole(lang: Lang) -> None:
    lines = shown(lang=lang).splitlines()
    assert "     multipath -f 3618cf24100f8f457015a764c000001f7" in lines
    assert max(cell_len(line) for line in lines) <= 80
    assert not [line for line in lines if line != line.rstrip()]


def test_the_verdict_comes_first() -> None:
    first, *_ = shown().split("\n\n")
    assert first.startswith("LUN id reused on worker-d\nIts LUN id was given to volume ")
    assert "\nAlso found  Residual multipath map: 2 on worker-a" in first


def test_without_a_terminal_there_are_no_colours() -> None:
    assert "\x1b" not in shown()


def test_on_a_terminal_only_our_own_colours_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    written = shown(with_every_value("\x1b]0;owned\x07\x9b2J\r\u202e[red]x[/red]"), out=Tty())
    assert "\x1b[" in written
    rest = re.sub(r"\x1b\[[0-9;]*m", "", written)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", rest)
    assert "[red]x[/red]" in rest
