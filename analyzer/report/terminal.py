"""Report -> the same verdict as lines of a terminal.

Sentences are wrapped at the width of the terminal, 80 columns when there is none; a command is never broken.  Colours
only on a terminal.  All strings of a Report are printable already: nothing from a bundle can steer the terminal.
"""

from __future__ import annotations

from typing import TextIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from analyzer.report.coverage import UncheckedView
from analyzer.report.model import FindingView, HostView, Report, StepView
from analyzer.report.words import Words

WIDTH = 80
WIDEST = 100
NAMES = 12  # of nodes in one line
TONES = {
    "critical": "bold red",
    "error": "red",
    "warning": "yellow",
    "unsure": "yellow",
    "info": "blue",
    "clear": "green",
    "reads": "blue",
    "changes": "yellow",
    "destroys": "red",
    "collected": "green",
    "partial": "yellow",
    "unreachable": "red",
}


def show(report: Report, out: TextIO) -> None:
    """Write all of it to `out`."""
    _Page(report, out).show()


class _Page:
    def __init__(self, report: Report, out: TextIO) -> None:
        self.report, self.words = report, Words(report.lang)
        console = Console(file=out, highlight=False, markup=False, emoji=False)
        console.width = min(console.width, WIDEST) if console.is_terminal else WIDTH
        self.console = console

    def show(self) -> None:
        self.verdict()
        self.what_to_do()
        self.proof()
        self.unchecked()
        self.nodes()

    def say(self, *parts: str | tuple[str, str], first: str | tuple[str, str] = "", indent: int = 0) -> None:
        """Wrapped, each line indented; `first` stands before the first line, inside the indent."""
        label = Text.assemble(first)
        for line in Text.assemble(*parts).wrap(self.console, self.console.width - indent):
            line.rstrip()
            label.append(" " * (indent - label.cell_len))
            self.console.print(label + line, soft_wrap=True)
            label = Text()

    def labelled(self, key: str, *bodies: str, indent: int) -> None:
        """The words of a key, and beside them each body on its own lines."""
        word = self.words.say(key)
        label = " " * indent + word
        for body in bodies:
            self.say(body, first=(label, "dim"), indent=indent + cell_len(word) + 2)
            label = ""

    def exactly(self, line: str, indent: int) -> None:
        """A command or a quoted line: the terminal may wrap it, we do not."""
        self.console.print(Text(" " * indent + line), soft_wrap=True)

    def heading(self, key: str) -> None:
        self.console.print()
        self.say((self.words.say(key), "bold underline"))

    def verdict(self) -> None:
        verdict = self.report.verdict
        self.say((verdict.headline, f"bold {TONES[verdict.level]}"))
        for sentence in (verdict.cause, verdict.affected, verdict.gaps):
            if sentence:
                self.say(sentence)
        if verdict.also:
            self.labelled("verdict.also", *verdict.also, indent=0)
        if not self.report.bundle.complete:
            self.say(self.words.say("page.cut_off"))
        wide = max(cell_len(fact.name) for fact in self.report.bundle.facts) + 2
        self.console.print()
        for fact in self.report.bundle.facts:
            self.say(fact.value, first=(fact.name, "dim"), indent=wide)

    def what_to_do(self) -> None:
        self.heading("do.heading")
        if not self.report.hosts:
            self.say(self.words.say("do.see_findings" if self.report.findings else "do.nothing"))
        for host in self.report.hosts:
            self.host(host)

    def host(self, host: HostView) -> None:
        self.console.print()
        self.say((host.host, "bold"), f"  {host.script}")
        for number, step in enumerate(host.steps, start=1):
            self.step(number, step)

    def step(self, number: int, step: StepView) -> None:
        by_hand = "" if step.command else f", {self.words.say('do.by_hand')}"
        mark = (f"[{step.effect_word}{by_hand}] ", TONES[step.effect])
        self.say(mark, step.does, first=f"{number:3}.", indent=5)
        self.labelled("do.guard", *step.guards, indent=5)
        if step.command:
            self.exactly(step.command, indent=5)

    def proof(self) -> None:
        if self.report.findings:
            self.heading("proof.heading")
        for number, finding in enumerate(self.report.findings):
            if number:
                self.console.print()
            self.finding(finding, indent=0)

    def finding(self, finding: FindingView, indent: int) -> None:
        marks = f"[{finding.severity_word}, {finding.certainty_word}]"
        where = f"{finding.nodes}: " if finding.nodes else ""
        self.say((f"{marks} ", TONES[finding.severity]), (f"{where}{finding.title}", "bold"), indent=indent)
        for line in finding.cause:
            self.say(line, indent=indent + 2)
        places = [quote.place for quote in finding.quotes]
        if places:
            self.labelled("proof.evidence", self.words.listed(places, NAMES), indent=indent + 2)
        for symptom in finding.symptoms:
            self.say((f"{self.words.say('proof.explains')}:", "dim"), indent=indent + 2)
            self.finding(symptom, indent + 4)

    def unchecked(self) -> None:
        if self.report.unchecked:
            self.heading("unchecked.heading")
        for group in self.report.unchecked:
            self.gap(group)

    def gap(self, group: UncheckedView) -> None:
        names = f"  {self.words.listed(group.names, NAMES)}" if group.names else ""
        self.say((group.where, "bold"), names)
        for missing in group.missing:
            reason = f": {missing.reason}" if missing.reason else ""
            self.say(f"{missing.probe} ", (missing.status_word, "yellow"), reason, indent=2)
            self.labelled("unchecked.repair", missing.repair, indent=4)
            self.labelled("unchecked.rules", self.words.say("list.semicolon").join(missing.rules), indent=4)

    def nodes(self) -> None:
        self.heading("outcomes.heading")
        wide = max((cell_len(group.outcome_word) for group in self.report.outcomes), default=0) + 4
        for group in self.report.outcomes:
            told = self.words.listed(group.names, NAMES) + (f": {group.reason}" if group.reason else "")
            if group.findings:
                told += f"  [{self.words.say('count.findings', n=group.findings)}]"
            self.say(told, first=(f"  {group.outcome_word}", TONES[group.outcome]), indent=wide)
