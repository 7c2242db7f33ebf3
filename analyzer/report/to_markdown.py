"""Report -> Markdown, to paste into a ticket.

Output   str: the verdict, a table of findings, the steps with their commands, the evidence folded away, what could not
be checked.  A large report is shortened, and says so: forges take 65,536 characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.report.coverage import UncheckedView
from analyzer.report.links import Link
from analyzer.report.markdown_text import cell, code, fenced, inline, summary
from analyzer.report.model import shortened
from analyzer.report.part import Part
from analyzer.report.terminal.overview import headline
from analyzer.report.views import FindingView, HostView, QuoteView, Report, StepView, flat
from analyzer.report.words import Words

HOSTS = 10
FINDINGS = 20
LINES = 12  # of a piece of evidence
QUOTES = 6  # pieces of evidence of a finding


def render(report: Report) -> str:
    """The whole case."""
    words, short = Words(report.lang), shortened(report, hosts=HOSTS, findings=FINDINGS)
    return _document(
        (
            *_verdict(report, words),
            *_table(short, words),
            *_what_to_do(short, words),
            *_proof(short, words),
            *_unchecked(report, words),
            *_cleared(report, words),
        )
    )


def render_part(part: Part) -> str:
    """What was asked for of it."""
    report, words = part.report, Words(part.report.lang)
    causes = (f"{words.say('overview.cause')}: {inline(_see(link, words))}" for link in part.caused_by)
    return _document(
        (
            f"## {inline(report.bundle.name)}",
            *causes,
            *_proof(report, words),
            *_what_to_do(report, words),
            *_unchecked(report, words),
            *_cleared(report, words),
        )
    )


def _document(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def _verdict(report: Report, words: Words) -> Iterator[str]:
    told = report.verdict
    yield f"## {inline(headline(report, words))}"
    yield from (inline(sentence) for sentence in (told.cause, told.affected) if sentence)
    if told.also:
        yield "\n".join((f"{inline(words.say('verdict.also'))}:\n", *(f"- {inline(also)}" for also in told.also)))
    yield "  \n".join(f"{inline(fact.name)}: {inline(fact.value)}" for fact in report.bundle.facts)
    if not report.bundle.complete:
        yield f"**{inline(words.say('page.cut_off'))}**"
    if told.gaps:
        yield f"**{inline(told.gaps)}**"


def _rows(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = [cell(title) for title in titles]
    lines = [head, ["---"] * len(head), *([cell(one) for one in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _table(report: Report, words: Words) -> Iterator[str]:
    if not report.findings:
        return
    keys = ("overview.severity", "overview.certainty", "outcomes.node", "cleared.problem", "proof.subject")
    yield f"### {inline(words.say('page.findings'))}"
    yield _rows(
        ("No.", *map(words.say, keys)),
        (
            (
                str(one.number),
                one.severity_word,
                one.certainty_word,
                one.nodes or words.say("unchecked.cluster"),
                f"{'└ ' if depth else ''}{one.kind}",
                one.subject,
            )
            for one, depth in flat(report.findings)
        ),
    )


def _what_to_do(report: Report, words: Words) -> Iterator[str]:
    yield f"### {inline(words.say('do.heading'))}"
    if not report.hosts:
        yield inline(words.say("overview.no_command" if report.findings else "do.nothing"))
    for host in report.hosts:
        yield from _host(host, words)
    if report.more_hosts:
        yield inline(report.more_hosts)


def _host(host: HostView, words: Words) -> Iterator[str]:
    yield f"#### {inline(host.host)}: {code(host.script)}"
    for step in host.steps:
        yield from _step(step, words)


def _step(step: StepView, words: Words) -> Iterator[str]:
    """No item of a list: those are numbered anew, and a part has the numbers of the script."""
    by_hand = "" if step.command else f", {words.say('do.by_hand')}"
    yield f"**{step.number}. {inline(step.effect_word + by_hand)}:** {inline(step.does)}"
    guards = [(words.say("do.guard"), guard) for guard in step.guards]
    after = [(words.say("do.expect"), step.expect), (words.say("do.if_fails"), step.if_fails)]
    yield from _labelled(guards)
    if step.command:
        yield fenced((step.command,), "sh")
    yield from _labelled(after)


def _labelled(told: Iterable[tuple[str, str]]) -> Iterator[str]:
    lines = [f"- {inline(label)}: {inline(body)}" for label, body in told if body]
    if lines:
        yield "\n".join(lines)


def _proof(report: Report, words: Words) -> Iterator[str]:
    yield f"### {inline(words.say('proof.heading'))}"
    if not report.findings:
        yield inline(words.say("proof.nothing"))
    for finding, _ in flat(report.findings):
        yield from _finding(finding, words)
    if report.more_findings:
        yield inline(report.more_findings)


def _finding(finding: FindingView, words: Words) -> Iterator[str]:
    yield f"#### {inline(words.say('details.finding', n=str(finding.number)))}: {inline(finding.title)}"
    marks = [finding.severity_word, finding.certainty_word, finding.nodes, finding.rule]
    yield f"*{inline(words.say('list.comma').join(mark for mark in marks if mark))}*"
    yield "\n\n".join(_item(line) for line in finding.cause).replace("\n\n- ", "\n- ")
    explained = [
        f"- {inline(words.say('proof.explains'))}: {inline(_see(link, words))}" for link in _explained(finding)
    ]
    if explained:
        yield "\n".join(explained)
    for quote in finding.quotes[:QUOTES]:
        yield _quote(quote, words)
    if left := finding.quotes[QUOTES:]:
        yield inline(words.listed([quote.place for quote in left]))


def _item(line: str) -> str:
    """A cause may list what is lacking, an item a line."""
    return f"- {inline(line[2:])}" if line.startswith("- ") else inline(line)


def _explained(finding: FindingView) -> tuple[Link, ...]:
    return (*(Link(one.anchor, one.title) for one in finding.symptoms), *finding.also_explains)


def _see(link: Link, words: Words) -> str:
    return words.say("details.see", n=link.anchor.removeprefix("f"), title=link.text)


def _quote(quote: QuoteView, words: Words) -> str:
    left = quote.left_out + max(0, len(quote.lines) - LINES)
    more = (f"… {words.say('proof.lines_left_out', n=left)}",) if left else ()
    block = fenced((*quote.lines[:LINES], *more))
    return f"<details><summary>{summary(quote.place)}</summary>\n\n{block}\n\n</details>"


def _unchecked(report: Report, words: Words) -> Iterator[str]:
    if not report.unchecked:
        return
    keys = ("outcomes.node", "unchecked.probe", "unchecked.status", "unchecked.reason", "unchecked.repair")
    yield f"### {inline(words.say('unchecked.heading'))}"
    yield _rows(map(words.say, keys), (row for group in report.unchecked[:HOSTS] for row in _gaps(group)))
    if report.unchecked[HOSTS:]:
        yield inline(words.say("overview.more_gaps", n=len(report.unchecked) - HOSTS))


def _gaps(group: UncheckedView) -> Iterator[tuple[str, ...]]:
    for missing in group.missing:
        yield group.where, missing.probe, missing.status_word, missing.reason, missing.repair


def _cleared(report: Report, words: Words) -> Iterator[str]:
    if report.cleared:
        lines = "\n".join(f"- {inline(f'{one.title} ({one.where})')}" for one in report.cleared)
        yield f"<details><summary>{inline(words.say('cleared.heading'))}</summary>\n\n{lines}\n\n</details>"
