"""Runbook -> the comment on top of its script: what it is, how to run it, and its steps in plain words.

Output   lines of shell that all begin with `#`.  A value cannot end the comment: what is no printable character is
         written out, and each line of a value becomes a line of the comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report.commands import command_line, plain_name
from analyzer.report.printable import printable
from analyzer.report.words import Words
from analyzer.runbook import ADMIN, Effect, Runbook, Step
from analyzer.texts import Lang

OPTIONS = (
    *(("", "show"), (" --apply", "apply"), (" --apply --yes", "yes")),
    *((" --apply --only N", "only"), (" --apply --from N", "from")),
)


def head_comment(runbook: Runbook, lang: Lang) -> str:
    words = Words(lang)
    lines = [line for text in _texts(runbook, words) for line in printable(text).split("\n")]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _texts(runbook: Runbook, words: Words) -> Iterator[str]:
    yield words.say("runbook.head", host=runbook.host, bundle=runbook.bundle)
    if runbook.host == ADMIN:
        yield words.say("runbook.bound_admin")
    else:
        yield words.say("runbook.bound", host=runbook.hostname, boot=runbook.boot_id)
    yield ""
    yield words.say("runbook.run")
    for option, name in OPTIONS:
        yield f"    {f'sh {plain_name(runbook.host)}.sh{option}':<36}  {words.say(f'runbook.run_{name}')}"
    yield words.say("runbook.again")
    yield ""
    yield words.say("runbook.steps")
    for number, step in enumerate(runbook.steps, start=1):
        yield from _step(number, step, words)
    yield ""
    yield words.say("runbook.below")


def _step(number: int, step: Step, words: Words) -> Iterator[str]:
    does = step.does.in_language(words.lang).replace("\n", "\n        ")
    effect = words.say(f"effect.{step.effect}")
    yield f"{number:>4}  [{effect.upper() if step.effect is Effect.DESTROYS else effect}]  {does}"
    yield f"        {command_line(step.command) if step.command else words.say('runbook.by_hand')}"
