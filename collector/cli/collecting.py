"""`csi-collector collect`: ask every node and the cluster once."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import click

from collector.cli.revealing import map_wanted, tell_map
from collector.cli.words import FILE, PERIOD, new_bundle, sudo_of, tell


@click.command("collect")
@click.option("--local", is_flag=True, help="This machine, without SSH.")
@click.option("--kubeconfig", type=FILE, help="Ask the cluster, through kubectl; it also names the nodes.")
@click.option("--context", help="The kubeconfig's context, if not its current one.")
@click.option("--nodes", "nodes_file", type=FILE, help="The nodes, one a line: name [address[:port]] [user=U].")
@click.option("-o", "--output", type=FILE, help="The bundle.  [default: csi-bundle-TIME.tar.gz]")
@click.option("--force", is_flag=True, help="Replace the bundle if it exists.")
@click.option("--anonymize", is_flag=True, help="Replace all names; the map of them stays with you.")
@click.option("--map", "map_file", type=FILE, help="The map of names, with --anonymize.  [default: OUTPUT.map.json]")
@click.option("--user", help="Log in as this user.")
@click.option("--port", type=click.IntRange(1, 65535), help="SSH port.")
@click.option("--identity", type=FILE, help="SSH private key.")
@click.option("--known-hosts", type=FILE, help="Accepted host keys, in place of ~/.ssh/known_hosts.")
@click.option("--ssh-config", type=FILE, help="SSH configuration, in place of ~/.ssh/config.")
@click.option("--sudo", is_flag=True, help="Run as root on the nodes, by sudo.")
@click.option("--ask-sudo-password", is_flag=True, help="Ask once for sudo's password; implies --sudo.")
@click.option("--sudo-password-file", type=FILE, help="Read sudo's password from a file; implies --sudo.")
@click.option(
    "--active/--no-active", default=True, help="Also run the timed NFS mount, portal checks and direct reads."
)
@click.option("--since", default="72h", type=PERIOD, help="How far back logs go.")
@click.option("--jobs", default=16, type=click.IntRange(1, 256), help="Nodes asked at once.")
@click.option("--node-timeout", default=300.0, type=click.FloatRange(5, 7200), help="Seconds each node may take.")
@click.option("--driver-name", default="csi.huawei.com", help="The CSI driver's name.")
def collect_command(
    local: bool,
    kubeconfig: Path | None,
    context: str | None,
    nodes_file: Path | None,
    output: Path | None,
    force: bool,
    anonymize: bool,
    map_file: Path | None,
    user: str | None,
    port: int | None,
    identity: Path | None,
    known_hosts: Path | None,
    ssh_config: Path | None,
    sudo: bool,
    ask_sudo_password: bool,
    sudo_password_file: Path | None,
    active: bool,
    since: str,
    jobs: int,
    node_timeout: float,
    driver_name: str,
) -> None:
    """Ask every node and the cluster once, and write one bundle.

    Nodes come from --nodes, else from the cluster; --local asks this machine, alone or beside the nodes of --nodes.

    \b
    Examples:
      csi-collector collect --local
      csi-collector collect --kubeconfig ~/.kube/config --user admin --sudo -o case-4711.tar.gz
      csi-collector collect --nodes nodes.txt --ssh-config ./ssh_config --no-active
      csi-collector collect --kubeconfig ~/.kube/config --anonymize -o case-4711.tar.gz
    """
    if not (local or kubeconfig or nodes_file):
        raise click.UsageError("say whom to ask: --local, --kubeconfig FILE or --nodes FILE.")
    if context and not kubeconfig:
        raise click.UsageError("--context chooses inside a kubeconfig: give --kubeconfig FILE too.")
    path = new_bundle(output, force=force)
    where = map_wanted(path, anonymize, map_file)
    sudo_given = sudo_of(wanted=sudo, ask=ask_sudo_password, file=sudo_password_file)

    # `plan`, `script` and a mistaken word need neither SSH nor a display, and are answered at once
    from collector import progress  # noqa: PLC0415
    from collector.collecting import collect  # noqa: PLC0415
    from collector.wishes import Wishes  # noqa: PLC0415

    wishes = Wishes(
        output=path,
        tool_version=version("csi-triage"),
        local=local,
        kubeconfig=kubeconfig,
        context=context,
        nodes_file=nodes_file,
        user=user,
        port=port,
        identity=identity,
        known_hosts=known_hosts,
        ssh_config=ssh_config,
        sudo=sudo_given,
        active=active,
        since=since,
        jobs=jobs,
        node_timeout_s=node_timeout,
        driver_name=driver_name,
        map_file=where,
    )
    console = progress.error_console()
    collected = collect(wishes, console)
    console.print(progress.closing_table(collected.results, collected.left_out))
    tell(wishes.output, collected.sha256)
    if where:
        tell_map(where, collected.kept)
    sys.exit(0 if collected.whole else 1)
