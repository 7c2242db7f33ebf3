"""`csi-collector plan` and `script`: what would be run, told or printed."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

import click

from collector.cli.kinds import (
    DEFAULT_PROGRAM,
    FILE,
    KUBERNETES_NAME,
    NODE_BYTES,
    NODE_PROGRAM,
    PERIOD,
    SUDOERS_USER,
    named_targets,
)
from collector.cli.words import program_in, refuse_targets


@click.command("plan", short_help="Print all that would be run or read, and why.")
@click.option("--active/--no-active", default=True, help="Show the active tests too.")
@click.option("--format", "form", type=click.Choice(("text", "markdown", "json")), default="text", help="Of the page.")
@click.option("--rbac", is_flag=True, help="The least rights in the cluster, as a manifest.")
@click.option("--namespace", type=KUBERNETES_NAME, default="huawei-csi", help="--rbac: where the driver runs.")
@click.option("--configmap", "configmaps", type=KUBERNETES_NAME, multiple=True, help="--rbac: this backend's only.")
@click.option("--via", type=click.Choice(("kubectl", "debug")), help="--rbac: also what this way to the nodes needs.")
@click.option("--sudoers", type=FILE, metavar="FILE", help="The sudoers lines for this program, made by `script`.")
@click.option("--user", type=SUDOERS_USER, help="--sudoers: who logs in to the nodes.")
@click.option("--node-program", type=NODE_PROGRAM, default=DEFAULT_PROGRAM, help="--sudoers: where it will lie.")
def plan_command(
    active: bool,
    form: str,
    rbac: bool,
    namespace: str,
    configmaps: tuple[str, ...],
    via: str | None,
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
      csi-collector plan --sudoers csi-triage-collect --user admin
    """
    if rbac and sudoers:
        raise click.UsageError("--rbac and --sudoers are two files: ask for one after the other.")
    if sudoers:
        lines = _sudoers(sudoers, user, node_program)
    elif rbac:
        lines = _rbac(namespace, configmaps, via)
    else:
        lines = _page(form, active)
    click.echo("\n".join(lines))


def _page(form: str, active: bool) -> Iterable[str]:
    from collector.planning.model import plan_of  # noqa: PLC0415 - see collect_command
    from collector.planning.to_json import to_json  # noqa: PLC0415
    from collector.planning.to_markdown import to_markdown  # noqa: PLC0415
    from collector.planning.to_text import to_text  # noqa: PLC0415
    from collector.probes import catalogue  # noqa: PLC0415

    plan = plan_of(catalogue(), version=version("csi-triage"), active=active)
    if form == "json":
        return (to_json(plan),)
    return to_markdown(plan) if form == "markdown" else to_text(plan)


def _rbac(namespace: str, configmaps: tuple[str, ...], via: str | None) -> Iterable[str]:
    from collector.planning.model import api_reads  # noqa: PLC0415 - see collect_command
    from collector.planning.to_rbac import to_rbac  # noqa: PLC0415
    from collector.ways import ways_by  # noqa: PLC0415

    ways = ways_by(via) if via else ()
    return to_rbac(tuple(api_reads()), namespace=namespace, configmaps=configmaps, ways=ways)


def _sudoers(file: Path, user: str | None, path: str) -> Iterable[str]:
    from collector.planning.to_sudoers import to_sudoers  # noqa: PLC0415 - see collect_command

    if not user:
        raise click.UsageError("say who logs in to the nodes: --user NAME, or %GROUP.")
    return to_sudoers(program_in(file), file_name=file.name, user=user, path=path)


@click.command("script", short_help="Print the program to run on a node by hand.")
@click.option("--active/--no-active", default=True, help="Include the active tests.")
@named_targets
@click.option("--since", default="72h", type=PERIOD, help="How far back logs go.")
@click.option("--node-bytes", default="256MiB", type=NODE_BYTES, help="How much a node may send; logs give way first.")
@click.option("--salt/--no-salt", default=True, help="--no-salt: always the same, to compare it; not to collect with.")
def script_command(
    active: bool, portals: tuple[str, ...], shares: tuple[str, ...], since: str, node_bytes: int, salt: bool
) -> None:
    """Print the program that `collect` runs on a node, to run it there by hand; `join` takes its output.

    Portals and shares that are named are tested beside those of the node's own sessions and mounts.

    \b
    Example:
      csi-collector script > collect.sh
      sh collect.sh > worker-1.part          # on worker-1, as root
      csi-collector join worker-1=worker-1.part -o case-4711.tar.gz
    """
    from collector.cluster.reach import Reach, Reaches  # noqa: PLC0415
    from collector.node_program.limits import Limits  # noqa: PLC0415 - see collect_command
    from collector.node_program.program import new_salt, render  # noqa: PLC0415
    from collector.probes import catalogue  # noqa: PLC0415

    refuse_targets(active, portals + shares)
    wanted = Reaches(Reach(portals, shares)).of("")
    words = render(
        catalogue(),
        active=active,
        portals=wanted.portals,
        shares=wanted.shares,
        since=since,
        salt=new_salt() if salt else "",
        limits=Limits(sent_bytes=node_bytes),
    )
    click.echo(words, nl=False)
