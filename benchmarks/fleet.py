"""Any number of simulated nodes behind the collector's one seam, the transport; the same for the same seed.

`Fleet(seed=7, pace=…).job(number)` is a node whose answer is a tar stream as the program writes it: of the samples'
recorded answers (every 25th node is sick) and log text, 0.2 to 5 MiB, most of them small.  Of a hundred nodes some are
down, refuse the key, hang before or after half of their answer, are cut off, or break in a way that nobody has thought
of.  Answers depend on the node's name alone, delays on the seed; `pace` is the mean delay in seconds, and a node that
hangs does so until its time is over.  What answers are made of is held once, however many nodes there are.
"""

from __future__ import annotations

import contextlib
import io
import math
import random
import tarfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from benchmarks import log_text
from bundle.capture import Capture, Status
from bundle.folder import read_node_folder
from collector.probes import catalogue
from collector.runner import Job
from collector.transports import Deadline, Running, TransportError

SAMPLES = Path(__file__).parents[1] / "samples"
SICK_EVERY = 25
KIB = 1024
SMALLEST_KIB, USUAL_KIB, LARGEST_KIB = 200, 900, 5000
LOGS = ("kernel_log", "journal_kubelet", "journal_containerd")
STARTED = "2026-11-22T15:43:13Z"
# of a hundred nodes
TROUBLES = {3: "down", 17: "denied", 31: "hangs", 47: "hangs half-way", 61: "cut off", 73: "no answer", 89: "mistake"}


@dataclass(frozen=True, slots=True)
class Fleet:
    seed: int = 20261122
    pace: float = 0.05
    largest_kib: int = LARGEST_KIB
    cancelled: threading.Event = field(default_factory=threading.Event)

    def job(self, number: int) -> Job:
        name = f"node-{number:04d}"
        return Job(name, "192.0.2.1", lambda: _Way(name, number, self), lambda limit_s: f"exit {limit_s:.0f}\n")

    def jobs(self, count: int) -> list[Job]:
        return [self.job(number) for number in range(count)]

    def trouble_of(self, number: int) -> str:
        return TROUBLES.get(number % 100, "")

    def size_of(self, name: str) -> int:
        """In KiB; most are near the smallest, a few near the largest."""
        drawn = random.Random(name).lognormvariate(0, 0.7) * min(USUAL_KIB, self.largest_kib // 3)
        return int(min(self.largest_kib, max(SMALLEST_KIB, drawn)))

    def delay_of(self, name: str) -> float:
        return random.Random(f"{name} {self.seed}").expovariate(1 / self.pace) if self.pace else 0.0


@dataclass(frozen=True, slots=True)
class _Way:
    """A `Transport` without a node."""

    name: str
    number: int
    fleet: Fleet
    address: str = "192.0.2.1"
    kind: str = "ssh"

    @contextlib.contextmanager
    def run(self, program: str, *, deadline_s: float) -> Iterator[Running]:
        deadline = Deadline(deadline_s, self.fleet.cancelled)
        trouble = self.fleet.trouble_of(self.number)
        _wait(deadline, self.fleet.delay_of(self.name))
        if trouble == "down":
            raise TransportError(Status.UNREACHABLE, f"{self.name}: No route to host; is sshd running there?")
        if trouble == "denied":
            raise TransportError(Status.DENIED, f"{self.name} refused the key")
        if trouble == "mistake":
            raise ValueError("nobody has thought of this")
        if trouble == "hangs":
            _wait(deadline, math.inf)
        yield Running(_Answer(self._answer(trouble), deadline, hangs=trouble == "hangs half-way"))

    def _answer(self, trouble: str) -> bytes:
        sample = "stale_fail" if self.number % SICK_EVERY == SICK_EVERY - 1 else "healthy"
        whole = answer(self.name, self.fleet.size_of(self.name), sample)
        if trouble == "no answer":
            return b"This account is currently not available.\n" * 100
        return whole[: len(whole) // 2] if trouble in ("cut off", "hangs half-way") else whole


class _Answer(io.BytesIO):
    """What a node sends; one that hangs sends no more, and does not end either."""

    def __init__(self, content: bytes, deadline: Deadline, *, hangs: bool) -> None:
        super().__init__(content)
        self._deadline, self._hangs = deadline, hangs

    def read(self, size: int | None = -1) -> bytes:
        self._deadline.check("the answer")
        data = super().read(size)
        if not data and self._hangs:
            _wait(self._deadline, math.inf)
        return data


def _wait(deadline: Deadline, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        deadline.check("the answer")
        deadline.cancelled.wait(min(0.5, left, deadline.left()))


def answer(name: str, size_kib: int, sample: str = "healthy") -> bytes:
    """What the program of a node would write: recorded answers, and logs that make up the rest."""
    host = f"{name}\n".encode()
    own = {"host": host, **{probe: _log(size_kib // len(LOGS)) for probe in LOGS}}
    return b"".join(
        _members(capture, own[probe]) if probe in own else _kept(sample, probe)
        for probe, capture in _recorded(sample).items()
    )


@cache
def _recorded(sample: str) -> dict[str, Capture]:
    template = read_node_folder(SAMPLES / sample / "nodes" / "worker-1").by_probe()
    return {probe.name: template[probe.name] for probe in catalogue() if probe.name in template}


@cache
def _log_text() -> bytes:
    return log_text.journal_kubelet(log_text.Node("worker-1", 7), LARGEST_KIB * KIB // len(LOGS))


def _log(kib: int) -> bytes:
    text = _log_text()[-kib * KIB :]
    return text[text.find(b"\n") + 1 :]


@cache
def _kept(sample: str, probe: str) -> bytes:
    known = _recorded(sample)[probe]
    return _members(known, known.out)


def _members(known: Capture, out: bytes) -> bytes:
    probe = known.probe
    members = {f"{probe}/out": out, f"{probe}/err": known.err}
    members |= {f"{probe}/files/{number}": file.content for number, file in enumerate(known.files, 1)}
    lines = [f"file {number} 0 {file.path}" for number, file in enumerate(known.files, 1)]
    how = "absent multipath" if known.status is Status.ABSENT else f"exited {known.exit_code or 0}"
    meta = "\n".join((f"probe {probe}", f"started {STARTED}", f"end {how}", "user 0", "took 0.12", *lines, ""))
    return b"".join(_tar(path, content) for path, content in members.items() if content) + _tar(
        f"{probe}/meta", meta.encode()
    )


def _tar(path: str, content: bytes) -> bytes:
    info = tarfile.TarInfo(path)
    info.size = len(content)
    return info.tobuf(tarfile.USTAR_FORMAT) + content + bytes(-len(content) % tarfile.BLOCKSIZE)
