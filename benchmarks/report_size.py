"""How large a report grows, and how long writing it takes: 500 sick nodes of 5,000, beside 1 and 12.

    python -m benchmarks.report_size [--nodes 5000] [--sick 1 12 500] [--lang en]

Nothing is collected: the findings of recorded nodes are told of made-up ones, see benchmarks/many_nodes.py.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable

import pypdf

from analyzer.report import to_html, to_json, to_pdf
from analyzer.report.model import build
from analyzer.texts import LANGS
from benchmarks.many_nodes import analysis_of

ROW = "{:>6} {:>6}  {:6} {:>6} {:>8} {:>8} {:>8}"


def main() -> None:
    arguments = argparse.ArgumentParser(description="Measure the files of a report.")
    arguments.add_argument("--nodes", type=int, default=5000)
    arguments.add_argument("--sick", type=int, nargs="+", default=[1, 12, 500])
    arguments.add_argument("--lang", choices=("en", "zh"), default="en")
    given = arguments.parse_args()
    print(ROW.format("nodes", "sick", "file", "pages", "seconds", "of CPU", "MB"))
    for sick in given.sick:
        analysis = analysis_of(nodes=given.nodes, sick=sick)
        both = {lang: build(analysis, lang) for lang in LANGS}
        files: dict[str, Callable[[], bytes]] = {
            "PDF": lambda both=both: to_pdf.render(both[given.lang]),
            "HTML": lambda both=both: to_html.render(both, given.lang).encode(),
            "JSON": lambda analysis=analysis: to_json.render(analysis),
        }
        for name, write in files.items():
            begun, busy = time.perf_counter(), time.process_time()
            content = write()
            spent = [f"{time.perf_counter() - begun:.1f}", f"{time.process_time() - busy:.1f}"]
            pages = len(pypdf.PdfReader(io.BytesIO(content)).pages) if name == "PDF" else "-"
            print(ROW.format(given.nodes, sick, name, pages, *spent, f"{len(content) / 1e6:.2f}"), flush=True)


if __name__ == "__main__":
    main()
