"""Several ways to one node: SSH to a real port first, this machine next."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.transports import Transport, TransportError
from collector.transports.first_that_opens import BY_HAND, FirstThatOpens, Way
from collector.transports.local import LocalTransport
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import SshOptions, Wanted, route
from samples import loopback as sshd

HERE = Way("local", lambda: LocalTransport("n1"))


def by_ssh(port: int, options: SshOptions | None = None) -> Way:
    return Way("ssh", lambda: SshTransport("n1", route(Wanted("n1", "127.0.0.1", port), options or SshOptions())))


def closed() -> Way:
    return by_ssh(sshd.free_port())


def refused(status: Status, sentence: str) -> Transport:
    raise TransportError(status, sentence)


def first_of(*ways: Way, cancelled: threading.Event | None = None) -> FirstThatOpens:
    return FirstThatOpens("n1", "192.0.2.1", ways, cancelled or threading.Event())


def test_the_first_way_that_answers_is_used_and_the_others_are_not_looked_at() -> None:
    with first_of(HERE, Way("other", partial(refused, Status.FAILED, "x"))).run("echo a", deadline_s=10) as running:
        assert (running.stream.read(), running.via, running.note) == (b"a\n", "local", "")


def test_a_way_that_does_not_lead_there_is_left_for_the_next_and_the_note_says_why() -> None:
    with first_of(closed(), HERE).run("echo a", deadline_s=10) as running:
        assert (running.stream.read(), running.via) == (b"a\n", "local")
    assert running.note.startswith("ssh: ")
    assert "Connection refused" in running.note


def test_a_host_key_that_is_not_known_is_told_although_another_way_led_there(node: sshd.Sshd, tmp_path: Path) -> None:
    stranger = by_ssh(node.port, SshOptions(node.identity, tmp_path / "none"))
    with first_of(stranger, HERE).run("echo a", deadline_s=10) as running:
        running.stream.read()
    assert "the host key of" in running.note
    assert "is not known" in running.note


def test_a_login_without_a_shell_is_left_for_the_next_way(tmp_path: Path) -> None:
    with sshd.start(tmp_path / "node", settings=("ForceCommand echo not for you >&2; exit 1",)) as server:
        way = by_ssh(server.port, SshOptions(server.identity, server.known_hosts))
        with first_of(way, HERE).run("echo a", deadline_s=10) as running:
            assert running.stream.read() == b"a\n"
    assert "not for you" in running.note


def test_where_no_way_leads_there_each_says_why_and_the_way_by_hand_comes_last() -> None:
    none = first_of(closed(), Way("kubectl exec", partial(refused, Status.FAILED, "the pod is down")))
    with pytest.raises(TransportError) as caught, none.run("echo a", deadline_s=10):
        pass
    assert caught.value.status is Status.UNREACHABLE
    ssh, of_pod, by_hand = caught.value.sentence.split("; ", 1)[0], "kubectl exec: the pod is down", BY_HAND
    assert ssh.startswith("ssh: ")
    assert caught.value.sentence.endswith(f"; {of_pod}; {by_hand}")


def test_one_refusal_of_rights_makes_it_denied() -> None:
    none = first_of(closed(), Way("kubectl exec", partial(refused, Status.DENIED, "Forbidden")))
    with pytest.raises(TransportError) as caught, none.run("echo a", deadline_s=10):
        pass
    assert caught.value.status is Status.DENIED


def test_a_way_that_took_all_the_time_leaves_none_for_the_next() -> None:
    hangs = Way("local", lambda: LocalTransport("n1"))
    with (
        pytest.raises(TransportError, match="no end of the answer"),
        first_of(hangs, HERE).run("sleep 9", deadline_s=1),
    ):
        pass


def test_after_the_first_byte_there_is_no_other_way() -> None:
    with pytest.raises(TransportError, match="no end of the answer"):
        read_all(first_of(HERE, HERE), "echo a; sleep 9")


def read_all(way: FirstThatOpens, program: str) -> None:
    with way.run(program, deadline_s=1) as running:
        running.stream.read()


def test_the_word_of_the_user_ends_the_trying() -> None:
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(TransportError, match="interrupted"), first_of(HERE, cancelled=cancelled).run("a", deadline_s=9):
        pass
