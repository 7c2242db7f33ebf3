"""Report -> the page that the PDF is printed from.

Output   str; its own dress, report_templates/paper.  Every value is escaped: autoescape is on for every template, and
an undefined name is an error.  Nothing outside the string is named.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from analyzer.report import templates
from analyzer.report.paper import gaps
from analyzer.report.paper.grouping import group
from analyzer.report.paper.typeset import typeset
from analyzer.report.picture.views import drawn
from analyzer.report.views import Report
from analyzer.report.words import Words

WHOLE = 56  # characters of a command in a sentence that stay in one line
PICTURES = 12
LIMITS = {
    "quotes_shown": (8, 3),  # pieces of evidence of a finding; where there are many findings
    "lines_shown": (40, 12),  # of a piece, likewise
    "named_in_row": (6, 2),  # subjects of a row; where there are many rows
    "many_rows": 60,
    "victims_shown": 12,
    "links_shown": 6,
    "steps_listed": 40,  # of one host, beside those that are printed
    "names_shown": 12,  # of nodes written out
    "rules_shown": 12,  # that a gap leaves unjudged
    "moments_shown": 60,
    "contents_on_cover": 14,  # entries that find room there
}


def render(report: Report, analyzer: str) -> str:
    """`analyzer` is the program's name and version."""
    environment, words = templates.environment("paper"), Words(report.lang)
    environment.filters.update(ticks=code_in_ticks, typeset=typeset)
    page = environment.get_template("report.html.j2")
    return page.render(
        report=report,
        paper=group(report),
        pictures=drawn(report.pictures[:PICTURES], words),
        gaps=gaps.gaps(report),
        outcomes=gaps.outcomes(report),
        w=words,
        css=templates.own("paper/paper.css"),
        analyzer=analyzer,
        **LIMITS,
    )


def code_in_ticks(text: str) -> Markup:
    """Sentences name commands `like this`; a short one stays in one line, so that it is copied whole."""
    return Markup(templates.TICKS.sub(_code, str(escape(text))))  # noqa: S704 - escaped above


def _code(match: re.Match[str]) -> str:
    return f'<code class="whole">{match[1]}</code>' if len(match[1]) <= WHOLE else f"<code>{match[1]}</code>"
