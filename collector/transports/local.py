"""This machine: `sh -s` as a child process.

Input    a program.  Output  a stream of its standard output.
Errors   TransportError when no shell can be started; see `collector.transports.session` for the rest.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from collector.transports import Deadline, Installed, Running, Sudo
from collector.transports.child import Child
from collector.transports.elevation import start_program


@dataclass(frozen=True, slots=True)
class LocalTransport:
    name: str
    sudo: Sudo | Installed | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    address: str = "localhost"
    kind: str = "local"

    @contextlib.contextmanager
    def run(self, program: str, *, deadline_s: float) -> Iterator[Running]:
        deadline = Deadline(deadline_s, self.cancelled)
        session, note = start_program(Child, program, self.sudo, deadline)
        try:
            yield Running(session.answer(deadline), note)
        finally:
            session.close()
