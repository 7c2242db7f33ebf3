"""The PDF: verdict and commands in it, nothing fetched, same bytes, and what to install when it cannot be made."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

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
def test_the_chinese_pdf_is_chinese() -> None:
    text = text_of(to_pdf.render(small("zh"))).replace(" ", "")
    assert "处理步骤" in text
    assert "残留的多路径设备" in text


def test_the_same_report_gives_the_same_bytes_at_any_time_and_hash_seed(printed: bytes) -> None:
    later = {**os.environ, "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1", "TZ": "Asia/Shanghai"}
    again = subprocess.run([sys.executable, "-c", PRINT], env=later, capture_output=True, text=True, check=True)
    assert again.stdout == hashlib.sha256(printed).hexdigest()


def test_a_long_command_is_wrapped_not_cut_off() -> None:
    report = small()
    long = "kubectl " + " ".join(f"--word-{number}=aaaaaaaaaaaaaaaaaaaa" for number in range(60)) + " x" + "y" * 300
    step = replace(report.hosts[0].steps[0], command=long)
    printed = to_pdf.render(replace(report, hosts=(replace(report.hosts[0], steps=(step,)),), findings=()))
    assert long.replace(" ", "") in text_of(printed).replace(" ", "")


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
