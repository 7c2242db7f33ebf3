"""Facts: typed, frozen values parsed from captures.  A fact knows the lines it was read from.

`Unknown` stands for "we did not learn"; an empty tuple stands for "we learned that there is none".
"""

from __future__ import annotations

from dataclasses import dataclass

from bundle.capture import Status


@dataclass(frozen=True, slots=True)
class Span:
    """The lines of one capture a fact was read from.

    `capture` is the probe's name, or `files/<path>` for a collected file, or `cluster/<kind>.json`; lines count from 1.
    Lines that lie apart have their `numbers`; those of others follow one another.
    """

    capture: str
    first_line: int
    last_line: int
    text: tuple[str, ...]
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Unknown:
    """Why a fact was not learned: the probe that would have told, how it ended, and its reason."""

    probe: str
    status: Status
    reason: str


class ParseError(Exception):
    """A capture does not have the form its tool prints.  `line` counts from 1."""

    def __init__(self, probe: str, line: int, problem: str) -> None:
        super().__init__(f"{probe}, line {line}: {problem}")
        self.probe = probe
        self.line = line
        self.problem = problem
