"""Report -> PDF: tagged for screen readers (PDF/UA-1), with bookmarks and links, from the page of paper/page.py.

Output   bytes; the same report gives the same bytes: a fixed identifier, no date.  Nothing is fetched, whatever the
page names.  More than a stack of paper can hold stays in report.html, and the PDF says so.
Errors   PdfError, one sentence that names the missing package.
"""

from __future__ import annotations

import subprocess
from importlib.metadata import version
from types import ModuleType
from typing import Any, NoReturn

from analyzer.report.paper import page as paper
from analyzer.report.views import Report
from analyzer.texts import Lang

OPTIONS = {"pdf_identifier": b"csi-triage-report", "pdf_variant": "pdf/ua-1"}
END = "end"  # the anchor of the last line
TAIL = 320  # pixels of 1123 from the top: a last page that ends above is nearly empty
TIGHTER = "@page { margin: 16mm 16mm 14mm !important } html { line-height: 1.42 !important }"
SHORT = 25  # pages


class PdfError(Exception):
    """One sentence that says what to install."""


def render(report: Report) -> bytes:
    weasyprint = _weasyprint()
    check_fonts(report.lang)
    page = paper.render(report, f"csi-analyzer {version('csi-triage')}")
    written = _laid_out(weasyprint, page).write_pdf(**OPTIONS)
    if not isinstance(written, bytes):
        raise PdfError("The PDF could not be made: WeasyPrint gave no bytes.  Use --no-pdf to write the rest.")
    return written


def _laid_out(weasyprint: ModuleType, page: str) -> Any:
    """A short report that would end in a nearly empty page is laid out again with smaller margins."""
    source = weasyprint.HTML(string=page, url_fetcher=_refuse, media_type="print")
    document = source.render(**OPTIONS)
    if len(document.pages) > SHORT or document.pages[-1].anchors[END][1] > TAIL:
        return document
    tighter = source.render(stylesheets=[weasyprint.CSS(string=TIGHTER)], **OPTIONS)
    return tighter if len(tighter.pages) < len(document.pages) else document


def check_fonts(lang: Lang) -> None:
    """Without a CJK font every Chinese character would be an empty box."""
    if lang == "zh" and not _cjk_fonts():
        raise PdfError(
            "No Chinese font was found, so the PDF would show empty boxes.  "
            "Install the Debian package fonts-noto-cjk, or use --no-pdf."
        )


def _cjk_fonts() -> str:
    try:
        listed = subprocess.run(("fc-list", ":lang=zh"), capture_output=True, text=True, check=False, timeout=60)
    except FileNotFoundError as error:
        raise PdfError(
            "fc-list is missing, so Chinese fonts cannot be found.  "
            "Install the Debian packages fontconfig and fonts-noto-cjk, or use --no-pdf."
        ) from error
    return listed.stdout.strip()


def _weasyprint() -> ModuleType:
    try:
        import weasyprint  # noqa: PLC0415 - takes a second, and only the PDF needs it
    except (ImportError, OSError) as error:
        raise PdfError(
            f"The PDF could not be made: WeasyPrint cannot load its libraries ({str(error).splitlines()[0]}).  "
            "Install the Debian packages libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0, or use --no-pdf."
        ) from error
    found: ModuleType = weasyprint
    return found


def _refuse(url: str, *_: object, **__: object) -> NoReturn:
    raise ValueError(f"the report is self-contained; not fetched: {url[:80]}")
