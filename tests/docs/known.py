"""What a command of the documentation is: one that is run, or one of those few that cannot be.

`EXEMPT` holds the beginnings of commands that no test runs, each with its reason.  `missing(command)` names the
words that the programs of this tree do not know.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click

import analyzer.cli
import collector.cli
from tests.docs.pages import TUTORIAL, Command, commands, pages

EXEMPT = {
    "git clone": "needs the network",
    "pip install": "changes the Python it is run by; the tests run what it has installed",
    "apt-get": "changes the system",
    "make": "each is another program of the house: the target is looked up in the Makefile",
    "ssh-keygen -t": "asks for a passphrase; the place has the key",
    "age-keygen": "the machine may not have it, and nothing here needs it",
    "csi-analyzer show case-4711.tar.gz.age": "no key of age-keygen here; an SSH key is used in collecting.md",
    "csi-collector collect --kubeconfig ~/.kube/config --via": "the place has no pods to enter; tests/collector has",
    "csi-collector collect --nodes nodes.txt --user admin --sudo --nfs-share": "would send something beyond loopback",
    "python3 csi-collector.pyz": "`make dist` makes it; a test of its own starts it",
    "sha256sum -c": "there is no folder of `make dist` in the place",
    "ssh ": "opens a terminal on a node; what is typed there is run",
    ".venv/bin/pytest": "`make test` runs it",
    ".venv/bin/ruff": "`make test` runs it",
    ".venv/bin/mypy": "`make test` runs it",
    ".venv/bin/python -m samples.sshd": "serves until it is interrupted; tests/samples enters such a server",
}
PROGRAMS = {"csi-analyzer": analyzer.cli.cli, "csi-collector": collector.cli.cli}


def why_not_run(command: str) -> str:
    return next((reason for start, reason in EXEMPT.items() if command.startswith(start)), "")


def commands_to_run() -> Iterator[Command]:
    """Those of all pages but the tutorial, in the order of reading."""
    for page in pages():
        if page != TUTORIAL:
            yield from (one for one in commands(page) if not why_not_run(one.text))


def missing(command: str) -> tuple[str, ...]:
    """Of a command of ours the subcommand and the options that it does not have."""
    words = shlex.split(command.partition("#")[0].partition(" | ")[0].partition(" > ")[0])
    return tuple(_missing(PROGRAMS[words[0]], words[1:])) if words and words[0] in PROGRAMS else ()


def _missing(known: click.Command, words: list[str]) -> Iterator[str]:
    while isinstance(known, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in known.commands:
            yield words[0]
            return
        known, words = known.commands[words[0]], words[1:]
    options = {name for parameter in known.params for name in (*parameter.opts, *parameter.secondary_opts)}
    asked = {word.partition("=")[0] for word in words if word.startswith("-") and len(word) > 1}
    yield from sorted(asked - options - {"-h", "--help", "--version"})
