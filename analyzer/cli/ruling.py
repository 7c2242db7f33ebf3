"""`rules`: what the analyzer knows."""

from __future__ import annotations

import click

from analyzer.cli.errors import UserError


@click.group("rules", invoke_without_command=True)
@click.pass_context
def rules(context: click.Context) -> None:
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
        click.echo(f"{rule.id:{wide}}  {rule.severity.value:8}  {rule.title.en}")


@rules.command("show")
@click.argument("rule_id", metavar="ID")
def show(rule_id: str) -> None:
    """Print a rule's document: how we know, what is not reported, false alarms, source.

    \b
    Example:
      csi-analyzer rules show residual-multipath-map
    """
    from analyzer.rules import all_rules  # noqa: PLC0415 - `--help` starts at once

    rule = next((rule for rule in all_rules() if rule.id == rule_id), None)
    if rule is None:
        raise UserError(f"there is no rule {rule_id!r}; `csi-analyzer rules` lists them")
    click.echo(f"{rule.id} ({rule.severity.value})\n{rule.title.en} / {rule.title.zh}\n")
    click.echo(rule.document)
