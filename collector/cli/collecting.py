"""`csi-collector collect`: ask every node and the cluster once."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import click

from bundle.new_file import whole_path
from collector.cli.kinds import ENCRYPT, FILE, JSON, NODE_BYTES, NODE_PROGRAM, PERIOD, named_targets
from collector.cli.revealing import map_wanted, remind_of_map
from collector.cli.words import new_bundle, refuse_targets, root_by, tell, written
from collector.node_program.limits import Limits

VIAS = ("auto", "ssh", "kubectl", "debug")


@click.command("collect")
@click.option("--local", is_flag=True, help="This machine, without SSH.")
@click.option("--kubeconfig", type=FILE, help="Ask the cluster, through kubectl; it also names the nodes.")
@click.option("--context", help="The kubeconfig's context, if not its current one.")
@click.option("--nodes", "nodes_file", type=FILE, help="The nodes, one a line: name [address[:port]] [user=U].")
@click.option("--driver-name", default="csi.huawei.com", help="The CSI driver's name.")
@click.option("-o", "--output", type=FILE, help="The bundle.  [default: csi-bundle-TIME.tar.gz]")
@click.option("--force", is_flag=True, help="Replace the bundle if it exists.")
@click.option("--resume", type=FILE, help="Go on with this bundle, or with what a killed run left of it.")
@ENCRYPT
@click.option("--anonymize", is_flag=True, help="Replace all names; the map of them stays with you.")
@click.option("--map", "map_file", type=FILE, help="The map of names, with --anonymize.  [default: OUTPUT.map.json]")
@JSON
@click.option("--via", type=click.Choice(VIAS), default="auto", help="The way to the nodes, as told above.")
@click.option("--debug-image", help="Image with sh and nsenter for `kubectl debug`, where the driver's pod is down.")
@click.option("--user", help="Log in as this user.")
@click.option("--port", type=click.IntRange(1, 65535), help="SSH port.")
@click.option("--identity", type=FILE, help="SSH private key.")
@click.option("--known-hosts", type=FILE, help="Accepted host keys, in place of ~/.ssh/known_hosts.")
@click.option("--ssh-config", type=FILE, help="SSH configuration, in place of ~/.ssh/config.")
@click.option("--sudo", is_flag=True, help="Run as root on the nodes, by sudo.")
@click.option("--ask-sudo-password", is_flag=True, help="Ask once for sudo's password; implies --sudo.")
@click.option("--sudo-password-file", type=FILE, help="Read sudo's password from a file; implies --sudo.")
@click.option(
    "--node-program", type=NODE_PROGRAM, help="Start this program, installed on the nodes, by sudo; send none."
)
@click.option(
    "--active/--no-active", default=True, help="Also run the timed NFS mount, portal checks and direct reads."
)
@named_targets
@click.option("--since", default="72h", type=PERIOD, help="How far back logs go.")
@click.option("--node-bytes", default="256MiB", type=NODE_BYTES, help="How much a node may send; logs give way first.")
@click.option("--jobs", default=16, type=click.IntRange(1, 256), help="Nodes asked at once.")
@click.option("--node-timeout", default=300.0, type=click.FloatRange(5, 7200), help="Seconds each node may take.")
@click.option("--deadline", type=PERIOD, help="How long all of it may take, as 20min.  [default: no limit]")
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
    node_program: str | None,
    via: str,
    debug_image: str | None,
    active: bool,
    portals: tuple[str, ...],
    shares: tuple[str, ...],
    since: str,
    jobs: int,
    node_timeout: float,
    node_bytes: int,
    deadline: str | None,
    resume: Path | None,
    driver_name: str,
    encrypt_to: tuple[str, ...],
    as_json: bool,
) -> None:
    """Ask every node and the cluster once, and write one bundle.

    Nodes come from --nodes, else from the cluster; --local asks this machine, alone or beside the nodes of --nodes.
    --resume, beside the same words as before, asks the nodes that are missing or partial, and the cluster.

    Each node is asked over the first way that answers.  --via auto: SSH first where --nodes or an SSH option is given,
    else `kubectl exec` into the driver's pod first; the other one next; then `kubectl debug`, if --debug-image names an
    image.  ssh: nothing else.  kubectl: the same without SSH.  debug: `kubectl debug` only.

    \b
    Examples:
      csi-collector collect --local
      csi-collector collect --kubeconfig ~/.kube/config --user admin --sudo -o case-4711.tar.gz
      csi-collector collect --kubeconfig ~/.kube/config --via kubectl --debug-image registry.example.com/busybox:1.36
      csi-collector collect --nodes nodes.txt --ssh-config ./ssh_config --no-active
      csi-collector collect --nodes nodes.txt --nfs-share 192.0.2.30:/pvc_1 --portal 192.0.2.10:3260
      csi-collector collect --kubeconfig ~/.kube/config --encrypt-to support.age.pub --json
      csi-collector collect --kubeconfig ~/.kube/config --user admin --sudo --resume case-4711.tar.gz
      csi-collector collect --kubeconfig ~/.kube/config --anonymize -o case-4711.tar.gz
    """
    if not (local or kubeconfig or nodes_file):
        raise click.UsageError("say whom to ask: --local, --kubeconfig FILE or --nodes FILE.")
    if context and not kubeconfig:
        raise click.UsageError("--context chooses inside a kubeconfig: give --kubeconfig FILE too.")
    if node_program and (portals or shares or not active):
        raise click.UsageError("what --node-program tests was decided when `script` wrote it: say that there.")
    refuse_targets(active, portals + shares)
    if node_program and via in ("kubectl", "debug"):
        raise click.UsageError("--node-program is started over SSH or on this machine: leave --via out.")
    if via in ("kubectl", "debug") and not kubeconfig:
        raise click.UsageError(f"--via {via} goes through the cluster: give --kubeconfig FILE too.")
    if via == "debug" and not debug_image:
        raise click.UsageError("--via debug makes a pod on each node: say of which image with --debug-image IMAGE.")
    if resume and anonymize:
        raise click.UsageError("go on with the run first, then make it anonymous: `csi-collector anonymize BUNDLE`.")
    replaced = whole_path(resume) or resume if resume else None
    may_replace = force or (replaced is not None and output in (None, replaced))
    path = new_bundle(output or replaced, force=may_replace, encrypted=bool(encrypt_to))
    where = map_wanted(path, anonymize, map_file)
    root = root_by(sudo=sudo, ask=ask_sudo_password, file=sudo_password_file, program=node_program)

    # `plan`, `script` and a mistaken word need neither SSH nor a display, and are answered at once
    from bundle.encrypting import recipients_of  # noqa: PLC0415
    from collector import progress  # noqa: PLC0415
    from collector.collecting import collect  # noqa: PLC0415
    from collector.to_json import of_bundle  # noqa: PLC0415
    from collector.wishes import Via, Wishes  # noqa: PLC0415

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
        sudo=root,
        active=active,
        portals=portals,
        shares=shares,
        since=since,
        jobs=jobs,
        node_timeout_s=node_timeout,
        limits=Limits(sent_bytes=node_bytes),
        deadline=deadline or "",
        resume=resume,
        driver_name=driver_name,
        via=Via(via),
        debug_image=debug_image,
        recipients=recipients_of(encrypt_to),
        map_file=where,
    )
    console = progress.error_console()
    collected = collect(wishes, console)
    console.print(
        progress.closing_table(collected.results, collected.left_out, why=collected.why, before=collected.before)
    )
    at = written(path, collected.sha256, encrypted=bool(encrypt_to), map_file=where)
    told = of_bundle(
        at, collected.results, whole=collected.whole, not_asked=collected.left_out, cluster=collected.cluster
    )
    tell(told, as_json=as_json)
    if where:
        remind_of_map(where, collected.kept)
    sys.exit(0 if collected.whole else 1)
