"""`cat` and `unpack`: what a bundle holds, as it came from the nodes."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli.errors import UserError
from analyzer.cli.opening import IDENTITY, opened

if TYPE_CHECKING:
    from bundle.capture import Capture

BUNDLE = click.Path(exists=True, path_type=Path)
CLUSTER = "cluster"  # stands for a node where the cluster's objects are meant
FILES = "files/"  # as evidence names a collected file


@click.command("cat")
@click.argument("bundle", type=BUNDLE)
@click.argument("node")
@click.argument("probe")
@click.option("--err", "want_err", is_flag=True, help="Standard error in place of standard output.")
@click.option("--file", "wanted", metavar="PATH", help="This file of a probe that collects files.")
@IDENTITY
def cat(bundle: Path, node: str, probe: str, want_err: bool, wanted: str | None, identities: tuple[Path, ...]) -> None:
    """Print one capture as it came from the node.

    A probe that collects files prints their names; --file prints one.  NODE may be `cluster`: PROBE then is a kind of
    object.  PROBE may also be written as evidence names it, `files/var/log/messages` or `cluster/pods.json`.

    \b
    Examples:
      csi-analyzer cat case-4711.tar.gz worker-1 multipath_ll
      csi-analyzer cat case-4711.tar.gz worker-1 lvm_pvs --err
      csi-analyzer cat case-4711.tar.gz worker-1 files/etc/multipath.conf
      csi-analyzer cat case-4711.tar.gz cluster volumeattachments
    """
    captures = _captures(bundle, node, identities)
    if probe.startswith(FILES):
        return _print(_file(captures, node, probe.removeprefix(FILES.rstrip("/"))))
    capture = _capture(captures, node, probe)
    if wanted is not None:
        return _print(_file((capture,), node, wanted))
    if want_err and (capture.err or capture.status.is_knowledge):
        return _print(capture.err)
    if capture.files and not capture.out and not want_err:
        return _print("".join(f"{file.path}\n" for file in capture.files).encode("utf-8", "backslashreplace"))
    if (want_err or not capture.out) and not capture.status.is_knowledge:
        raise UserError(
            f"{node} gave no answer to {capture.probe}: {capture.status}, {capture.reason or 'no reason told'}"
        )
    return _print(capture.out)


@click.command("unpack")
@click.argument("bundle", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@IDENTITY
def unpack(bundle: Path, output: Path, identities: tuple[Path, ...]) -> int:
    """Unpack a bundle into a new folder, safely.

    Only plain files are written, below the folder only, and never through a link.  Of a bundle that was cut off comes
    what arrived; exit code 1 tells.  The folder may then stand for BUNDLE in every command.

    \b
    Example:
      csi-analyzer unpack case-4711.tar.gz -o case-4711-files
    """
    from analyzer.cli.new_folder import new_folder  # noqa: PLC0415 - `--help` and `rules` start at once
    from bundle.bounds import LIMITS  # noqa: PLC0415
    from bundle.reader import BundleReader  # noqa: PLC0415
    from bundle.walk import Walk  # noqa: PLC0415

    written = 0
    with opened(bundle, identities) as source:
        BundleReader(source)  # is it one at all?
        walk = Walk(source, LIMITS)
        with new_folder(output, lambda _: False, "unpack writes into a new folder only") as folder:
            for unit in walk:
                for path, content in unit.contents.items():
                    folder.write(path, content)
                    written += 1
    for what in walk.ignored:
        click.echo(f"csi-analyzer: left out: {_shown(what)}", err=True)
    if walk.problem:
        click.echo(f"csi-analyzer: not all of it arrived: {_shown(walk.problem)}", err=True)
    click.echo(f"{written} files in {output}")
    return 1 if walk.problem else 0


def _captures(bundle: Path, node: str, identities: Sequence[Path]) -> tuple[Capture, ...]:
    from bundle.folder import read_cluster_folder, read_node_folder  # noqa: PLC0415 - see `unpack`
    from bundle.layout import CLUSTER_FOLDER, is_safe_name, node_folder  # noqa: PLC0415
    from bundle.reader import BundleReader  # noqa: PLC0415

    if bundle.is_dir():
        folder = bundle / node_folder(node) if is_safe_name(node) else bundle / "nodes"
        if node == CLUSTER and not folder.is_dir():
            return read_cluster_folder(bundle / CLUSTER_FOLDER).captures
        if not is_safe_name(node) or not folder.is_dir():
            raise UserError(f"{bundle} holds no node {node!r}; `csi-analyzer show` lists what it holds")
        return read_node_folder(folder).captures
    with opened(bundle, identities) as source:
        reader = BundleReader(source)
        if node == CLUSTER and node not in reader.nodes():
            snapshot = reader.cluster()
            if snapshot is None:
                raise UserError(f"{bundle} holds no cluster objects; collect with --kubeconfig")
            return snapshot.captures
        return reader.node(node).captures


def _capture(captures: tuple[Capture, ...], node: str, probe: str) -> Capture:
    name = probe.removeprefix(f"{CLUSTER}/").removesuffix(".json")
    found = next((capture for capture in captures if capture.probe in (probe, name)), None)
    if found is None:
        there = [capture.probe for capture in captures]
        near = difflib.get_close_matches(name, there)
        told = f"perhaps {' or '.join(near)}" if near else f"it has {', '.join(there)}"
        raise UserError(f"{node} has no capture {probe!r}; {told}")
    return found


def _file(captures: tuple[Capture, ...], node: str, path: str) -> bytes:
    files = {file.path: file.content for capture in captures for file in capture.files}
    if path not in files:
        there = ", ".join(sorted(files)) or "none"
        raise UserError(f"{node} has no collected file {path!r} there; it has {there}")
    return files[path]


def _print(content: bytes) -> None:
    """Raw bytes, but to a terminal only what cannot steer it."""
    if sys.stdout.isatty():
        click.echo(_shown(content.decode("utf-8", "backslashreplace")), nl=False)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def _shown(text: str) -> str:
    from analyzer.report.printable import printable  # noqa: PLC0415 - see `unpack`

    return printable(text)
