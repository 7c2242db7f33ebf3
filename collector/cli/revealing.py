"""`csi-collector anonymize` and `reveal`: a bundle without the customer's names, and the names put back."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from collector.cli.kinds import FILE
from collector.cli.words import new_bundle, tell_written

if TYPE_CHECKING:
    from collector.anonymizing.book import Book


@click.command("anonymize", short_help="Make a bundle anonymous; the map of names stays with you.")
@click.argument("bundle", type=FILE)
@click.option("-o", "--output", type=FILE, required=True, help="The anonymous bundle.")
@click.option(
    "--map", "map_file", type=FILE, help="The map of names; an older one is used again.  [default: OUTPUT.map.json]"
)
@click.option("--force", is_flag=True, help="Replace the anonymous bundle if it exists.")
def anonymize_command(bundle: Path, output: Path, map_file: Path | None, force: bool) -> None:
    """Make an anonymous bundle of one that was collected.

    Names of nodes, pods, namespaces, volumes and arrays, addresses, IQNs, WWNs, UUIDs and serial numbers are replaced,
    each by one of its own form, so that every rule of the analyzer still works.  Keep the map: it reveals them.

    \b
    Example:
      csi-collector anonymize case-4711.tar.gz -o case-4711-anonymous.tar.gz
    """
    from collector.anonymizing import bundles  # noqa: PLC0415 - see collect_command
    from collector.anonymizing.covering import Cover  # noqa: PLC0415

    path = new_bundle(output, force=force)
    where = map_of(path, map_file)
    cover = Cover(where)
    sha256 = bundles.hide(bundle, path, cover)
    tell_written(path, sha256)
    click.echo(f"map     {where}")
    remind_of_map(where, cover.kept)


@click.command("reveal", short_help="Put the real names back into a report, a runbook or a bundle.")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option("--map", "map_file", type=FILE, required=True, help="The map that was written with the bundle.")
@click.option("-o", "--output", type=FILE, required=True, help="A folder; for a bundle, the bundle to write.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def reveal_command(files: tuple[Path, ...], map_file: Path, output: Path, force: bool) -> None:
    """Put the real names back: into a report's folder, scripts, pages, transcripts, or a whole bundle.

    A signature holds for a script as it came: first `csi-collector verify` it, then reveal it, then run it.

    \b
    Examples:
      csi-collector reveal report/ --map case-4711.tar.gz.map.json -o report-revealed
      csi-collector reveal runbook/server-1.sh --map case-4711.tar.gz.map.json -o runbook
      csi-collector reveal case-4711-anonymous.tar.gz --map case-4711.map.json -o case-4711.tar.gz
    """
    from collector.anonymizing import bundles  # noqa: PLC0415 - see collect_command
    from collector.anonymizing.map_file import load  # noqa: PLC0415

    book = load(map_file)
    if len(files) == 1 and _is_bundle(files[0]):
        path = new_bundle(output, force=force)
        tell_written(path, bundles.reveal(files[0], path, book))
        return
    whole = _reveal_papers(files, output, book, force=force)
    sys.exit(0 if whole else 1)


def map_of(bundle: Path, map_file: Path | None) -> Path:
    return map_file or bundle.with_name(f"{bundle.name}.map.json")


def map_wanted(bundle: Path, anonymize: bool, map_file: Path | None) -> Path | None:
    """Where the map goes, if the bundle is to be anonymous."""
    if map_file and not anonymize:
        raise click.UsageError("--map is the map of --anonymize: give that too.")
    return map_of(bundle, map_file) if anonymize else None


def remind_of_map(path: Path, kept: Iterable[str]) -> None:
    click.echo(f"Keep {path}: it holds the real names, and only it reveals what comes back.", err=True)
    if words := ", ".join(kept):
        click.echo(f"These names were left, being ordinary words: {words}.", err=True)


def _reveal_papers(files: Iterable[Path], output: Path, book: Book, *, force: bool) -> bool:
    from collector.anonymizing.papers import PaperError, files_of, revealed  # noqa: PLC0415 - see collect_command
    from collector.anonymizing.veil import Unveil  # noqa: PLC0415

    unveil, whole, scripts = Unveil(book), True, 0
    for given in files:
        for file, path in files_of(given):
            paper = revealed(file, path, unveil)
            where = output / paper.path
            if paper.left_out:
                whole = False
                click.echo(f"{file} left out: {paper.left_out}", err=True)
                continue
            if where.exists() and not force:
                raise PaperError(f"{where} exists already; choose another folder with -o, or give --force")
            _write(where, paper.content, 0o700 if paper.is_script else 0o600)
            click.echo(str(where))
            scripts += paper.is_script
    if scripts:
        click.echo(
            "A signature holds for a script as it came: `csi-collector verify` that one before you run this.", err=True
        )
    return whole


def _write(path: Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)


def _is_bundle(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b"
    except OSError:
        return False
