"""Difference -> one self-contained HTML page, in the clothes of the report.

Output   str; no script, no external resource, a strict Content-Security-Policy; every value is escaped.
"""

from __future__ import annotations

from analyzer.report import templates
from analyzer.report.diff.model import Difference
from analyzer.report.words import Words

NAMES = 300  # of nodes written out


def render(difference: Difference) -> str:
    page = templates.environment().get_template("diff.html.j2")
    return page.render(
        d=difference, w=Words(difference.lang), css=templates.own("report.css", "diff.css"), names_shown=NAMES
    )
