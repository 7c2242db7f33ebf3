"""Transports: something that runs a shell program on a node and streams its answer back.

Input    a POSIX shell program as text; it goes to `sh -s` over standard input, never onto a command line.
Output   a binary stream of what the program writes to its standard output; leaving the context ends the program.
Errors   TransportError, from `run` or from reading the stream: how it ended and one sentence that says what to do.
"""

from __future__ import annotations

import io
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from bundle.capture import Status


class TransportError(Exception):
    """A node was not reached, refused, or stopped answering; `status` says which, the text says what to do."""

    def __init__(self, status: Status, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


@dataclass(slots=True)
class Running:
    """A program at work.

    `note` says what was given up to start it, and once the context is left also what could not be taken back; "" when
    nothing was.  `via` is the kind of the way that led there, where a transport has several.
    """

    stream: io.BufferedReader
    note: str = ""
    via: str = ""


class Transport(Protocol):
    """The one seam: node name, where it is, how it is reached, and a way to run a program there."""

    @property
    def name(self) -> str: ...

    @property
    def address(self) -> str: ...

    @property
    def kind(self) -> str: ...

    def run(self, program: str, *, deadline_s: float) -> AbstractContextManager[Running]: ...


@dataclass(frozen=True, slots=True)
class Sudo:
    """Run the program as root; the password goes to sudo's standard input after it has asked, and nowhere else."""

    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Installed:
    """Run the program that lies on the node at this path, as root by `sudo -n`; sudoers names it, and none is sent."""

    path: str


class Deadline:
    """A node's time budget, and the word of the user who pressed Ctrl-C."""

    def __init__(self, seconds: float, cancelled: threading.Event) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self.cancelled = cancelled

    def left(self, at_most: float | None = None) -> float:
        """Seconds left, never negative, and not more than `at_most`."""
        left = max(0.0, self._end - time.monotonic())
        return left if at_most is None else min(left, at_most)

    def check(self, doing: str) -> None:
        if self.cancelled.is_set():
            raise TransportError(Status.UNREACHABLE, "not collected: interrupted")
        if not self.left():
            raise TransportError(
                Status.TIMEOUT, f"no end of {doing} within {self.seconds:g} s; try a longer --node-timeout"
            )
