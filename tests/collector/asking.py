"""The node program, rendered for some probes and run for real under a given shell."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from bundle.capture import Capture
from collector.node_program.answer import decode
from collector.node_program.program import render
from collector.probes import AnyProbe, Probe

T = TypeVar("T")
SHELLS = {"dash": ("dash",), "bash": ("bash",), "busybox": ("busybox", "sh")}
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "dash")
each_shell = pytest.mark.parametrize("shell", list(SHELLS.values()), ids=list(SHELLS))
# What takes long is asked under one shell by `make test`, and under the others by `make eval`.
each_shell_in_time = pytest.mark.parametrize(
    "shell",
    [pytest.param(shell, id=name, marks=[] if name == "dash" else pytest.mark.slow) for name, shell in SHELLS.items()],
)


def in_every_shell(question: Callable[[Sequence[str]], T]) -> list[T]:
    """What takes seconds is asked under all shells at once."""
    with ThreadPoolExecutor(len(SHELLS)) as pool:
        return list(pool.map(question, SHELLS.values()))


def shell_probe(script: str, *, name: str = "asked", limit_s: int = 5, limit_bytes: int = 1024 * 1024) -> Probe:
    return Probe(name, ("sh", "-c", script), reads="a test", limit_s=limit_s, limit_bytes=limit_bytes)


def run(shell: Sequence[str], probes: Sequence[AnyProbe], folder: Path, **options: object) -> bytes:
    folder.mkdir(exist_ok=True)
    program = render(probes, folders=(str(folder),), **options)  # type: ignore[arg-type]  # options are render's own
    done = subprocess.run([*shell, "-s"], input=program.encode(), capture_output=True, timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, b""), f"exit code {done.returncode}: {done.stderr!r}"
    return done.stdout


def ask(shell: Sequence[str], probes: Sequence[AnyProbe], folder: Path, **options: object) -> dict[str, Capture]:
    stream = io.BytesIO(run(shell, probes, folder, **options))
    return {capture.probe: capture for capture in decode(stream, probes)}


def ask_one(shell: Sequence[str], probe: AnyProbe, folder: Path) -> Capture:
    return ask(shell, [probe], folder)[probe.name]
