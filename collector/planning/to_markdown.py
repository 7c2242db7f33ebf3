"""A `Plan` -> a page for a change board: GitHub's Markdown, also good to print.

What is said is escaped, and what is typed stands in code spans and fences longer than any backtick in them.  In a table
a pipe is escaped also inside a code span (GFM, 4.10).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from collector.planning.model import ApiRead, Plan, Question
from collector.planning.sizes import limits
from collector.planning.statements import Row

MOST_IN_A_CELL = 62

_SPECIAL = re.compile(r"([\\*_\[\]<>#|~])")
_CODE = re.compile(r"(`[^`]+`)")
_BACKTICKS = re.compile(r"`+")


def to_markdown(plan: Plan) -> Iterator[str]:
    looking = [question for question in plan.questions if not question.active]
    active = [question for question in plan.questions if question.active]
    yield "# What csi-collector runs and reads"
    yield ""
    yield f"csi-collector {plan.version}: {len(plan.questions)} questions to each node, {len(plan.cluster)} API paths."
    yield "The same version prints the same page: `csi-collector plan --format markdown`."
    yield ""
    yield from _rows("In short", plan.in_short)
    for section in plan.sections:
        yield from _rows(section.title, section.rows)
    yield from _ways(plan)
    yield from _active(active, plan.left_out)
    yield "## What only looks"
    yield ""
    yield from _questions(looking)
    yield from _cluster(plan.cluster, plan.kept_of_all)
    yield from _program(plan)
    yield "## Appendix: what is long"
    yield ""
    for question in filter(_is_long, plan.questions):
        yield from _in_full(question)


def _ways(plan: Plan) -> Iterator[str]:
    yield "## The way to a node"
    yield ""
    yield words(plan.way_order)
    yield ""
    for way in plan.ways:
        yield f"### {way.kind}"
        yield ""
        yield from _fenced("\n".join(way.commands), "sh")
        if way.allowed:
            yield f"Needed of the kubeconfig's user: {', '.join(map(code, way.rights))}."
            yield ""


def _active(active: Sequence[Question], left_out: Sequence[str]) -> Iterator[str]:
    yield "## What does more than look"
    yield ""
    if left_out:
        yield f"Not run, since `--no-active`: {', '.join(map(code, left_out))}."
        yield ""
        return
    yield "Each within limits of its own, and none of them writes; `--no-active` leaves them out."
    yield ""
    yield from _questions(active)


def _questions(questions: Iterable[Question]) -> Iterator[str]:
    rows = ((code(one.name), _purpose(one), _runs(one), limits(one)) for one in questions)
    yield from _table(("probe", "purpose, and why root", "runs or reads", "limits"), rows)


def _purpose(question: Question) -> str:
    return words(question.purpose) + (f"<br>**root**: {words(question.root)}" if question.root else "")


def _runs(question: Question) -> str:
    if _is_long(question):
        kind = "a loop" if question.loop else "files" if question.files else "a command"
        return f"{kind}: [appendix](#{question.name})"
    return "<br>".join(map(code, _typed(question)))


def _typed(question: Question) -> tuple[str, ...]:
    return question.files or (shlex.join(question.command),)


def _is_long(question: Question) -> bool:
    """Too long for a column of a page on paper, where nothing scrolls."""
    return bool(question.loop) or any(len(text) > MOST_IN_A_CELL for text in _typed(question))


def _cluster(reads: Sequence[ApiRead], kept_of_all: Sequence[str]) -> Iterator[str]:
    yield "## What is read of the cluster"
    yield ""
    yield from _table(
        ("API path", "verb", "purpose"), ((code(one.path), one.verb, words(one.purpose)) for one in reads)
    )
    yield f"Of each object these fields are kept, and no other: {', '.join(map(code, kept_of_all))}, and of its kind:"
    yield ""
    kept = ((code(one.resource), " ".join(map(code, one.kept))) for one in reads if one.kept)
    yield from _table(("kind", "fields"), kept)


def _program(plan: Plan) -> Iterator[str]:
    yield "## The program"
    yield ""
    yield "All questions to a node are one program for `sh`. Without what a run adds to it (portals, shares, a salt, "
    yield "another period or time limit) its SHA-256 is:"
    yield ""
    yield from _fenced(plan.program_sha256, "text")
    no_active = "" if plan.active else " --no-active"
    yield "Read it, and compare it with what is to run:"
    yield ""
    yield from _fenced(f"csi-collector script --no-salt{no_active} | sha256sum", "sh")
    yield f"It runs with `LC_ALL=C` and `PATH={plan.search_path}`."
    yield ""


def _in_full(question: Question) -> Iterator[str]:
    yield f"### {question.name}"
    yield ""
    for text in question.loop or ("\n".join(_typed(question)),):
        yield from _fenced(text, "text" if question.files else "sh")
    if question.through:
        yield f"It goes through {', '.join(map(code, question.through))}."
        yield ""


def _rows(title: str, rows: Sequence[Row]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield from _table(("question", "answer"), ((f"**{words(row.what)}**", words(row.says)) for row in rows))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _fenced(text: str, language: str) -> Iterator[str]:
    fence = "`" * max(3, _longest(text) + 1)
    yield f"{fence}{language}"
    yield text
    yield fence
    yield ""


def words(text: str) -> str:
    """Plain words, of which those in backticks stay code."""
    return "".join(code(part[1:-1]) if _CODE.fullmatch(part) else _escaped(part) for part in _CODE.split(text))


def code(text: str) -> str:
    """A code span in a table."""
    marks = "`" * (_longest(text) + 1)
    inside = f" {text} " if text.startswith("`") or text.endswith("`") else text
    return f"{marks}{inside}{marks}".replace("|", r"\|")


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _longest(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)
