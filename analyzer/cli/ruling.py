"""`rules`: what the analyzer knows."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.resources import files
from typing import TYPE_CHECKING

import click

from analyzer.cli.errors import UserError
from analyzer.texts import Lang

if TYPE_CHECKING:
    from analyzer.rules import Rule


@click.group("rules", invoke_without_command=True)
@click.option("--lang", type=click.Choice(("en", "zh")), default="en", show_default=True, help="Language.")
@click.pass_context
def rules(context: click.Context, lang: Lang) -> None:
    """List the rules; `rules show ID` prints how a rule knows.

    \b
    Examples:
      csi-analyzer rules
      csi-analyzer rules show residual-multipath-map
    """
    if context.invoked_subcommand is not None:
        return
    from analyzer.rules import all_rules  # noqa: PLC0415 - `--help` starts at once

    if sys.stdout.isatty():
        _table(all_rules(), lang)
        return
    wide = max(len(rule.id) for rule in all_rules())
    for rule in all_rules():
        click.echo(f"{rule.id:{wide}}  {rule.severity.value:8}  {rule.title.in_language(lang)}")


def _table(known: Iterable[Rule], lang: Lang) -> None:
    """As wide as the terminal; a pipe gets a line for each instead."""
    from analyzer.report.terminal.page import TONES, Page  # noqa: PLC0415 - see `rules`
    from analyzer.report.terminal.wrapping import Column  # noqa: PLC0415

    page = Page(sys.stdout, lang)
    say = page.words.say
    columns = (Column(say("proof.rule")), Column(say("overview.severity")), Column(say("cleared.problem"), least=24))
    rows = [
        (rule.id, (say(f"severity.{rule.severity}"), TONES[rule.severity]), rule.title.in_language(lang))
        for rule in known
    ]
    page.table(columns, rows)


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@click.option("--lang", type=click.Choice(("en", "zh")), default="en", show_default=True, help="Language.")
def show(rule_id: str, lang: Lang) -> None:
    """Print how a rule knows.

    Also what it does not report, its false alarms, its remedy, and its source.

    \b
    Examples:
      csi-analyzer rules show residual-multipath-map
      csi-analyzer rules show publish-info-missing --lang zh
    """
    from analyzer.rules import all_rules  # noqa: PLC0415 - `--help` starts at once

    rule = next((rule for rule in all_rules() if rule.id == rule_id), None)
    if rule is None:
        raise UserError(f"there is no rule {rule_id!r}; `csi-analyzer rules` lists them")
    _document(rule, rule.document if lang == "en" else _in_chinese(rule), lang)


def _document(rule: Rule, document: str, lang: Lang) -> None:
    from analyzer.report.terminal.page import Page  # noqa: PLC0415 - see `rules`
    from analyzer.report.terminal.wrapping import paragraphs  # noqa: PLC0415

    page = Page(sys.stdout, lang)
    say = page.words.say
    level, title = say(f"severity.{rule.severity}"), rule.title.in_language(lang)
    page.say((say("overview.headline", level=level, headline=title), "bold"))
    page.say(rule.id)
    page.blank()
    summary, *sections = paragraphs(document)
    page.say(summary[1])
    for indent, text in sections:
        page.say((text, "" if indent else "bold"), indent=indent)


def _in_chinese(rule: Rule) -> str:
    package, _, module = rule.module.rpartition(".")
    return files(package).joinpath(f"{module}.zh.txt").read_text(encoding="utf-8").strip()
