"""`show`: a bundle's verdict in the terminal, for a ticket, or for a program."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli.errors import UserError
from analyzer.cli.opening import IDENTITY
from analyzer.cli.reporting import BUNDLE, JOBS, LANG, judge
from analyzer.texts import Lang

if TYPE_CHECKING:
    from analyzer.engine import Analysis
    from analyzer.report.following import Given
    from analyzer.report.part import Part
    from analyzer.report.views import Report

NAMES = 12  # named in an error


@click.command("show")
@click.argument("bundle", type=BUNDLE)
@click.option("--finding", metavar="FINDING", help="One finding in full: its number, its id, or a rule.")
@click.option("--node", metavar="NODE", help="Everything of one node.")
@click.option("--all", "everything", is_flag=True, help="Everything of the bundle.")
@click.option(
    "--format",
    "dress",
    type=click.Choice(("text", "md", "json")),
    default="text",
    help="For a terminal, a ticket (Markdown) or a program (as report.json).",
)
@LANG
@JOBS
@IDENTITY
def show(
    bundle: Path,
    finding: str | None,
    node: str | None,
    everything: bool,
    dress: str,
    lang: Lang,
    workers: int | None,
    identities: tuple[Path, ...],
) -> int:
    """Print a bundle's verdict on one screen.

    What is wrong, who is concerned, what there is to do, what could not be checked, and what to type next.  Exit
    codes: 0 nothing found, 1 findings.

    \b
    Examples:
      csi-analyzer show case-4711.tar.gz
      csi-analyzer show case-4711.tar.gz --finding 1
      csi-analyzer show case-4711.tar.gz --node worker-1
      csi-analyzer show case-4711.tar.gz --all --lang zh | less
      csi-analyzer show case-4711.tar.gz --format md >ticket.md
    """
    if sum((finding is not None, node is not None, everything)) > 1:
        raise UserError("--finding, --node and --all exclude each other; name one of them")
    if dress == "json" and (finding is not None or node is not None):
        raise UserError("--format json is always the whole report; leave out --finding and --node")
    from analyzer.report.following import Given  # noqa: PLC0415 - `--help` and `rules` start at once
    from analyzer.report.model import build  # noqa: PLC0415

    analysis = judge(bundle, workers, identities)
    model = build(analysis, lang)
    part = _part(analysis, model, finding, node)
    given = Given(str(bundle), tuple(map(str, identities)))
    if dress == "json":
        _as_json(analysis)
    elif dress == "md":
        _as_markdown(model, part)
    elif part is not None or everything:
        _in_full(model, part, given)
    else:
        _on_one_screen(analysis, model, given)
    return 1 if analysis.verdict.findings else 0


def _part(analysis: Analysis, model: Report, finding: str | None, node: str | None) -> Part | None:
    from analyzer.report.part import of_finding, of_node  # noqa: PLC0415 - `--help` and `rules` start at once

    if finding is not None:
        part = of_finding(analysis, model, finding)
        if part is None:
            raise UserError(f"there is no finding {finding!r}; {_numbers(len(analysis.verdict.findings))}")
        return part
    if node is not None:
        part = of_node(analysis, model, node)
        if part is None:
            raise UserError(f"there is no node {node!r}; there is {_some(one.node for one in analysis.nodes)}")
        return part
    return None


def _numbers(count: int) -> str:
    if count == 0:
        return "nothing was found in this bundle"
    return f"name it by its number, 1 to {count}, by its id, or by its rule" if count > 1 else "the only one is 1"


def _some(names: Iterable[str]) -> str:
    known = sorted(names)
    more = f" and {len(known) - NAMES} more" if len(known) > NAMES else ""
    return (", ".join(known[:NAMES]) or "none") + more


def _on_one_screen(analysis: Analysis, model: Report, given: Given) -> None:
    from analyzer.report import following  # noqa: PLC0415 - see `_part`
    from analyzer.report.terminal import overview  # noqa: PLC0415 - see `_part`

    then = following.after_overview(analysis, model, given, by_rule=overview.by_rule(model))
    overview.show(model, tuple(then), sys.stdout)


def _in_full(model: Report, part: Part | None, given: Given) -> None:
    from analyzer.report import following  # noqa: PLC0415 - see `_part`
    from analyzer.report.terminal import details  # noqa: PLC0415 - see `_part`

    then = tuple(following.after_details(part.report if part else model, given))
    if part is None:
        details.show_all(model, then, sys.stdout)
    else:
        details.show_part(part, then, sys.stdout)


def _as_markdown(model: Report, part: Part | None) -> None:
    from analyzer.report import to_markdown  # noqa: PLC0415 - see `_part`

    click.echo(to_markdown.render(model) if part is None else to_markdown.render_part(part), nl=False)


def _as_json(analysis: Analysis) -> None:
    from analyzer.report import to_json  # noqa: PLC0415 - see `_part`

    sys.stdout.buffer.write(to_json.render(analysis))
    sys.stdout.buffer.flush()
