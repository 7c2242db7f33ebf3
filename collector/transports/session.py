"""A shell at work at the other end of three pipes, wherever it runs.

Input    `Pipes`: how bytes go to and come from a process; no call waits for long, so a dead peer holds nobody.
Output   `Session`: feeds the program without waiting for it, watches standard error, gives standard output as a stream.
Errors   TransportError: from reading when the deadline passes, or when the shell ended without a single byte.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from typing import Protocol

from bundle.capture import Status
from collector.sentences import printable
from collector.transports import Deadline, TransportError

TICK_S = 0.5
KEPT_ERROR_BYTES = 16 * 1024
LAST_WORDS_S = 1.0
BUFFER_BYTES = 256 * 1024


class Pipes(Protocol):
    """A started process.  None means "nothing within a tick", b"" means the end."""

    def receive(self, limit: int) -> bytes | None: ...

    def receive_error(self, limit: int) -> bytes | None: ...

    def send(self, data: bytes) -> int: ...

    def end_input(self) -> None: ...

    def exit_code(self) -> int | None: ...

    def kill(self) -> None: ...


class Session:
    """One process on a node; `named` is what it is called when it ends without a word."""

    def __init__(self, pipes: Pipes, *, named: str = "the shell") -> None:
        self._pipes = pipes
        self.named = named
        self._error = bytearray()
        self._error_ended = False
        self._news = threading.Condition()
        self._closed = threading.Event()
        self._start(self._watch_error)

    def await_error(self, found: Callable[[bytes], bool], deadline: Deadline) -> bool:
        """Wait until what came on standard error satisfies `found`; False when it ended or time ran out before."""
        with self._news:
            while not found(bytes(self._error)):
                if self._error_ended or not deadline.left() or deadline.cancelled.is_set():
                    return False
                self._news.wait(min(TICK_S, deadline.left()))
            return True

    def error(self) -> bytes:
        with self._news:
            return bytes(self._error)

    def error_text(self) -> str:
        """The last of standard error, as one printable line."""
        with self._news:
            self._news.wait_for(lambda: self._error_ended, LAST_WORDS_S)  # its thread may be a moment behind
            text = bytes(self._error).decode(errors="replace")
        return printable(" ".join(text.split()))

    def send(self, data: bytes) -> None:
        while data and not self._closed.is_set():
            data = data[self._pipes.send(data) :]

    def feed(self, program: str) -> None:
        """Send the program and end the input, without waiting: a shell reads as it goes."""
        self._start(lambda: self._feed(program.encode()))

    def answer(self, deadline: Deadline) -> io.BufferedReader:
        return io.BufferedReader(_Answer(self, self._pipes, deadline), BUFFER_BYTES)

    def exit_code(self) -> int | None:
        return self._pipes.exit_code()

    def close(self) -> None:
        self._closed.set()
        self._pipes.kill()

    def _feed(self, program: bytes) -> None:
        try:
            self.send(program)
            self._pipes.end_input()
        except OSError:
            self._closed.set()  # the shell is gone; reading its output says so

    def _watch_error(self) -> None:
        try:
            while not self._closed.is_set():
                data = self._pipes.receive_error(4096)
                if data is None:
                    continue
                if not data:
                    break
                with self._news:
                    self._error += data
                    del self._error[:-KEPT_ERROR_BYTES]
                    self._news.notify_all()
        except OSError:
            pass
        with self._news:
            self._error_ended = True
            self._news.notify_all()

    def _start(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, daemon=True).start()


class _Answer(io.RawIOBase):
    """Standard output of a session."""

    def __init__(self, session: Session, pipes: Pipes, deadline: Deadline) -> None:
        self._session = session
        self._pipes = pipes
        self._deadline = deadline
        self._received = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        while True:
            self._deadline.check("the answer")
            data = self._receive(len(buffer))
            if data is not None:
                break
        if not data and not self._received:
            raise self._silent()
        self._received += len(data)
        buffer[: len(data)] = data
        return len(data)

    def _receive(self, limit: int) -> bytes | None:
        try:
            return self._pipes.receive(limit)
        except OSError as error:
            raise TransportError(Status.UNREACHABLE, f"the connection broke: {error}") from error

    def _silent(self) -> TransportError:
        code = self._session.exit_code()
        said = self._session.error_text()
        return TransportError(
            Status.FAILED,
            f"{self._session.named} ended (exit code {code}) without an answer: {said or 'no message'}",
        )
