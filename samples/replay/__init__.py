"""Replay a recorded node: a chroot in namespaces of its own, in which recorded commands and files answer.

Input    a node's folder of a sample (`samples/stale_fail/nodes/worker-1`).
Output   a process tree that sees /sys, /proc, /dev, /etc and the tools of that node, its host name, and no network but
         the portals that answered.  Commands that destroy take effect there: a flushed map and a deleted disk are gone
         from /sys, /dev and all answers; `state` keeps that for the next session.
Needs    util-linux' `unshare`; root, or user namespaces (then without other users).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Replay:
    """How to enter a node.  Tools can be missing (`without`) or never end (`hangs`); `user` is not root."""

    node: Path
    user: str = ""
    without: Sequence[str] = ()
    hangs: Sequence[str] = ()
    state: Path | None = None

    def argv(self, *command: str) -> list[str]:
        """The command that runs `command` on the node, from any working directory."""
        options = [word for tool in self.without for word in ("--without", tool)]
        options += [word for tool in self.hangs for word in ("--hangs", tool)]
        options += ["--user", self.user] if self.user else []
        options += ["--state", str(self.state)] if self.state else []
        entry = str(Path(__file__).with_name("__main__.py"))
        return [sys.executable, entry, *options, str(self.node.resolve()), "--", *command]
