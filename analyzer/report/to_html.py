"""Reports -> one self-contained HTML page.

Input    the same report in English and in Chinese.
Output   str; both languages, of which the page shows one; no external resource; a strict Content-Security-Policy that
         lets nothing run but the package's own script, known by its digest.  Without the script the page still says
         all it has to say.  Every value is escaped: autoescape is on for every template, and an undefined name is an
         error.
"""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from analyzer.findings import Severity
from analyzer.report import templates
from analyzer.report.bilingual import TAGS, Bilingual, BilingualWords, merged
from analyzer.report.picture.views import drawn
from analyzer.report.views import Report, flat
from analyzer.report.words import Words
from analyzer.texts import Lang


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a page holds; report.json and the scripts have all of it."""

    names: int = 300  # of nodes written out in one place
    opened: int = 6  # as many hosts or findings are shown unfolded
    full_hosts: int = 40  # whose steps are told with guards, expectation and risk; later ones with their commands
    pictures: int = 20
    full_findings: int = 50  # whose evidence is quoted; of later ones the essence is told


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Filters:
    """What the page can be narrowed to."""

    nodes: tuple[str, ...]
    rules: tuple[str, ...]
    severities: tuple[tuple[str, str], ...]  # with its word
    namespaces: tuple[str, ...]


def render(reports: Mapping[Lang, Report], lang: Lang) -> str:
    """The page opens in `lang`."""
    other: Lang = "zh" if lang == "en" else "en"
    environment = templates.environment()
    environment.filters.update(only=in_language, quoted=shlex.quote)
    page = environment.get_template("report.html.j2")
    words = BilingualWords(Words(lang), Words(other))
    here, there = (drawn(reports[one].pictures[: LIMITS.pictures], Words(one)) for one in (lang, other))
    return page.render(
        report=merged(replace(reports[lang], pictures=()), replace(reports[other], pictures=()), lang),
        pictures=merged(here, there, lang),
        not_drawn=len(reports[lang].pictures) - len(here),
        w=words,
        limits=LIMITS,
        filters=_filters(reports[lang], words),
        tags=(TAGS[lang], TAGS[other]),
        css=templates.own("report.css", "picture.css", "print.css"),
        script=templates.own("report.js"),
        digest=_digest(templates.own("report.js")),
    )


def _filters(report: Report, words: BilingualWords) -> Filters:
    told = tuple(finding for finding, _ in flat(report.findings))
    on_timeline = {moment.node for moment in report.history.moments}
    there = {finding.severity for finding in told}
    return Filters(
        nodes=tuple(sorted({node for finding in told for node in finding.node_names} | on_timeline)),
        rules=tuple(sorted({finding.rule for finding in told})),
        severities=tuple((one.value, words.say(f"severity.{one}")) for one in Severity if one.value in there),
        namespaces=tuple(sorted({who.namespace for finding in told for who in finding.affects if who.namespace})),
    )


def in_language(text: str, tag: str) -> str:
    """For what can hold one language only, such as an attribute."""
    if isinstance(text, Bilingual) and tag != TAGS[text.lang]:
        return text.other
    return str(text)


def _digest(script: str) -> str:
    """As a Content-Security-Policy names a script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
