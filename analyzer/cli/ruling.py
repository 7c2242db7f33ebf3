"""`rules`: what the analyzer knows."""

from __future__ import annotations

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

    wide = max(len(rule.id) for rule in all_rules())
    for rule in all_rules():
        click.echo(f"{rule.id:{wide}}  {rule.severity.value:8}  {rule.title.in_language(lang)}")


@rules.command("show")
@click.argument("rule_id", metavar="ID")
@click.option("--lang", type=click.Choice(("en", "zh")), default="en", show_default=True, help="Language.")
def show(rule_id: str, lang: Lang) -> None:
    """Print a rule's document: how we know, what is not reported, false alarms, remedy, source.

    \b
    Examples:
      csi-analyzer rules show residual-multipath-map
      csi-analyzer rules show publish-info-missing --lang zh
    """
    from analyzer.rules import all_rules  # noqa: PLC0415 - `--help` starts at once

    rule = next((rule for rule in all_rules() if rule.id == rule_id), None)
    if rule is None:
        raise UserError(f"there is no rule {rule_id!r}; `csi-analyzer rules` lists them")
    click.echo(f"{rule.id} ({rule.severity.value})\n{rule.title.in_language(lang)}\n")
    click.echo(rule.document if lang == "en" else _in_chinese(rule))


def _in_chinese(rule: Rule) -> str:
    package, _, module = rule.module.rpartition(".")
    return files(package).joinpath(f"{module}.zh.txt").read_text(encoding="utf-8").strip()
