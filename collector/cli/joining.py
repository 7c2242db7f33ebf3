"""`csi-collector join`: one bundle of answers collected by hand."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import click

from collector.cli.words import FILE, new_bundle, tell


@click.command("join", short_help="Make one bundle of answers collected by hand.")
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
    from collector.results import result_of  # noqa: PLC0415

    path = new_bundle(output, force=force)
    results, sha256 = joining.join(path, [joining.parse_part(word) for word in parts], version("csi-triage"))
    progress.error_console().print(progress.closing_table([result_of(result) for result in results]))
    tell(path, sha256)
    sys.exit(0 if all(result.outcome == "collected" for result in results) else 1)
