"""Completion of both programs, by the shells themselves where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"csi-collector": "collector", "csi-analyzer": "analyzer"}
SLOW_TO_LOAD = {"paramiko", "rich", "hyperscan", "weasyprint", "jinja2", "pyrage", "cryptography"}


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, str]:
    """An environment in which both programs are commands of this tree."""
    for program, package in PACKAGES.items():
        (tmp_path / program).write_text(f"#!{sys.executable}\nfrom {package}.cli import main\nmain()\n")
        (tmp_path / program).chmod(0o755)
    return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


def said(environment: dict[str, str], *words: str) -> str:
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


COMPLETED_BY_BASH = r"""
source <("$1" completion bash)
complete -p "$1"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
_$(echo "$1" | tr - _)_completion "$1"
printf '%s\n' "${COMPREPLY[@]}"
"""


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("csi-collector", "co"), ["collect", "completion"]),
        (("csi-analyzer", "report", "--iden"), ["--identity"]),
        (("csi-analyzer", "show", "--lang", ""), ["en", "zh"]),
    ],
)
def test_bash_offers_commands_options_and_choices(
    programs: dict[str, str], words: tuple[str, ...], offered: list[str]
) -> None:
    command, *found = said(programs, "bash", "-c", COMPLETED_BY_BASH, "bash", *words).splitlines()
    assert command.endswith(words[0])
    assert found == offered


@pytest.mark.parametrize("program", PACKAGES)
@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_is_printed_is_a_script_of_that_shell(programs: dict[str, str], program: str, shell: str) -> None:
    script = said(programs, program, "completion", shell)
    assert f"_{program}_complete={shell}_complete".replace("-", "_") in script.lower()
    if shutil.which(shell):
        done = subprocess.run([shell, "-n"], input=script, text=True, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


LOADED = """
import atexit, sys
from {package}.cli import main
sys.argv = [{program!r}]
atexit.register(lambda: print(*sorted(name for name in sys.modules if "." not in name)))
main()
"""


@pytest.mark.parametrize("program", PACKAGES)
def test_completing_loads_nothing_that_takes_long(programs: dict[str, str], program: str) -> None:
    asked = {f"_{program}_COMPLETE".replace("-", "_").upper(): "bash_complete", "COMP_WORDS": program}
    code = LOADED.format(package=PACKAGES[program], program=program)
    *offered, loaded = said({**programs, **asked, "COMP_CWORD": "1"}, sys.executable, "-c", code).splitlines()
    assert "plain,completion" in offered
    assert set(loaded.split()) & SLOW_TO_LOAD == set()
