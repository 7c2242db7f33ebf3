"""`csi-collector`: the command line.

Results go to standard output, progress and errors to standard error.  Exit codes: 0 every target whole, 1 a bundle was
written but something is missing (`verify`: something is wrong), 2 the work could not be done: one sentence says why.
"""

from __future__ import annotations

import logging
import sys
from importlib.metadata import version
from pathlib import Path

import click

from bundle.layout import BundleError
from collector.errors import UserError
from collector.options import PERIOD, new_bundle, sudo_of
from collector.planning import plan
from collector.probes import catalogue
from collector.program import new_salt, render

FILE = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True, "max_content_width": 100})
@click.version_option(version("csi-triage"), prog_name="csi-collector")
def cli() -> None:
    """Collect the state of Kubernetes nodes and their storage, read-only, into one bundle.

    \b
    Examples:
      csi-collector plan
      csi-collector collect --kubeconfig ~/.kube/config -o case-4711.tar.gz
      csi-collector collect --local
      csi-collector verify case-4711.tar.gz
      csi-collector verify worker-1.sh --signer support.pub
    """


@cli.command("collect")
@click.option("--local", is_flag=True, help="This machine, without SSH.")
@click.option("--kubeconfig", type=FILE, help="Ask the cluster, through kubectl; it also names the nodes.")
@click.option("--context", help="The kubeconfig's context, if not its current one.")
@click.option("--nodes", "nodes_file", type=FILE, help="The nodes, one a line: name [address[:port]] [user=U].")
@click.option("-o", "--output", type=FILE, help="The bundle.  [default: csi-bundle-TIME.tar.gz]")
@click.option("--force", is_flag=True, help="Replace the bundle if it exists.")
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
@click.option("--since", default="24h", type=PERIOD, help="How far back logs go.")
@click.option("--parallel", default=16, type=click.IntRange(1, 256), help="Nodes asked at once.")
@click.option("--node-timeout", default=300.0, type=click.FloatRange(5, 7200), help="Seconds each node may take.")
@click.option("--driver-name", default="csi.huawei.com", help="The CSI driver's name.")
def collect_command(
    local: bool,
    kubeconfig: Path | None,
    context: str | None,
    nodes_file: Path | None,
    output: Path | None,
    force: bool,
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
    parallel: int,
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
    """
    if not (local or kubeconfig or nodes_file):
        raise click.UsageError("say whom to ask: --local, --kubeconfig FILE or --nodes FILE.")
    if context and not kubeconfig:
        raise click.UsageError("--context chooses inside a kubeconfig: give --kubeconfig FILE too.")
    path = new_bundle(output, force=force)
    sudo_given = sudo_of(wanted=sudo, ask=ask_sudo_password, file=sudo_password_file)

    # `plan`, `script` and a mistaken word need neither SSH nor a display, and are answered at once
    from collector import progress  # noqa: PLC0415
    from collector.collecting import Wishes, collect  # noqa: PLC0415

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
        parallel=parallel,
        node_timeout_s=node_timeout,
        driver_name=driver_name,
    )
    console = progress.error_console()
    collected = collect(wishes, console)
    console.print(progress.closing_table(collected.results, collected.left_out))
    _tell(wishes.output, collected.sha256)
    sys.exit(0 if collected.whole else 1)


@cli.command("plan", short_help="Print all that would be run or read, and why.")
@click.option("--active/--no-active", default=True, help="Show the active tests too.")
def plan_command(active: bool) -> None:
    """Print every command, file and API path, with its purpose.  Connects to nothing, reads nothing.

    \b
    Example:
      csi-collector plan | less
    """
    click.echo("\n".join(plan(catalogue(), active=active)))


@cli.command("script", short_help="Print the program to run on a node by hand.")
@click.option("--active/--no-active", default=True, help="Include the active tests.")
@click.option("--since", default="24h", type=PERIOD, help="How far back logs go.")
def script_command(active: bool, since: str) -> None:
    """Print the program that `collect` runs on a node, to run it there by hand; `join` takes its output.

    \b
    Example:
      csi-collector script > collect.sh
      sh collect.sh > worker-1.part          # on worker-1, as root
      csi-collector join worker-1=worker-1.part -o case-4711.tar.gz
    """
    click.echo(render(catalogue(), active=active, since=since, salt=new_salt()), nl=False)


@cli.command("join", short_help="Make one bundle of answers collected by hand.")
@click.argument("parts", nargs=-1, required=True, metavar="NODE=FILE...")
@click.option("-o", "--output", type=FILE, help="The bundle.  [default: csi-bundle-TIME.tar.gz]")
@click.option("--force", is_flag=True, help="Replace the bundle if it exists.")
def join_command(parts: tuple[str, ...], output: Path | None, force: bool) -> None:
    """Make one bundle of the outputs of `script`, run by hand on each node.

    \b
    Example:
      csi-collector join worker-1=w1.part worker-2=w2.part.gz -o case-4711.tar.gz
    """
    from collector import parts as joining  # noqa: PLC0415 - see collect_command
    from collector import progress  # noqa: PLC0415

    path = new_bundle(output, force=force)
    results, sha256 = joining.join(path, [joining.parse_part(word) for word in parts], version("csi-triage"))
    progress.error_console().print(progress.closing_table(results, ()))
    _tell(path, sha256)
    sys.exit(0 if all(result.outcome == "collected" for result in results) else 1)


@cli.command("verify", short_help="Check a bundle: whole, and free of secrets; or who signed a runbook script.")
@click.argument("file", type=FILE)
@click.option("--signer", type=FILE, help="For a runbook script: the public key it must be signed with.")
@click.option("--signature", type=FILE, help="For a runbook script: its signature.  [default: FILE.sig]")
def verify_command(file: Path, signer: Path | None, signature: Path | None) -> None:
    """Check a bundle: its format, that each node's part is whole, and that nothing in it looks like a secret.

    Or check a runbook script before it is run: that it is unchanged, and who signed it.

    \b
    Examples:
      csi-collector verify case-4711.tar.gz
      csi-collector verify worker-1.sh --signer support.pub
    """
    from collector.signed_runbook import is_script  # noqa: PLC0415 - see collect_command

    is_runbook = signer or signature or is_script(file)
    sound = _verify_script(file, signature, signer) if is_runbook else _verify_bundle(file)
    sys.exit(0 if sound else 1)


def _verify_bundle(bundle: Path) -> bool:
    from collector.verifying import verify  # noqa: PLC0415 - see collect_command

    verdict = verify(bundle)
    cluster = "with" if verdict.has_cluster else "without"
    click.echo(f"{verdict.name}: format {verdict.format}, started {verdict.started}, {cluster} cluster objects")
    click.echo(f"{verdict.nodes} of {verdict.targets} nodes are whole in it")
    for sentence in (*verdict.problems, *verdict.secrets):
        click.echo(f"  {sentence}")
    click.echo("verdict: sound" if verdict.sound else "verdict: not sound")
    return verdict.sound


def _verify_script(script: Path, signature: Path | None, signer: Path | None) -> bool:
    from collector.signed_runbook import NotSigned, verify_script  # noqa: PLC0415 - see collect_command

    if signer is None:
        raise click.UsageError("say who must have signed the script: --signer FILE, a public key you trust.")
    found = verify_script(script, signature, signer)
    if isinstance(found, NotSigned):
        click.echo(f"{script}: {found.why}")
        click.echo("verdict: not sound; do not run it")
        return False
    click.echo(f"signed by  {found.key}  {found.comment}".rstrip())
    click.echo(f"bundle     {found.bundle}")
    if found.host:
        click.echo(f"host       {found.host}, boot {found.boot_id}")
    else:
        click.echo("host       any where kubectl works")
    click.echo("verdict: sound")
    return True


def _tell(path: Path, sha256: str) -> None:
    click.echo(f"bundle  {path}")
    click.echo(f"size    {path.stat().st_size} bytes")
    click.echo(f"sha256  {sha256}")


def main() -> None:
    logging.getLogger("paramiko").addHandler(logging.NullHandler())  # its errors reach the user as our sentences
    try:
        cli.main(standalone_mode=False)
    except click.exceptions.Exit as end:
        sys.exit(end.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message())
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted; nothing was written")
    except (BundleError, UserError) as error:
        _fail(str(error))
    except BrokenPipeError:
        sys.exit(2)
    except Exception as error:  # the one broad catch of this process
        _fail(f"this should not happen ({type(error).__name__}: {error}); please report it with the command you ran")


def _fail(sentence: str) -> None:
    click.echo(f"csi-collector: {sentence.rstrip('.')}.", err=True)
    sys.exit(2)
