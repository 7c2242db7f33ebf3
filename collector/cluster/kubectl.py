"""The customer's own `kubectl`: the one way to the cluster, reading only.

Input    API paths for `get --raw`, arguments for other commands.
Output   `Reply`: status, standard output, a reason; a list is fetched in pages and handed on page by page.
         `command` is the whole argv, for those who run kubectl themselves.
Errors   KubectlError when there is no kubectl or the kubeconfig cannot be read; everything else is a status.
Every call has a time limit and is killed with its process group; nothing is ever read from the terminal.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bundle.capture import Status
from collector.budget import NO_LIMIT, Budget
from collector.errors import UserError
from collector.sentences import printable, told

PAGE = 500
REQUEST_LIMIT_S = 30.0
TICK_S = 0.2

# kubectl's own words on standard error, first match decides
_STATUSES = (
    (re.compile(r"\((?:Forbidden|Unauthorized)\)|You must be logged in|Unauthorized|forbidden:"), Status.DENIED),
    (re.compile(r"\(NotFound\)|could not find the requested resource"), Status.ABSENT),
    (re.compile(r"timeout|timed out|deadline exceeded|Timeout"), Status.TIMEOUT),
    (
        re.compile(r"refused|Unable to connect|no such host|no route|unreachable|x509|EOF|reset by peer"),
        Status.UNREACHABLE,
    ),
)
_QUOTED_FILE = re.compile(r"\.\.\.\|.{0,2000}\|\.\.\.")  # a decoder quotes the file that it does not understand
_EXPIRED = re.compile(r"\(Expired\)|continue parameter is too old")


class KubectlError(UserError):
    """One sentence: why kubectl cannot be used at all."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: Status
    out: bytes = b""
    reason: str = ""
    exit_code: int | None = None


@dataclass(frozen=True, slots=True)
class Kubectl:
    program: str
    kubeconfig: Path
    context: str | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    budget: Budget = NO_LIMIT

    def get(self, path: str, limit_s: float = REQUEST_LIMIT_S) -> Reply:
        return self.run(("get", "--raw", path), limit_s)

    def pages(self, path: str) -> Iterator[Reply | dict[str, Any]]:
        """Each page of a list, decoded; a `Reply` that is no page ends it."""
        token, begun_again = "", False
        while True:
            reply = self.get(paged(path, token))
            if reply.status is Status.FAILED and token and not begun_again and _EXPIRED.search(reply.reason):
                token, begun_again = "", True  # the list grew too old between two pages
                yield {"restart": True}
                continue
            page = _decoded(reply)
            yield page
            if isinstance(page, Reply):
                return
            token = str((page.get("metadata") or {}).get("continue") or "")
            if not token:
                return

    def command(self, argv: tuple[str, ...], *options: str, inside: tuple[str, ...] = ()) -> tuple[str, ...]:
        """`inside` is a command that kubectl runs in a container; options of kubectl itself must stand before it."""
        context = ("--context", self.context) if self.context else ()
        # options last: kubectl 1.20 takes a file named "config" before the command for the command
        own = (self.program, *argv, "--kubeconfig", str(self.kubeconfig.absolute()), *context, *options)
        return (*own, "--", *inside) if inside else own

    def run(self, argv: tuple[str, ...], limit_s: float, *, inside: tuple[str, ...] = ()) -> Reply:
        """What had been printed is in the reply also when kubectl failed or had to be ended."""
        if self.budget.over:
            return Reply(Status.TIMEOUT, reason=self.budget.sentence)
        limit_s = self.budget.left(limit_s)
        command = self.command(argv, f"--request-timeout={max(1, int(limit_s) - 1)}s", inside=inside)
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            out, err = self._wait(process, limit_s)
        except TimeoutError:
            why = self.budget.sentence if self.budget.over else f"kubectl gave no answer within {limit_s:g} s"
            return Reply(Status.TIMEOUT, _printed(process), why)
        except InterruptedError:
            return Reply(Status.UNREACHABLE, _printed(process), "not collected: interrupted")
        finally:
            _kill(process)
        if process.returncode:
            return _refusal(out, err, process.returncode)
        return Reply(Status.COLLECTED, out, exit_code=0)

    def _wait(self, process: subprocess.Popen[bytes], limit_s: float) -> tuple[bytes, bytes]:
        end = time.monotonic() + limit_s
        while True:
            try:
                return process.communicate(timeout=TICK_S)
            except subprocess.TimeoutExpired:
                if self.cancelled.is_set():
                    raise InterruptedError from None
                if time.monotonic() > end:
                    raise TimeoutError from None


def find(kubeconfig: Path, context: str | None, cancelled: threading.Event, budget: Budget = NO_LIMIT) -> Kubectl:
    program = shutil.which("kubectl")
    if program is None:
        raise KubectlError("there is no kubectl on the PATH; install it, or name the nodes with --nodes FILE")
    try:
        kubeconfig.open("rb").close()
    except OSError as error:
        raise KubectlError(
            f"{kubeconfig}: the kubeconfig cannot be read: {error.strerror}; give one that can to --kubeconfig"
        ) from error
    found = Kubectl(program, kubeconfig, context, cancelled, budget)
    understood = found.run(("config", "view", "--minify"), REQUEST_LIMIT_S)  # asks nobody but the file
    if understood.status is not Status.COLLECTED:
        raise KubectlError(f"{kubeconfig}: kubectl does not take this kubeconfig: {understood.reason}; correct it")
    return found


def paged(path: str, token: str = "") -> str:
    more = f"&continue={quote(token, safe='')}" if token else ""
    return f"{path}?limit={PAGE}{more}"


def status_of(words: str) -> Status:
    """What kubectl's words on standard error mean."""
    return next((status for pattern, status in _STATUSES if pattern.search(words)), Status.FAILED)


def _decoded(reply: Reply) -> Reply | dict[str, Any]:
    if reply.status is not Status.COLLECTED:
        return reply
    try:
        page = json.loads(reply.out)
    except ValueError as error:
        return Reply(Status.FAILED, reason=f"kubectl's answer is not JSON: {error}")
    if not isinstance(page, dict):
        return Reply(Status.FAILED, reason="kubectl's answer is not an API object")
    return page


def _refusal(out: bytes, err: bytes, code: int) -> Reply:
    words = told(printable(_QUOTED_FILE.sub("|…|", " ".join(err.decode(errors="replace").split()))))[-500:]
    return Reply(status_of(words), out, words or f"kubectl ended with {code} and no message", code)


def _printed(process: subprocess.Popen[bytes]) -> bytes:
    """Standard output of a kubectl that had to be ended."""
    _signal(process)
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.communicate(timeout=1)[0]
    return b""


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        _signal(process)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _signal(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
