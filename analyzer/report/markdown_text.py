"""Text into Markdown, so that it stays text: on GitHub, GitLab, Jira, and whatever else renders CommonMark.

Input    printable text, of a bundle or of ours; words in `ticks` are commands.
Output   `inline` one line for a paragraph or a list; `cell` the same for a table; `summary` for an HTML element;
         `fenced` lines as they are.
Safety   none of them can start an element, end a fence or a table, name a person, refer to an issue, link, run a quick
         action or hold HTML.
Source   CommonMark 0.31 (backslash escapes, code spans, fences); GitHub Flavored Markdown (tables, autolinks); what
         the forges make of finished text: @person, #1, !1, owner/name#1, :emoji:, $math$, `/close` at the start of a
         line.  There a backslash is gone already, but code is left alone: so such a word becomes code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

_TICKS = re.compile(r"`([^`\n]{1,300})`")
_WORD = re.compile(r"[!-_a-~]+")  # no blank, and no tick: code spans of one tick may stand side by side
_AROUND = "()[]\"'.,;:"  # left outside of the code
# a word that a forge acts upon, or that is read more easily as code: a path, a WWID, the_name_of_an_option
_ACTS = re.compile(r"@|[#!$%^~&]\w|://|www\.|:\w[\w+-]*:|^/|\bGH-\d|^[0-9a-f-]{7,}$|[a-z]_[a-z]", re.IGNORECASE)
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#&~$^])")
_AT_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[=+-]))")


def inline(text: str) -> str:
    """One line; ticks are kept, everything else means itself."""
    line = " ".join(text.split())
    parts, end = [], 0
    for tick in _TICKS.finditer(line):
        parts += [_words(line[end : tick.start()]), code(tick[1])]
        end = tick.end()
    return _AT_START.sub(r"\1\\", "".join((*parts, _words(line[end:]))))


def cell(text: str) -> str:
    """In a table a bar ends a cell, also inside of code."""
    return inline(text).replace("|", "\\|")


def code(text: str) -> str:
    """A code span, in more ticks than it holds."""
    line = " ".join(text.split())
    ticks = "`" * (_longest(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def summary(text: str) -> str:
    """What stands in `<summary>`: HTML, on one line."""
    return f"<code>{html.escape(' '.join(text.split()))}</code>"


def fenced(lines: Iterable[str], language: str = "text") -> str:
    """A block whose fence is longer than any run of ticks inside."""
    body = [part for line in lines for part in line.split("\n")]
    fence = "`" * max(3, max(map(_longest, body), default=0) + 1)
    return "\n".join((f"{fence}{language}", *body, fence))


def _longest(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


def _words(text: str) -> str:
    parts, end = [], 0
    for word in _WORD.finditer(text):
        parts += [_escaped(text[end : word.start()]), _word(word[0])]
        end = word.end()
    return "".join((*parts, _escaped(text[end:])))


def _word(word: str) -> str:
    name = next((name for name in (word.strip(_AROUND), word) if _ACTS.search(name)), "")
    if not name:
        return _escaped(word)
    before, _, after = word.partition(name)
    return f"{_escaped(before)}{code(name)}{_escaped(after)}"


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
