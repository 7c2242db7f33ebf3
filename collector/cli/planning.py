"""`csi-collector plan` and `script`: what would be run, told or printed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import click

from collector.cli.words import FILE, NODE_PROGRAM, PERIOD, KubernetesName, NodeProgram, SudoersUser, program_in
from collector.planning.model import Plan, plan_of
from collector.planning.to_json import to_json
from collector.planning.to_markdown import to_markdown
from collector.planning.to_rbac import to_rbac
from collector.planning.to_sudoers import to_sudoers
from collector.planning.to_text import to_text
from collector.probes import catalogue
from collector.program import new_salt, render

FORMATS = ("text", "markdown", "json")


@click.command("plan", short_help="Print all that would be run or read, and why.")
@click.option("--active/--no-active", default=True, help="Show the active tests too.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="markdown: a page for a board.")
@click.option("--rbac", is_flag=True, help="The least rights in the cluster, as a manifest.")
@click.option("--namespace", type=KubernetesName(), default="huawei-csi", help="--rbac: where the driver runs.")
@click.option(
    "--configmap", "configmaps", type=KubernetesName(), multiple=True, help="--rbac: a backend's; others are refused."
)
@click.option("--sudoers", type=FILE, metavar="FILE", help="The sudoers lines for this program, made by `script`.")
@click.option("--user", type=SudoersUser(), help="--sudoers: who logs in to the nodes.")
@click.option("--node-program", type=NodeProgram(), default=NODE_PROGRAM, help="--sudoers: where it will lie.")
def plan_command(
    active: bool,
    form: str,
    rbac: bool,
    namespace: str,
    configmaps: tuple[str, ...],
    sudoers: Path | None,
    user: str | None,
    node_program: str,
) -> None:
    """Print every command, file and API path, with its purpose.  Connects to nothing, and runs nothing.

    \b
    Examples:
      csi-collector plan | less
      csi-collector plan --format markdown > for-the-board.md
      csi-collector plan --rbac > rbac.yaml
      csi-collector plan --sudoers csi-triage-collect --user admin > csi-triage.sudoers
    """
    if rbac and sudoers:
        raise click.UsageError("--rbac and --sudoers are two files: ask for one after the other.")
    plan = plan_of(catalogue(), version=version("csi-triage"), active=active)
    if rbac:
        lines: Iterable[str] = to_rbac(plan.cluster, namespace=namespace, configmaps=configmaps)
    elif sudoers:
        lines = _sudoers(sudoers, user, node_program)
    else:
        lines = _page(plan, form)
    click.echo("\n".join(lines))


def _page(plan: Plan, form: str) -> Iterable[str]:
    if form == "json":
        return (to_json(plan),)
    return to_markdown(plan) if form == "markdown" else to_text(plan)


def _sudoers(file: Path, user: str | None, path: str) -> Iterable[str]:
    if not user:
        raise click.UsageError("say who logs in to the nodes: --user NAME, or %GROUP.")
    return to_sudoers(program_in(file), file_name=file.name, user=user, path=path)


@click.command("script", short_help="Print the program to run on a node by hand.")
@click.option("--active/--no-active", default=True, help="Include the active tests.")
@click.option("--since", default="72h", type=PERIOD, help="How far back logs go.")
@click.option("--salt/--no-salt", default=True, help="--no-salt: always the same, to compare it; not to collect with.")
def script_command(active: bool, since: str, salt: bool) -> None:
    """Print the program that `collect` runs on a node, to run it there by hand; `join` takes its output.

    \b
    Example:
      csi-collector script > collect.sh
      sh collect.sh > worker-1.part          # on worker-1, as root
      csi-collector join worker-1=worker-1.part -o case-4711.tar.gz
    """
    click.echo(render(catalogue(), active=active, since=since, salt=new_salt() if salt else ""), nl=False)
