"""The local transport: a shell as a child process."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.transports import TransportError
from collector.transports.local import LocalTransport


def test_the_answer_is_what_the_program_prints_and_its_errors_stay_apart() -> None:
    with LocalTransport("here").run("echo out; echo err >&2", deadline_s=10) as running:
        assert running.stream.read() == b"out\n"


def test_a_program_that_hangs_ends_with_its_deadline() -> None:
    with pytest.raises(TransportError) as caught, LocalTransport("here").run("sleep 600", deadline_s=1) as running:
        running.stream.read()
    assert caught.value.status is Status.TIMEOUT


def test_a_child_that_ignores_signals_and_holds_the_pipe_is_not_waited_for() -> None:
    stubborn = "echo first; setsid sh -c 'trap \"\" TERM HUP; sleep 20' &"
    with LocalTransport("here").run(stubborn, deadline_s=1) as running:
        assert running.stream.readline() == b"first\n"
        with pytest.raises(TransportError, match="no end of the answer"):
            running.stream.read()


def test_leaving_early_ends_the_program(tmp_path: Path) -> None:
    with LocalTransport("here").run(f"echo $$ >{tmp_path}/pid; echo up; sleep 600", deadline_s=10) as running:
        running.stream.readline()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_the_programs_own_trap_runs_when_it_is_ended(tmp_path: Path) -> None:
    program = f"trap 'touch {tmp_path}/cleaned; exit' TERM; echo up; while :; do sleep 0.1; done"
    with LocalTransport("here").run(program, deadline_s=10) as running:
        running.stream.readline()
    assert (tmp_path / "cleaned").exists()


def test_the_word_of_the_user_ends_a_program_at_once() -> None:
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    begun = time.monotonic()
    way = LocalTransport("here", cancelled=cancelled)
    with pytest.raises(TransportError, match="interrupted"), way.run("sleep 600", deadline_s=60) as running:
        running.stream.read()
    assert time.monotonic() - begun < 30
