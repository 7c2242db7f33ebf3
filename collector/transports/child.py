"""A child process of this machine, in a process group of its own, as the pipes of a session.

Input    an argv.  Output  `Pipes` (see `collector.transports.session`).
Errors   TransportError when the program cannot be started.
At the end it is killed with its group; a grandchild that cannot be killed is left, never waited for.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
from typing import IO

from bundle.capture import Status
from collector.transports import TransportError
from collector.transports.session import TICK_S

WAIT_FOR_END_S = 1.0


class Child:
    """`Pipes` of a child process."""

    def __init__(self, argv: tuple[str, ...]) -> None:
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(
                argv, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True, cwd="/"
            )
        except OSError as error:
            raise TransportError(Status.FAILED, f"cannot start {argv[0]} on this machine: {error}") from error
        # the shell's standard error is a pipe of its own; what is read from it decides nothing after the handshake

    def receive(self, limit: int) -> bytes | None:
        return _read(self._process.stdout, limit)

    def receive_error(self, limit: int) -> bytes | None:
        return _read(self._process.stderr, limit)

    def send(self, data: bytes) -> int:
        pipe = _open(self._process.stdin)
        _, writable, _ = select.select((), (pipe,), (), TICK_S)
        return os.write(pipe.fileno(), data[: select.PIPE_BUF]) if writable else 0

    def end_input(self) -> None:
        _open(self._process.stdin).close()

    def exit_code(self) -> int | None:
        try:
            return self._process.wait(WAIT_FOR_END_S)
        except subprocess.TimeoutExpired:
            return None

    def kill(self) -> None:
        if self._process.poll() is None:
            with contextlib.suppress(PermissionError, ProcessLookupError):
                # the shell gets time to remove its temporary folder; under sudo the signal is passed on
                os.killpg(self._process.pid, signal.SIGTERM)
            if self.exit_code() is None:
                with contextlib.suppress(PermissionError, ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self.exit_code()


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None or pipe.closed:
        raise BrokenPipeError("the shell's pipe is closed")
    return pipe


def _read(pipe: IO[bytes] | None, limit: int) -> bytes | None:
    source = _open(pipe)
    readable, _, _ = select.select((source,), (), (), TICK_S)
    return os.read(source.fileno(), limit) if readable else None
