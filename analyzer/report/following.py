"""The next commands to type: exact, with the bundle's path as it was given.

Input    an analysis, its report, and what was given.  Output  commands, each with what it is good for; safe to paste.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.engine import Analysis
from analyzer.facts import Unknown
from analyzer.parsers import all_parsers
from analyzer.parsers.objects import all_object_parsers
from analyzer.report.printable import printable
from analyzer.report.views import QuoteView, Report
from analyzer.report.words import Words
from analyzer.signals.signal import LOGS_OF_PROBE
from bundle.capture import Status

# an answer, or an error, lies in the bundle and tells more
TO_READ = {Status.FAILED: " --err", Status.DENIED: " --err", Status.TIMEOUT: " --err", Status.COLLECTED: ""}
SCRIPTS = 3  # the others are started alike
_ARCHIVE = re.compile(r"\.(?:tar\.gz|tgz|tar)(?:\.age)?$")


@dataclass(frozen=True, slots=True)
class Following:
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class Given:
    """The bundle, and the private keys of an encrypted one, as they were typed."""

    bundle: str
    identities: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return " ".join((quoted(self.bundle), *(f"--identity {quoted(one)}" for one in self.identities)))


def quoted(word: str) -> str:
    """For a shell, on one line, whatever it holds."""
    word = f"./{word}" if word.startswith("-") else word
    return printable(shlex.quote(word)).replace("\n", "\\n").replace("\t", "\\t")


def report_folder(bundle: str) -> str:
    """`case-4711` for `/tmp/case-4711.tar.gz`; never the bundle itself."""
    name = bundle.rstrip("/").rpartition("/")[2]
    plain = _ARCHIVE.sub("", name)
    return plain if plain not in ("", name) else f"{name.strip('.') or 'bundle'}-report"


def after_overview(analysis: Analysis, report: Report, given: Given, *, by_rule: bool) -> Iterator[Following]:
    words, path, lang = Words(report.lang), given.words, _lang(report)
    if report.findings:
        first = report.findings[0].rule if by_rule else str(report.findings[0].number)
        key = "next.findings" if by_rule else "next.finding"
        folder = quoted(report_folder(given.bundle))
        yield Following(words.say(key, name=first), f"csi-analyzer show {path} --finding {quoted(first)}{lang}")
        yield Following(words.say("next.report"), f"csi-analyzer report {path} -o {folder}{lang}")
        yield Following(words.say("next.ticket"), f"csi-analyzer show {path} --format md{lang}")
    yield from _missing(analysis, path, words)
    yield Following(words.say("next.all"), f"csi-analyzer show {path} --all{lang}")


def after_details(report: Report, given: Given) -> Iterator[Following]:
    """Where the first finding's evidence stands, and how its rule knows."""
    words, path = Words(report.lang), given.words
    for finding in report.findings[:1]:
        for quote in finding.quotes[:1]:
            yield Following(words.say("next.evidence"), f"csi-analyzer cat {path} {place_of(quote)}")
        yield Following(words.say("next.rule"), f"csi-analyzer rules show {quoted(finding.rule)}{_lang(report)}")
    yield Following(words.say("next.overview"), f"csi-analyzer show {path}{_lang(report)}")


def after_report(report: Report) -> Iterator[Following]:
    """Who gets the scripts does not sit where they were written: the name is what it will be there."""
    words = Words(report.lang)
    for host in report.hosts[:SCRIPTS]:
        script = quoted(host.script.rpartition("/")[2])
        yield Following(words.say("next.script", host=host.host), f"sh {script}")


def place_of(quote: QuoteView) -> str:
    """Node and probe, as `cat` takes them; objects of the cluster stand at no node."""
    node, _, probe = quote.place.rpartition(":")[0].rpartition(" ")
    return f"{quoted(node or 'cluster')} {quoted(probe)}"


def _lang(report: Report) -> str:
    return "" if report.lang == "en" else f" --lang {report.lang}"


def _missing(analysis: Analysis, path: str, words: Words) -> Iterator[Following]:
    """The answer that most rules miss, and that can be looked at."""
    kinds = {parser.kind for parser in all_object_parsers()}
    probes = {*kinds, *LOGS_OF_PROBE, *(parser.probe for parser in all_parsers())}
    wanted: Counter[tuple[str, Unknown]] = Counter()
    for gap in analysis.verdict.inconclusive:
        for one in gap.missing:
            node = "cluster" if one.probe in kinds else gap.node
            if node and one.probe in probes and one.status in TO_READ:
                wanted[node, one] += 1
    if wanted:
        node, one = min(wanted, key=lambda pair: (-wanted[pair], pair[0], pair[1].probe))
        command = f"csi-analyzer cat {path} {quoted(node)} {quoted(one.probe)}{TO_READ[one.status]}"
        yield Following(words.say("next.missing", node=printable(node), probe=printable(one.probe)), command)
