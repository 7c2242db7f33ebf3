"""The package's own templates, styles and scripts, and how sentences become markup.

Every value is escaped: autoescape is on for every template, and an undefined name is an error.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import jinja2
from markupsafe import Markup, escape

from analyzer.report.bilingual import Bilingual, spans

TICKS = re.compile(r"`([^`\n]{1,300})`")


def environment(folder: str = ".") -> jinja2.Environment:
    """For the templates in this folder of report_templates; with the filter `ticks`."""
    made = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: _text(f"{folder}/{name}")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["ticks"] = code_in_ticks
    return made


@cache
def own(*names: str) -> Markup:
    """Styles or scripts, one after the other, as markup."""
    return Markup("".join(map(_text, names)))  # noqa: S704 - the package's own files


def code_in_ticks(text: str) -> Markup:
    """Sentences name commands `like this`; the text is escaped first."""
    if isinstance(text, Bilingual):
        return spans(_marked(str(text)), _marked(text.other), text.lang)
    return _marked(text)


def _marked(text: str) -> Markup:
    return Markup(TICKS.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped above


def _text(name: str) -> str:
    return resources.files("report_templates").joinpath(name).read_text("utf-8")
