"""A `Plan` -> lines of text for a terminal of 80 columns; commands and loops stand as they are."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterator

from collector.planning.model import Plan, Question
from collector.planning.sizes import limits
from collector.planning.statements import Section

COLUMNS = 80
INDENT = "      "


def to_text(plan: Plan) -> Iterator[str]:
    yield f"What csi-collector {plan.version} runs and reads."
    yield ""
    yield from _rows(Section("In short", plan.in_short))
    for section in plan.sections:
        yield from _rows(section)
    yield from _ways(plan)
    yield "Asked of each node, with LC_ALL=C and this PATH:"
    yield f"  {plan.search_path}"
    yield ""
    for question in plan.questions:
        yield from _question(question)
    if plan.left_out:
        yield f"Not run, since --no-active: {' '.join(plan.left_out)}"
        yield ""
    yield "Asked of the cluster, through the kubectl on this machine (with --kubeconfig):"
    yield ""
    yield from _wrapped("kept", f"of every object: {' '.join(plan.kept_of_all)}")
    yield ""
    for read in plan.cluster:
        yield f"  kubectl get --raw {shlex.quote(read.path)}"
        yield from _wrapped("purpose", read.purpose)
        yield from _wrapped("kept", " ".join(read.kept)) if read.kept else ()
        yield ""
    yield "sha256 of the program, without portals, shares and salt"
    yield "(the same as of `csi-collector script --no-salt`):"
    yield f"  {plan.program_sha256}"


def _rows(section: Section) -> Iterator[str]:
    yield section.title
    for row in section.rows:
        yield from textwrap.wrap(
            row.says, COLUMNS, initial_indent=f"  {row.what:<18}", subsequent_indent=" " * 20, break_on_hyphens=False
        )
    yield ""


def _ways(plan: Plan) -> Iterator[str]:
    yield "The way to a node, unless --via names one"
    yield from textwrap.wrap(plan.way_order, COLUMNS, initial_indent="  ", subsequent_indent="  ")
    yield ""
    for way in plan.ways:
        yield f"  {way.kind}"
        yield from (f"{INDENT}command  {command}" for command in way.commands)
        yield from _wrapped("rights", ", ".join(way.rights)) if way.allowed else ()
        yield ""


def _question(question: Question) -> Iterator[str]:
    yield f"  {question.name}{'  [active: --no-active leaves it out]' if question.active else ''}"
    yield from _wrapped("purpose", question.purpose)
    for pattern in question.files:
        yield f"{INDENT}file     {pattern}"
    if question.command:
        yield f"{INDENT}command  {shlex.join(question.command)}"
    if question.loop:
        yield f"{INDENT}command  sh -c, this loop:"
        yield from (f"{INDENT}  | {line}" for text in question.loop for line in text.splitlines())
    if question.through:
        yield from _wrapped("through", " ".join(question.through))
    if question.root:
        yield from _wrapped("root", question.root)
    yield f"{INDENT}limit    {limits(question)}"
    yield ""


def _wrapped(what: str, says: str) -> list[str]:
    begins, goes_on = f"{INDENT}{what:<9}", f"{INDENT}{'':9}"
    return textwrap.wrap(
        says, COLUMNS, initial_indent=begins, subsequent_indent=goes_on, break_on_hyphens=False, break_long_words=False
    )
