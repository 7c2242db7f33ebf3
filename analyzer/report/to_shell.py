"""Runbook -> one POSIX sh script that carries all it needs.

Input    a host's ordered steps.  Output  a script for dash, bash and busybox sh: it shows by default and acts with
`--apply`.  What it does to this host stands first, then the files of report_templates/runbook: how it asks and plays.
         Only the last line begins, so that a script cut off in transfer does nothing.  Same runbook, same bytes.
Safety   values reach the script only as words quoted by shlex; texts lose their control characters first.
Errors   ValueError for a step of another host, and for a command with characters that could not be shown as they are.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from importlib.resources import files

from analyzer.guards import DiskIsDead, Guard, MapIsDead, MapIsNamed, MountIs, PodIs
from analyzer.report.commands import command_line, plain_name
from analyzer.report.printable import printable
from analyzer.report.runbook_head import head_comment
from analyzer.runbook import ADMIN, Command, Effect, Phase, Runbook, Step
from analyzer.texts import Lang, Text

_MACHINERY = (
    *("asking.sh", "guards.sh", "cluster_guards.sh", "mount_guards.sh"),
    *("options.sh", "transcript.sh", "result.sh", "steps.sh", "play.sh"),
)
_SETUP = """\
set -u
umask 077
unset IFS CDPATH ENV BASH_ENV
unalias -a
callers_path=${PATH-}
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/udev:/lib/udev
LC_ALL=C
export PATH LC_ALL
"""


def render(runbook: Runbook, lang: Lang = "en") -> str:
    numbered = tuple(enumerate(runbook.steps, start=1))
    for step in runbook.steps:
        _refuse_what_cannot_be_written(runbook, step)
    parts = (
        f"#!/bin/sh\n{head_comment(runbook, lang)}",
        _SETUP,
        _bound_to(runbook),
        _function("steps", _steps(numbered, lang)),
        *(_guard_functions(number, step) for number, step in numbered),
        _function("preflight", _preflight(numbered)),
        _function("reopen", _reopened(numbered)),
        *(_template(name) for name in (f"{lang}.sh", *_MACHINERY)),
        'begin "$@"\n',
    )
    return "\n".join(parts)


def _template(name: str) -> str:
    return files("report_templates").joinpath("runbook", name).read_text(encoding="utf-8")


def _refuse_what_cannot_be_written(runbook: Runbook, step: Step) -> None:
    if step.host != runbook.host:
        raise ValueError(f"a step of {step.host!r} in the runbook of {runbook.host!r}")
    words = () if step.command is None else (*step.command.argv, step.command.stdin or "")
    for word in words:
        if printable(word) != word:
            raise ValueError(f"a command cannot be written with this word: {word!r}")


def _bound_to(runbook: Runbook) -> str:
    values = {
        "script_name": plain_name(runbook.host),
        "role": ADMIN if runbook.host == ADMIN else "node",
        "expected_hostname": runbook.hostname,
        "expected_boot_id": runbook.boot_id,
        "expected_boots": " ".join(runbook.boot_ids),
        "bundle": runbook.bundle,
        "total": str(len(runbook.steps)),
        "bound_to": _bound_to_in_json(runbook),
    }
    return "".join(f"{name}={shlex.quote(_one_line(value))}\n" for name, value in values.items())


def _bound_to_in_json(runbook: Runbook) -> str:
    """What the result file says of it; written here, where JSON is at hand."""
    values = {"bundle": runbook.bundle, "host": runbook.hostname, "boot_id": runbook.boot_id}
    return ", ".join(f'"{name}": {_json(value)}' for name, value in values.items())


def _json(value: str) -> str:
    return json.dumps(_one_line(value))


def _guard_functions(number: int, step: Step) -> str:
    functions = _function(f"guards_{number}", _asked(step.guards))
    if step.effect is Effect.DESTROYS:
        functions += _function(f"identity_{number}", _asked(tuple(filter(_is_identity, step.guards))))
    return functions


def _is_identity(guard: Guard) -> bool:
    return isinstance(guard, MapIsDead | MapIsNamed | DiskIsDead | PodIs | MountIs)


def _asked(guards: tuple[Guard, ...]) -> Iterator[str]:
    for guard in guards:
        yield f"{shlex.join(guard.call)} || return"


def _preflight(numbered: tuple[tuple[int, Step], ...]) -> Iterator[str]:
    for number, step in numbered:
        if step.effect is Effect.DESTROYS:
            yield f"identity {number} identity_{number}"


def _steps(numbered: tuple[tuple[int, Step], ...], lang: Lang) -> Iterator[str]:
    for number, step in numbered:
        words = (str(number), step.effect.value, step.phase.value, _json(step.id))
        sentences = (
            *(_sentence(step.does, lang), command_line(step.command) if step.command else ""),
            *(_sentence(step.expect, lang), _sentence(step.if_fails, lang)),
        )
        yield " \\\n        ".join((f"step {shlex.join(words)}", *map(shlex.quote, sentences)))
        yield f"{_action(number, step.command)}\n"


def _reopened(numbered: tuple[tuple[int, Step], ...]) -> Iterator[str]:
    """What opens each node again that a step closes for the steps between; for a script that stops there."""
    opening = {step.target: (number, step.command) for number, step in numbered if step.phase is Phase.UNCORDON}
    for number, step in numbered:
        later, command = opening.get(step.target, (0, None))
        if step.phase is Phase.CORDON and command is not None:
            words = (str(number), str(later), command_line(command), *command.argv)
            yield f"take_back {shlex.join(words)}"


def _action(number: int, command: Command | None) -> str:
    if command is None:
        return "by_hand"
    guarded = f"guards_{number} {shlex.join(command.argv)}"
    if command.stdin is not None:
        return f"feed {shlex.quote(command.stdin)} {guarded}"
    if command.save_as is not None:
        return f"save {shlex.quote(command.save_as)} {guarded}"
    return f"take {guarded}"


def _sentence(text: Text, lang: Lang) -> str:
    return printable(text.in_language(lang)).replace("\n", "\n    ")


def _one_line(value: str) -> str:
    return printable(value).replace("\n", "\\n")


def _function(name: str, lines: Iterator[str]) -> str:
    return "\n".join((f"{name}() {{", *(f"    {line}" for line in lines), "    return 0", "}", ""))
