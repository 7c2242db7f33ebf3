"""`diff`: what became of the findings, told from two bundles or reports."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli.errors import UserError
from analyzer.cli.new_file import refuse_to_replace, write_new_file
from analyzer.cli.opening import IDENTITY, opened, tell
from analyzer.texts import Lang

if TYPE_CHECKING:
    from analyzer.diff.comparing import Comparison, Side

SIDE = click.Path(exists=True, path_type=Path)
FORMATS = ("text", "json", "html", "md")
GZIP = b"\x1f\x8b"
MOST_JSON_BYTES = 512 * 1024 * 1024  # report.json of 5,000 sick nodes has some 100 MB


@click.command("diff")
@click.argument("before", type=SIDE)
@click.argument("after", type=SIDE)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help="What to write.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write.  [default: standard output]")
@click.option("--lang", type=click.Choice(("en", "zh")), default="en", help="Language; JSON has both.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that read nodes.  [default: one a CPU]")
@IDENTITY
def diff(
    before: Path,
    after: Path,
    form: str,
    output: Path | None,
    lang: Lang,
    workers: int | None,
    identities: tuple[Path, ...],
) -> int:
    """Tell what became of each finding between two bundles.

    It is resolved, still there, worse, better, new, or cannot be told.

    BEFORE and AFTER are bundles, files or folders, or the report.json of an earlier report.  A finding is resolved only
    where its rule was judged again; where an answer is missing, it is said which, and how to get it.
    Exit codes: 0 all that was there is resolved and nothing is new, 1 something is left, new or cannot be told.

    \b
    Examples:
      csi-analyzer diff case-4711.tar.gz case-4711-after.tar.gz
      csi-analyzer diff case-4711/report.json case-4711-after.tar.gz --lang zh
      csi-analyzer diff case-4711.tar.gz case-4711-after.tar.gz --format html -o case-4711-diff.html
    """
    from analyzer.diff.comparing import NothingInCommonError, compare  # noqa: PLC0415 - `--help` starts at once
    from analyzer.rules import all_rules  # noqa: PLC0415

    if output is not None:
        refuse_to_replace(output)
    old, new = _side(before, workers, identities), _side(after, workers, identities)
    try:
        comparison = compare(old, new, all_rules())
    except NothingInCommonError:
        raise UserError(_strangers(before, after, old, new)) from None
    if output is None:
        _print(comparison, form, lang)
    else:
        write_new_file(output, _rendered(comparison, form, lang))
        click.echo(output)
    return 0 if comparison.is_over else 1


def _side(path: Path, workers: int | None, identities: Sequence[Path]) -> Side:
    from analyzer.diff.comparing import Side  # noqa: PLC0415 - see `diff`
    from analyzer.engine import analyse  # noqa: PLC0415

    tell(f"reading {path}")
    try:
        report = _report_json(path)
        if report is not None:
            return _read(report)
        with opened(path, identities) as source:
            return Side.of(analyse(source, workers=workers))
    except OSError as error:
        raise UserError(
            f"{path} cannot be read ({error.strerror or error}); check the path and its permissions"
        ) from None


def _report_json(path: Path) -> Path | None:
    """The report.json that is meant, if it is none of a bundle's two forms."""
    if path.is_dir():
        inside = path / "report.json"
        return inside if inside.is_file() and not (path / "bundle.json").exists() else None
    if not path.is_file():
        return None
    with path.open("rb") as file:
        begins = file.read(256)
    is_json = path.suffix == ".json" or begins.lstrip().startswith(b"{")
    return path if is_json and not begins.startswith(GZIP) else None


def _read(path: Path) -> Side:
    from analyzer.report.from_json import ReportJsonError, read  # noqa: PLC0415 - see `diff`

    with path.open("rb") as file:
        content = file.read(MOST_JSON_BYTES + 1)
    if len(content) > MOST_JSON_BYTES:
        raise UserError(f"{path} has more than {MOST_JSON_BYTES // 1024**2} MiB; compare the bundle itself")
    try:
        return read(content)
    except ReportJsonError as error:
        raise UserError(f"{path} {error}; compare the bundle itself, or make its report anew") from None


def _strangers(before: Path, after: Path, old: Side, new: Side) -> str:
    return (
        f"{before} ({_nodes(old)}) and {after} ({_nodes(new)}) share no node, so there is nothing to compare: they are "
        "of different clusters, of different nodes of one, or only one of them was collected with --anonymize"
    )


def _nodes(side: Side) -> str:
    names = sorted(side.bundle.nodes)
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "") or "no node"


def _rendered(comparison: Comparison, form: str, lang: Lang) -> bytes:
    from analyzer.report.diff import model, to_html, to_json, to_markdown, to_text  # noqa: PLC0415 - see `diff`

    if form == "json":
        return to_json.render(comparison)
    difference = model.build(comparison, lang)
    if form == "html":
        return to_html.render(difference).encode()
    if form == "md":
        return to_markdown.render(difference).encode()
    out = io.StringIO()
    to_text.show(difference, out)
    return out.getvalue().encode()


def _print(comparison: Comparison, form: str, lang: Lang) -> None:
    from analyzer.report.diff import model, to_text  # noqa: PLC0415 - see `diff`
    from analyzer.report.printable import printable  # noqa: PLC0415

    if form == "text":
        to_text.show(model.build(comparison, lang), sys.stdout)
    elif sys.stdout.isatty():  # JSON keeps every character, also one that would steer the terminal
        click.echo(printable(_rendered(comparison, form, lang).decode()), nl=False)
    else:
        sys.stdout.buffer.write(_rendered(comparison, form, lang))
        sys.stdout.buffer.flush()
