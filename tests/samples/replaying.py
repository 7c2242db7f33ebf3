"""Nodes of samples, replayed for tests: whether that works here, the node program on them, their runbooks on them."""

from __future__ import annotations

import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

from analyzer.engine import Analysis, analyse
from analyzer.report.to_shell import render as to_shell
from bundle.capture import Capture, NodeSnapshot
from bundle.folder import read_node_folder
from collector.node_program.answer import decode
from collector.node_program.program import render
from collector.probes import catalogue
from samples.composing.host import SALT
from samples.pack import HERE
from samples.replay import Replay

PORTALS = ("10.10.1.1:3260", "10.10.2.1:3260")
HEALTHY = HERE / "healthy/nodes/worker-1"


@cache
def why_not() -> str:
    """Why no node can be replayed here; "" if one can."""
    done = run(Replay(HEALTHY), "true")
    return "" if done.returncode == 0 else f"no namespaces of our own here: {done.stderr.decode()[-200:]}"


def run(replay: Replay, *command: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(replay.argv(*command), input=said, capture_output=True, timeout=100, check=False)


def collect(replay: Replay, *, node: str = "worker-1") -> NodeSnapshot:
    """The real node program under the replayed node's own shell."""
    done = run(replay, "sh", "-s", said=render(catalogue(), portals=PORTALS, salt=SALT).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    return NodeSnapshot(node, tuple(decode(io.BytesIO(done.stdout))))


def recorded(node: Path) -> dict[str, Capture]:
    return dict(read_node_folder(node).by_probe())


def runbook(folder: Path, host: str = "worker-1") -> str:
    analysis: Analysis = analyse(folder)
    return to_shell(next(book for book in analysis.runbooks if book.host == host))


def play(replay: Replay, script: str, *options: str) -> subprocess.CompletedProcess[bytes]:
    """The script, run on the node as an operator would."""
    command = 'cd /root && cat >runbook.sh && exec sh runbook.sh "$@" </dev/null'
    return run(replay, "sh", "-c", command, "sh", *options, said=script.encode())


def copy_of(sample: str, to: Path) -> Path:
    return Path(shutil.copytree(HERE / sample, to / sample))
