"""How large a report grows, how long writing it takes, and how soon a browser shows it: 500 sick nodes of 5,000.

    python -m benchmarks.report_size [--nodes 5000] [--sick 1 12 500] [--lang en]

Beside it 1 and 12 sick nodes.  Nothing is collected: the findings of recorded nodes are told of made-up ones, see
benchmarks/many_nodes.py.  The last rows are of a whole bundle, whose story, timeline and pictures are in the page.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pypdf

from analyzer.engine import Analysis, analyse
from analyzer.report import to_html, to_json, to_pdf
from analyzer.report.model import build
from analyzer.texts import LANGS, Lang
from benchmarks.generate import make_bundle
from benchmarks.many_nodes import analysis_of
from tests.analyzer.report.browsing import headless

ROW = "{:>6} {:>6}  {:6} {:>6} {:>8} {:>8} {:>8}"


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure the files of a report.")
    arguments.add_argument("--nodes", type=int, default=5000)
    arguments.add_argument("--sick", type=int, nargs="+", default=[1, 12, 500])
    arguments.add_argument("--lang", choices=("en", "zh"), default="en")
    given = arguments.parse_args()
    print(ROW.format("nodes", "sick", "file", "pages", "seconds", "of CPU", "MB"))
    for sick in given.sick:
        measure(analysis_of(nodes=given.nodes, sick=sick), given.nodes, sick, given.lang)
    with tempfile.TemporaryDirectory() as folder:
        sick = max(given.sick)
        bundle = make_bundle(
            Path(folder, "bundle.tar.gz"), nodes=given.nodes, log_mib=0.02, distinct=100, sick_every=given.nodes // sick
        )
        analysis = analyse(bundle)
        measure(analysis, given.nodes, sick, given.lang)
        page = Path(folder, "report.html")
        page.write_text(to_html.render({one: build(analysis, one) for one in LANGS}, given.lang), encoding="utf-8")
        print(f"first contentful paint of that page: {first_paint_ms(page):.0f} ms")


def measure(analysis: Analysis, nodes: int, sick: int, lang: Lang) -> None:
    files: dict[str, Callable[[], bytes]] = {
        "PDF": lambda: to_pdf.render(build(analysis, lang)),
        "HTML": lambda: to_html.render({one: build(analysis, one) for one in LANGS}, lang).encode(),
        "JSON": lambda: to_json.render(analysis),
    }
    for name, write in files.items():
        begun, busy = time.perf_counter(), time.process_time()
        content = write()
        spent = [f"{time.perf_counter() - begun:.1f}", f"{time.process_time() - busy:.1f}"]
        pages = len(pypdf.PdfReader(io.BytesIO(content)).pages) if name == "PDF" else "-"
        print(ROW.format(nodes, sick, name, pages, *spent, f"{len(content) / 1e6:.2f}"), flush=True)


def first_paint_ms(page: Path) -> float:
    """In headless Chromium, from the start of the navigation."""
    with tempfile.TemporaryDirectory() as profile:
        browser = headless(profile)
        try:
            browser.get(page.as_uri())
            said = "return performance.getEntriesByName('first-contentful-paint')[0].startTime"
            return float(browser.execute_script(said))
        finally:
            browser.quit()


if __name__ == "__main__":
    main()
