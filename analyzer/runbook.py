"""Steps of a runbook: one command each, with what it does, what guards it, and what to expect.

A step that destroys cannot be constructed without a guard of identity, see analyzer/guards.py.
Commands are argv tuples; quoting them is the shell renderer's only job.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts.identifiers import FileName
from analyzer.guards import IDENTITY_GUARDS, Guard
from analyzer.texts import Text

ADMIN = "admin"  # the host of steps that run kubectl; its runbook comes first


class Effect(StrEnum):
    READS = "reads"
    CHANGES = "changes"  # can be undone
    DESTROYS = "destroys"


class Phase(StrEnum):
    """In the order of execution on a host."""

    CHECK = "check"
    RELEASE = "release"  # stop what uses a device: a pod, a mount, a process
    UNMOUNT = "unmount"
    STOP_QUEUEING = "stop-queueing"
    FLUSH_MAP = "flush-map"
    DELETE_PATH = "delete-path"
    LOAD_MODULE = "load-module"
    CONFIGURE = "configure"  # files, services and settings, of a host or of the cluster
    CORDON = "cordon"
    RECREATE = "recreate"  # a pod, so that its volumes are mounted anew
    UNCORDON = "uncordon"
    CONFIRM = "confirm"


PHASE_ORDER = tuple(Phase)


@dataclass(frozen=True, slots=True)
class Command:
    """An argv tuple, and what goes to its standard input; `save_as` takes its output, in the current folder."""

    argv: tuple[str, ...]
    stdin: str | None = None
    save_as: FileName | None = None

    def __post_init__(self) -> None:
        if not self.argv or any("\0" in word or "\n" in word for word in self.argv):
            raise ValueError(f"not a command: {self.argv!r}")
        if self.stdin is not None and self.save_as is not None:
            raise ValueError("a command either is fed or saves what it prints")


@dataclass(frozen=True, slots=True)
class Step:
    """One command on one host.  `target` tells steps of a phase apart; `command` is None for a step by hand."""

    host: str
    phase: Phase
    target: str
    effect: Effect
    does: Text
    command: Command | None
    expect: Text
    if_fails: Text
    guards: tuple[Guard, ...] = ()

    def __post_init__(self) -> None:
        if self.effect is Effect.DESTROYS and not any(isinstance(guard, IDENTITY_GUARDS) for guard in self.guards):
            raise ValueError(f"a destroying step needs a guard that re-reads the identity: {self.does.en}")

    @property
    def id(self) -> str:
        return f"{self.host}/{self.phase}/{self.target}"


@dataclass(frozen=True, slots=True)
class Runbook:
    """A host's ordered steps; bound to the bundle, the host and its boot.

    `boot_id` is "" for the admin host, which is bound to its cluster: `boot_ids` are those of the cluster's nodes.
    """

    host: str
    hostname: str
    boot_id: str
    bundle: str
    steps: tuple[Step, ...]
    boot_ids: tuple[str, ...] = ()


def ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    """A host's steps in the order of execution, each once."""
    once = {step.id: step for step in steps}
    return tuple(sorted(once.values(), key=lambda step: PHASE_ORDER.index(step.phase)))
