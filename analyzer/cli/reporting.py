"""`report`: a bundle's verdict as files."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from analyzer.cli import signing
from analyzer.cli.errors import UserError
from analyzer.cli.opening import IDENTITY, opened, tell
from analyzer.report.commands import page_name, script_name
from analyzer.report.printable import printable
from analyzer.texts import LANGS, Lang

if TYPE_CHECKING:
    from analyzer.engine import Analysis
    from analyzer.report.views import Report
    from analyzer.runbook import Runbook

BUNDLE = click.Path(exists=True, path_type=Path)
LANG = click.option("--lang", type=click.Choice(("en", "zh")), default="en", help="Language of the report.")
JOBS = click.option("--workers", type=click.IntRange(1, 256), help="Processes that read nodes.  [default: one a CPU]")
REPORT_FILES = frozenset(("report.html", "report.pdf", "report.json", "runbook"))


@click.command("report")
@click.argument("bundle", type=BUNDLE)
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="The folder to write.")
@LANG
@click.option("--pdf/--no-pdf", default=True, help="Also write report.pdf.")
@JOBS
@click.option("--sign", "key", type=click.Path(path_type=Path), help="Sign each script with this OpenSSH private key.")
@IDENTITY
def report(
    bundle: Path,
    output: Path,
    lang: Lang,
    pdf: bool,
    workers: int | None,
    key: Path | None,
    identities: tuple[Path, ...],
) -> int:
    """Write the report and the runbooks into a folder.

    The bundle is judged, and the folder gets report.html, report.pdf, report.json, and for each host with something to
    do runbook/<host>.sh and the same steps as a page, runbook/<host>.html; an earlier report there is replaced.

    With --sign a signature lies beside each script, <host>.sh.sig, which `csi-collector verify` or `ssh-keygen -Y
    verify` checks.  Exit codes: 0 nothing found, 1 findings.

    \b
    Examples:
      csi-analyzer report case-4711.tar.gz -o case-4711
      csi-analyzer report case-4711.tar.gz -o case-4711-zh --lang zh
      csi-analyzer report samples/stale_fail -o /tmp/report --no-pdf
      csi-analyzer report case-4711.tar.gz -o case-4711 --sign ~/.ssh/support
      csi-analyzer report case-4711.tar.gz.age -o case-4711 --identity support.key
    """
    from analyzer.cli.new_folder import new_folder  # noqa: PLC0415 - `--help` and `rules` start at once
    from analyzer.report.model import build  # noqa: PLC0415

    names = []
    if key is not None:
        signing.check_key(key)
    with new_folder(output, _is_report, "holds no earlier report") as folder:
        analysis = _identified(judge(bundle, workers, identities), bundle)
        model = build(analysis, lang)
        folder.folder("runbook")
        for name, content, mode in _files(analysis, model, with_pdf=pdf, key=key):
            folder.write(name, content, mode)
            names.append(name)
    _close(model, output, names)
    return 1 if analysis.verdict.findings else 0


def _close(model: Report, output: Path, names: Sequence[str]) -> None:
    """The verdict, what was written, and what to do with it."""
    from analyzer.report.following import after_report  # noqa: PLC0415
    from analyzer.report.terminal import overview  # noqa: PLC0415 - see `report`
    from analyzer.report.terminal.page import Page  # noqa: PLC0415

    page = Page(sys.stdout, model.lang)
    page.say((overview.headline(model, page.words), "bold"))
    for name in names:
        page.exactly(printable(str(output / name)), indent=2)
    overview.commands(page, tuple(after_report(model)))


def judge(bundle: Path, workers: int | None, identities: Sequence[Path] = ()) -> Analysis:
    from analyzer.engine import analyse  # noqa: PLC0415 - see `report`

    tell(f"reading {bundle}")
    try:
        with opened(bundle, identities) as source:
            analysis = analyse(source, workers=workers)
    except OSError as error:
        raise UserError(
            f"{bundle} cannot be read ({error.strerror or error}); check the path and its permissions"
        ) from None
    tell(f"{_counted(len(analysis.nodes), 'node')} judged, {_counted(len(analysis.verdict.findings), 'finding')}")
    return analysis


def _identified(analysis: Analysis, bundle: Path) -> Analysis:
    """With the checksum of the file as it was given, encrypted or not, so that paper and file can be told to belong
    together."""
    if bundle.is_dir():
        return analysis
    with bundle.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return replace(analysis, bundle=replace(analysis.bundle, sha256=sha256))


def _files(analysis: Analysis, model: Report, *, with_pdf: bool, key: Path | None) -> Iterator[tuple[str, bytes, int]]:
    """Name, content and mode of each file of a report."""
    from analyzer.report import to_html, to_json  # noqa: PLC0415 - see `report`
    from analyzer.report.model import build  # noqa: PLC0415

    both = {lang: model if lang == model.lang else build(analysis, lang) for lang in LANGS}
    yield "report.html", to_html.render(both, model.lang).encode(), 0o600
    if with_pdf:
        tell("writing the PDF")
        yield "report.pdf", _pdf(model), 0o600
    yield "report.json", to_json.render(analysis), 0o600
    yield from _runbook_files(analysis.runbooks, model, key)


def _runbook_files(runbooks: Sequence[Runbook], model: Report, key: Path | None) -> Iterator[tuple[str, bytes, int]]:
    """Each script, its signature if wanted, and its steps as a page."""
    from analyzer.report import to_runbook_page  # noqa: PLC0415 - see `report`

    hosts = {host.script: host for host in model.hosts}
    scripts = [_script(runbook, model.lang) for runbook in runbooks]
    signed = signing.signatures(scripts, key) if key else ()
    for number, (runbook, script) in enumerate(zip(runbooks, scripts, strict=True)):
        name = script_name(runbook.host)
        yield name, script, 0o700
        if signed:
            yield f"{name}.sig", signed[number], 0o600
        page = to_runbook_page.render(model, hosts[printable(name)], signed=bool(signed))
        yield page_name(runbook.host), page.encode(), 0o600


def _pdf(model: Report) -> bytes:
    from analyzer.report import to_pdf  # noqa: PLC0415 - see `report`

    try:
        return to_pdf.render(model)
    except to_pdf.PdfError as error:
        raise UserError(str(error)) from None


def _script(runbook: Runbook, lang: Lang) -> bytes:
    from analyzer.report import to_shell  # noqa: PLC0415 - see `report`

    try:
        return to_shell.render(runbook, lang).encode()
    except ValueError as error:
        raise UserError(f"the runbook of {runbook.host} cannot be written: {error}; please report it") from None


def _is_report(folder: Path) -> bool:
    """Nothing but what `report` writes lies in it, so that it may be replaced."""
    if not {entry.name for entry in folder.iterdir()} <= REPORT_FILES or not (folder / "report.json").is_file():
        return False
    if not _holds_only_runbooks(folder / "runbook"):
        return False
    try:
        return "schema" in json.loads((folder / "report.json").read_bytes())
    except ValueError:
        return False


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _holds_only_runbooks(folder: Path) -> bool:
    """Scripts, and what was written beside each; a transcript is nobody's to delete."""
    entries = tuple(folder.iterdir()) if folder.is_dir() else ()
    names = {entry.name for entry in entries}
    scripts = {name for name in names if name.endswith(".sh")}
    beside = {name for script in scripts for name in (f"{script}.sig", f"{script.removesuffix('.sh')}.html")}
    return names <= scripts | beside and all(entry.is_file() for entry in entries)
