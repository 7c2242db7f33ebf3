"""Report -> one self-contained HTML page.

Output   str; no script, no external resource, a strict Content-Security-Policy.  Every value is escaped: autoescape is
on for every template, and an undefined name is an error.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup

from analyzer.report.model import Report
from analyzer.report.words import Words

OPEN_LIMIT = 12  # hosts or findings that are shown unfolded


def render(report: Report) -> str:
    page = _environment().get_template("report.html.j2")
    return page.render(report=report, w=Words(report.lang), css=_css(), open_limit=OPEN_LIMIT)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(name: str) -> str:
    return resources.files("report_templates").joinpath(name).read_text("utf-8")


@cache
def _css() -> Markup:
    return Markup(_template("report.css") + _template("print.css"))  # noqa: S704 - the package's own files
