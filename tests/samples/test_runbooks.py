"""The scripts of every scenario's runbooks are read by each shell that a customer may have, and by shellcheck.

Checked in one piece, for a process each would take minutes: what all scripts begin with stands once.
"""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

import pytest

from analyzer.report.to_shell import render
from analyzer.runbook import Runbook
from analyzer.texts import Lang
from samples.scenario.loading import load, names
from samples.scenario.outcome import analyse

pytestmark = pytest.mark.slow  # part of `make eval`

SHELLS = {"dash": ("dash",), "bash": ("bash", "--posix"), "busybox": ("busybox", "sh")}
# `role=admin`, `bundle=csi-bundle-1` and `ping -M do` are words, no forgotten $(…), $((…)) or line end
GUESSES = "SC2209,SC2100,SC1010"


@cache
def runbooks() -> tuple[Runbook, ...]:
    return tuple(book for name in names() for book in analyse(load(name)).runbooks)


@cache
def scripts(lang: Lang) -> bytes:
    """All of them: the own part of each, then the part that they share once."""
    parts = [render(book, lang).partition("\nT_usage=") for book in runbooks()]
    (shared,) = {after for _, _, after in parts}
    return "".join((*(f"{own}\n" for own, _, _ in parts), "T_usage=", shared)).encode()


def test_there_are_scripts_of_the_admin_host_and_of_nodes() -> None:
    assert {book.host for book in runbooks()} >= {"admin", "worker-1", "worker-2"}


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
def test_every_shell_reads_every_runbook(shell: tuple[str, ...], lang: Lang) -> None:
    if shutil.which(shell[0]) is None:
        pytest.skip(f"{shell[0]} is not installed")
    read = subprocess.run([*shell, "-n"], input=scripts(lang), capture_output=True, check=False)
    assert (read.returncode, read.stdout, read.stderr) == (0, b"", b"")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_shellcheck_warns_of_no_runbook() -> None:
    command = ["shellcheck", "-s", "sh", "-S", "warning", "-e", GUESSES, "-f", "gcc", "-"]
    assert subprocess.run(command, input=scripts("en"), capture_output=True, check=False).stdout.decode() == ""
