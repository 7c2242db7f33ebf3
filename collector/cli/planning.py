"""`csi-collector plan` and `script`: what would be run, told or printed."""

from __future__ import annotations

import click

from collector.cli.words import PERIOD


@click.command("plan", short_help="Print all that would be run or read, and why.")
@click.option("--active/--no-active", default=True, help="Show the active tests too.")
def plan_command(active: bool) -> None:
    """Print every command, file and API path, with its purpose.  Connects to nothing, reads nothing.

    \b
    Example:
      csi-collector plan | less
    """
    from collector.planning import plan  # noqa: PLC0415 - completion starts at once
    from collector.probes import catalogue  # noqa: PLC0415

    click.echo("\n".join(plan(catalogue(), active=active)))


@click.command("script", short_help="Print the program to run on a node by hand.")
@click.option("--active/--no-active", default=True, help="Include the active tests.")
@click.option("--since", default="72h", type=PERIOD, help="How far back logs go.")
def script_command(active: bool, since: str) -> None:
    """Print the program that `collect` runs on a node, to run it there by hand; `join` takes its output.

    \b
    Example:
      csi-collector script > collect.sh
      sh collect.sh > worker-1.part          # on worker-1, as root
      csi-collector join worker-1=worker-1.part -o case-4711.tar.gz
    """
    from collector.probes import catalogue  # noqa: PLC0415 - see plan_command
    from collector.program import new_salt, render  # noqa: PLC0415

    click.echo(render(catalogue(), active=active, since=since, salt=new_salt()), nl=False)
