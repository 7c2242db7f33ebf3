"""The PDF: verdict and commands in it, nothing fetched, same bytes, and what to install when it cannot be made."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pypdf
import pytest
import weasyprint

from analyzer.report import to_pdf
from analyzer.report.model import build
from analyzer.report.views import Report
from analyzer.texts import Lang
from tests.analyzer.report.example import BUNDLE, example

NO_FONT = shutil.which("fc-list") is None or not subprocess.check_output(["fc-list", ":lang=zh"])
PRINT = (
    "import sys, hashlib; from tests.analyzer.report.example import example; from analyzer.report import to_pdf;"
    "from analyzer.report.model import build; from dataclasses import replace; r = build(example(), 'en');"
    "r = replace(r, hosts=r.hosts[-2:], findings=r.findings[:1]);"
    "sys.stdout.write(hashlib.sha256(to_pdf.render(r)).hexdigest())"
)


def small(lang: Lang = "en") -> Report:
    report = build(example(), lang)
    return replace(report, hosts=report.hosts[-2:], findings=report.findings[:1])


def text_of(pdf: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def fonts_of(pdf: bytes) -> set[str]:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return {str(font.get_object()["/BaseFont"]) for page in pages for font in page["/Resources"]["/Font"].values()}


def titles_of(outline: list[Any]) -> list[Any]:
    return [titles_of(one) if isinstance(one, list) else one.title for one in outline]


def tags_of(element: Any) -> set[str]:
    """The kinds of all elements of the structure tree below."""
    below = element.get("/K", [])
    kids = [kid.get_object() for kid in below if hasattr(kid, "get_object")]
    elements = [kid for kid in kids if isinstance(kid, dict) and "/S" in kid]
    return {str(kid["/S"]) for kid in elements}.union(*map(tags_of, elements))


@cache
def whole() -> bytes:
    return to_pdf.render(build(example(), "en"))


@pytest.fixture(scope="module")
def printed() -> bytes:
    return to_pdf.render(small())


def test_the_pdf_holds_the_verdict_and_whole_commands(printed: bytes) -> None:
    text = text_of(printed)
    assert "LUN id reused on worker-d" in text
    assert "multipath -f 3618cf24100f8f457015a764c000001f7" in text
    assert "tee /sys/block/sdb/device/delete" in text


def test_every_page_is_numbered_and_names_the_bundle(printed: bytes) -> None:
    pages = pypdf.PdfReader(io.BytesIO(printed)).pages
    assert len(pages) > 1
    assert all(f"{number} / {len(pages)}" in page.extract_text() for number, page in enumerate(pages, start=1))
    assert all(BUNDLE in page.extract_text() for page in pages)


@pytest.mark.skipif(NO_FONT, reason="no Chinese font on this machine; install fonts-noto-cjk")
def test_the_chinese_pdf_is_chinese_in_real_glyphs() -> None:
    pdf = to_pdf.render(small("zh"))
    text = text_of(pdf).replace(" ", "")
    assert "处理步骤" in text
    assert "残留的多路径设备" in text
    assert "CJK" in str(fonts_of(pdf))
    assert "\ufffd" not in text


def test_the_cover_says_which_file_was_judged_and_by_what() -> None:
    analysis = example()
    known = replace(analysis, bundle=replace(analysis.bundle, sha256="5a" * 32, tool_version="0.1.0"))
    cover = pypdf.PdfReader(io.BytesIO(to_pdf.render(build(known, "en")))).pages[0].extract_text()
    assert "5a" * 32 in cover
    assert "csi-collector 0.1.0" in cover
    assert "csi-analyzer " in cover


def test_a_folder_has_no_checksum_and_the_cover_says_so(printed: bytes) -> None:
    assert "none: the bundle is a folder" in text_of(printed)


def test_the_contents_lead_to_each_host_and_finding_with_its_page(printed: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed))
    cover, names = reader.pages[0], reader.named_destinations
    targets = {str(one.get_object()["/Dest"]) for one in cover["/Annots"]}
    assert {"do", "h3", "h4", "proof", "f1", "cleared", "unchecked", "nodes"} <= targets
    assert targets <= set(names)
    page = reader.get_destination_page_number(names["proof"])
    assert re.search(rf"^Findings and their proof[ .]+{page + 1}$", cover.extract_text(), re.MULTILINE)


def test_the_bookmarks_are_sections_hosts_and_findings(printed: bytes) -> None:
    titles = titles_of(pypdf.PdfReader(io.BytesIO(printed)).outline)
    assert titles[:4] == ["What to do", ["worker-a", "worker-b"], "Findings and their proof", [titles[3][0]]]
    assert "reads and writes another volume" in titles[3][0]
    assert titles[4:] == ["Ruled out", "What could not be checked", "Nodes"]


def test_it_is_tagged_for_screen_readers_and_says_so(printed: bytes) -> None:
    """PDF/UA-1, as far as it can be read off: ISO 14289-1, 7.1, 7.2, 7.18."""
    reader = pypdf.PdfReader(io.BytesIO(printed))
    root = reader.trailer["/Root"]
    assert str(root["/MarkInfo"]["/Marked"]).lower() == "true"
    assert root["/Lang"] == "en"
    assert str(root["/ViewerPreferences"]["/DisplayDocTitle"]).lower() == "true"
    assert reader.metadata is not None
    assert reader.metadata.title == f"Storage report · {BUNDLE}"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/LI", "/Link", "/P"} <= tags_of(root["/StructTreeRoot"])


def test_each_link_is_tagged_and_has_words(printed: bytes) -> None:
    links = [one.get_object() for page in pypdf.PdfReader(io.BytesIO(printed)).pages for one in page.get("/Annots", ())]
    assert links
    assert all("/StructParent" in link and link["/Contents"] for link in links)


@pytest.mark.parametrize(
    "heading", ["What to do", "Findings and their proof", "Ruled out", "What could not be checked", "Nodes"]
)
def test_no_heading_is_the_last_line_of_a_page(heading: str) -> None:
    for page in pypdf.PdfReader(io.BytesIO(whole())).pages:
        body = [line for line in page.extract_text().splitlines() if line.strip()]
        assert heading not in (body[-1], body[-2]) or body.index(heading) < len(body) - 2


def test_the_same_report_gives_the_same_bytes_at_any_time_and_hash_seed(printed: bytes) -> None:
    later = {**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1", "TZ": "Asia/Shanghai"}
    again = subprocess.run([sys.executable, "-c", PRINT], env=later, capture_output=True, text=True, check=True)
    assert again.stdout == hashlib.sha256(printed).hexdigest()


@pytest.mark.parametrize(("height", "pages"), [(245, 1), (258, 1), (275, 2), (400, 2)])
def test_a_few_lines_too_many_do_not_make_another_page(height: int, pages: int) -> None:
    style = f"@page {{ size: A4; margin: 21mm 16mm 19mm }} body, p {{ margin: 0 }} div {{ height: {height}mm }}"
    page = f'<html lang="en"><title>t</title><style>{style}</style><div></div><p id="end">end</p></html>'
    assert len(to_pdf._laid_out(weasyprint, page).pages) == pages


def test_nothing_is_fetched_whatever_is_named() -> None:
    with pytest.raises(ValueError, match="not fetched"):
        to_pdf._refuse("file:///etc/passwd")


def test_without_a_chinese_font_the_error_names_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "fc-list"
    fake.write_text("#!/bin/sh\nexit 0\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(to_pdf.PdfError, match="fonts-noto-cjk"):
        to_pdf.render(small("zh"))
    fake.unlink()
    with pytest.raises(to_pdf.PdfError, match="fontconfig and fonts-noto-cjk"):
        to_pdf.check_fonts("zh")


def test_without_pango_the_error_names_the_package(tmp_path: Path) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library libpango-1.0-0')\n")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); " + PRINT
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "PdfError" in run.stderr
    assert "Install the Debian packages libpango-1.0-0" in run.stderr
