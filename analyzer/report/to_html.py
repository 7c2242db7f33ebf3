"""Report -> one self-contained HTML page.

Output   str; no script, no external resource, a strict Content-Security-Policy.  Every value is escaped: autoescape is
on for every template, and an undefined name is an error.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from analyzer.report.model import Report
from analyzer.report.words import Words

_TICKS = re.compile(r"`([^`\n]{1,300})`")
NAMES = 300  # of nodes written out; report.json has them all
QUOTES = 3  # pieces of evidence shown unfolded
OPEN_LIMIT = 12  # hosts or findings that are shown unfolded


def render(report: Report) -> str:
    page = _environment().get_template("report.html.j2")
    limits = {"open_limit": OPEN_LIMIT, "quotes_shown": QUOTES, "names_shown": NAMES}
    return page.render(report=report, w=Words(report.lang), css=_css(), **limits)


def code_in_ticks(text: str) -> Markup:
    """Sentences name commands `like this`; the text is escaped first."""
    return Markup(_TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped above


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
    return Markup(_template("report.css") + _template("print.css"))  # noqa: S704 - the package's own files
