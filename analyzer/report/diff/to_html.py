"""Difference -> one self-contained HTML page, in the clothes of the report.

Output   str; no script, no external resource, a strict Content-Security-Policy; every value is escaped.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup

from analyzer.report.diff.model import Difference
from analyzer.report.to_html import code_in_ticks
from analyzer.report.words import Words

NAMES = 300  # of nodes written out


def render(difference: Difference) -> str:
    page = _environment().get_template("diff.html.j2")
    return page.render(d=difference, w=Words(difference.lang), css=_css(), names_shown=NAMES)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["ticks"] = code_in_ticks
    return environment


def _template(name: str) -> str:
    return resources.files("report_templates").joinpath(name).read_text("utf-8")


@cache
def _css() -> Markup:
    return Markup(_template("report.css") + _template("diff.css"))  # noqa: S704 - the package's own files
