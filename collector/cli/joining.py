"""`csi-collector join`: one bundle of answers collected by hand."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import click

from collector.cli.kinds import ENCRYPT, FILE, JSON
from collector.cli.revealing import map_wanted, remind_of_map
from collector.cli.words import new_bundle, tell, written


@click.command("join", short_help="Make one bundle of answers collected by hand.")
@click.argument("parts", nargs=-1, required=True, metavar="NODE=FILE...")
@click.option("-o", "--output", type=FILE, help="The bundle.  [default: csi-bundle-TIME.tar.gz]")
@click.option("--anonymize", is_flag=True, help="Replace all names; the map of them stays with you.")
@click.option("--map", "map_file", type=FILE, help="The map of names, with --anonymize.  [default: OUTPUT.map.json]")
@click.option("--force", is_flag=True, help="Replace the bundle if it exists.")
@ENCRYPT
@JSON
def join_command(
    parts: tuple[str, ...],
    output: Path | None,
    anonymize: bool,
    map_file: Path | None,
    force: bool,
    encrypt_to: tuple[str, ...],
    as_json: bool,
) -> None:
    """Make one bundle of the outputs of `script`, run by hand on each node.

    \b
    Example:
      csi-collector join worker-1=w1.part worker-2=w2.part.gz -o case-4711.tar.gz
    """
    from bundle.encrypting import recipients_of  # noqa: PLC0415 - see collect_command
    from collector import parts as joining  # noqa: PLC0415
    from collector import progress  # noqa: PLC0415
    from collector.anonymizing.covering import Cover  # noqa: PLC0415
    from collector.results import result_of  # noqa: PLC0415
    from collector.to_json import of_bundle  # noqa: PLC0415

    path = new_bundle(output, force=force, encrypted=bool(encrypt_to))
    recipients = recipients_of(encrypt_to)
    named = [joining.parse_part(word) for word in parts]
    where = map_wanted(path, anonymize, map_file)
    cover = Cover(where)
    snapshots, sha256 = joining.join(path, named, version("csi-triage"), cover, recipients)
    results = [result_of(snapshot) for snapshot in snapshots]
    progress.error_console().print(progress.closing_table(results))
    whole = all(one.outcome == "collected" for one in results)
    at = written(path, sha256, encrypted=bool(recipients), map_file=where)
    tell(of_bundle(at, results, whole=whole), as_json=as_json)
    if where:
        remind_of_map(where, cover.kept)
    sys.exit(0 if whole else 1)
