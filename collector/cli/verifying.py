"""`csi-collector verify`: a bundle, or a runbook script and who signed it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.cli.kinds import FILE, JSON
from collector.cli.words import tell_json

if TYPE_CHECKING:
    from bundle.capture import Redactions
    from collector.signed_runbook import Signed
    from collector.verifying import Verdict


@click.command("verify", short_help="Check a bundle: whole, and free of secrets; or who signed a runbook script.")
@click.argument("file", type=FILE)
@click.option("--signer", type=FILE, help="For a runbook script: the public key it must be signed with.")
@click.option("--signature", type=FILE, help="For a runbook script: its signature.  [default: FILE.sig]")
@click.option("--verbose", is_flag=True, help="For a bundle: each file from which secrets were removed.")
@click.option("--identity", "identities", type=FILE, multiple=True, help="For an encrypted bundle: the private key.")
@JSON
def verify_command(
    file: Path,
    signer: Path | None,
    signature: Path | None,
    verbose: bool,
    identities: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Check a bundle: its format, that each node's part is whole, and that nothing in it looks like a secret.

    Or check a runbook script before it is run: that it is unchanged, and who signed it.

    \b
    Examples:
      csi-collector verify case-4711.tar.gz
      csi-collector verify case-4711.tar.gz --verbose
      csi-collector verify case-4711.tar.gz.age --identity support.key
      csi-collector verify worker-1.sh --signer support.pub
    """
    from collector.signed_runbook import is_script  # noqa: PLC0415 - see collect_command

    is_runbook = signer or signature or is_script(file)
    if is_runbook:
        sound = _verify_script(file, signature, signer, as_json=as_json)
    else:
        sound = _verify_bundle(file, identities, verbose=verbose, as_json=as_json)
    sys.exit(0 if sound else 1)


def _verify_bundle(bundle: Path, identities: tuple[Path, ...], *, verbose: bool, as_json: bool) -> bool:
    from bundle.decrypting import is_encrypted, plain  # noqa: PLC0415 - see collect_command
    from collector.to_json import of_verdict  # noqa: PLC0415
    from collector.verifying import verify  # noqa: PLC0415

    with plain(bundle, identities, lambda what: click.echo(f"csi-collector: {what}", err=True)) as source:
        verdict = verify(source)
    if as_json:
        tell_json(of_verdict(str(bundle), verdict, encrypted=is_encrypted(bundle)))
    else:
        _tell_verdict(verdict, verbose=verbose)
    return verdict.sound


def _tell_verdict(verdict: Verdict, *, verbose: bool) -> None:
    cluster = "with" if verdict.has_cluster else "without"
    click.echo(f"{verdict.name}: format {verdict.format}, started {verdict.started}, {cluster} cluster objects")
    click.echo(f"{verdict.nodes} of {verdict.targets} nodes are whole in it")
    _tell_removed(verdict.removed, verbose=verbose)
    for sentence in (*verdict.problems, *verdict.secrets):
        click.echo(f"  {sentence}")
    click.echo("verdict: sound" if verdict.sound else "verdict: not sound")


def _tell_removed(removed: Redactions | None, *, verbose: bool) -> None:
    """How many secrets of which kind; the words are the bundle's, and a bundle is a stranger's file."""
    from collector.sentences import printable  # noqa: PLC0415 - see collect_command

    if removed is None:
        click.echo("what was removed from it is not recorded: an older collector wrote it")
        return
    files = {path: kinds for path, kinds in removed.items() if kinds}
    total = sum((Counter(kinds) for kinds in files.values()), Counter[str]())
    were = "secret was" if total.total() == 1 else "secrets were"
    click.echo(f"{total.total()} {were} removed before it was written{':' if total else ''}")
    width = max(map(len, total), default=0)
    for kind, count in sorted(total.items()):
        places = [path for path, kinds in files.items() if kind in kinds]
        click.echo(f"  {printable(kind):{width}} {count:6}  in {len(places)} {'file' if len(places) == 1 else 'files'}")
        for path in sorted(places) if verbose else ():
            click.echo(f"  {'':{width}} {files[path][kind]:6}  {printable(path)}")


def _verify_script(script: Path, signature: Path | None, signer: Path | None, *, as_json: bool) -> bool:
    from collector.signed_runbook import NotSigned, verify_script  # noqa: PLC0415
    from collector.to_json import of_script  # noqa: PLC0415 - see collect_command

    if signer is None:
        raise click.UsageError("say who must have signed the script: --signer FILE, a public key you trust.")
    found = verify_script(script, signature, signer)
    if as_json:
        tell_json(of_script(str(script), found))
    elif isinstance(found, NotSigned):
        click.echo(f"{script}: {found.why}")
        click.echo("verdict: not sound; do not run it")
    else:
        _tell_signed(found)
    return not isinstance(found, NotSigned)


def _tell_signed(found: Signed) -> None:
    click.echo(f"signed by  {found.key}  {found.comment}".rstrip())
    click.echo(f"bundle     {found.bundle}")
    if found.host:
        click.echo(f"host       {found.host}, boot {found.boot_id}")
    else:
        click.echo("host       any where kubectl works")
    click.echo("verdict: sound")
