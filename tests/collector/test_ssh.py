"""The SSH transport against a real sshd on loopback."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from bundle.capture import Status
from collector.transports import TransportError
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import SshOptions, Wanted, read_config, route
from samples import loopback as sshd


def options(server: sshd.Sshd, **changed: object) -> SshOptions:
    found = SshOptions(server.identity, server.known_hosts, paramiko.SSHConfig())
    return replace(found, **changed)


def transport(server: sshd.Sshd, given: SshOptions | None = None, port: int | None = None) -> SshTransport:
    wanted = Wanted("n1", "127.0.0.1", port or server.port, server.user)
    return SshTransport("n1", route(wanted, given or options(server)))


def said_by(way: SshTransport, program: str = "echo hello", deadline_s: float = 20) -> bytes:
    with way.run(program, deadline_s=deadline_s) as running:
        return running.stream.read()


def refusal(way: SshTransport, deadline_s: float = 20) -> TransportError:
    with pytest.raises(TransportError) as caught:
        said_by(way, deadline_s=deadline_s)
    return caught.value


def test_the_program_arrives_over_standard_input(node: sshd.Sshd) -> None:
    assert said_by(transport(node), "read line\nnever shown\ntr '\\0' ' ' </proc/$$/cmdline") == b"sh -s "


def test_a_program_larger_than_every_buffer_runs_while_it_is_sent(node: sshd.Sshd) -> None:
    line = "echo " + "x" * 1000 + "\n"
    assert len(said_by(transport(node), line * 8000)) == 8000 * 1001


def test_an_unknown_host_key_is_refused_with_its_fingerprint_and_the_way_to_accept_it(
    node: sshd.Sshd, tmp_path: Path
) -> None:
    error = refusal(transport(node, options(node, known_hosts=tmp_path / "none")))
    shown = subprocess.check_output(["ssh-keygen", "-lf", node.identity.with_name("host_key.pub")], text=True).split()[
        1
    ]
    assert shown in error.sentence
    assert f" >> {tmp_path}/none`" in error.sentence
    assert error.status is Status.UNREACHABLE


def test_a_changed_host_key_is_refused(node: sshd.Sshd, tmp_path: Path) -> None:
    sshd.trust(tmp_path / "known", "127.0.0.1", node.port, sshd.make_key(tmp_path / "another"))
    assert "another one is known" in refusal(transport(node, options(node, known_hosts=tmp_path / "known"))).sentence


def test_a_revoked_host_key_is_refused_although_it_is_also_trusted(node: sshd.Sshd, tmp_path: Path) -> None:
    trusted = node.known_hosts.read_text()
    (tmp_path / "known").write_text(f"{trusted}@revoked {trusted}")
    assert "revoked" in refusal(transport(node, options(node, known_hosts=tmp_path / "known"))).sentence


def test_hashed_known_hosts_are_understood(node: sshd.Sshd, tmp_path: Path) -> None:
    shutil.copy(node.known_hosts, tmp_path / "known")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(tmp_path / "known")], check=True, capture_output=True)
    assert said_by(transport(node, options(node, known_hosts=tmp_path / "known"))) == b"hello\n"


def test_a_key_the_node_does_not_know_is_denied(node: sshd.Sshd, tmp_path: Path) -> None:
    error = refusal(transport(node, options(node, identity=sshd.make_key(tmp_path / "stranger"))))
    assert error.status is Status.DENIED
    assert f"refused the key ({tmp_path}/stranger)" in error.sentence


def test_an_encrypted_key_is_named_with_the_way_to_unlock_it(node: sshd.Sshd, tmp_path: Path) -> None:
    key = sshd.make_key(tmp_path / "locked", passphrase="not told")
    error = refusal(transport(node, options(node, identity=key)))
    assert f"unlock it with `ssh-add {key}`" in error.sentence


def test_keys_of_the_agent_are_used(node: sshd.Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with agent_holding(node.identity, tmp_path / "agent") as listening:
        monkeypatch.setenv("SSH_AUTH_SOCK", listening)
        monkeypatch.setenv("HOME", str(tmp_path))
        assert said_by(transport(node, options(node, identity=None))) == b"hello\n"


def test_nothing_listening_is_unreachable() -> None:
    wanted = Wanted("n1", "127.0.0.1", sshd.free_port(), "root")
    error = refusal(SshTransport("n1", route(wanted, SshOptions())))
    assert (error.status, "Connection refused" in error.sentence) == (Status.UNREACHABLE, True)


def test_a_host_that_takes_the_connection_and_never_speaks_costs_its_budget_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as black_hole:
        wanted = Wanted("n1", "127.0.0.1", black_hole.getsockname()[1], "root")
        error = refusal(SshTransport("n1", route(wanted, SshOptions())), deadline_s=1)
    assert error.status is Status.UNREACHABLE


def test_a_node_that_hangs_ends_with_its_deadline(node: sshd.Sshd) -> None:
    with pytest.raises(TransportError) as caught:
        said_by(transport(node), "exec tail -f /dev/null --pid=$PPID", deadline_s=1)
    assert caught.value.status is Status.TIMEOUT


def test_a_shell_that_ends_without_a_word_is_told_with_its_last_words(node: sshd.Sshd) -> None:
    with pytest.raises(TransportError, match=r"exit code 3.*no room"):
        said_by(transport(node), "echo no room >&2; exit 3")


def test_the_configuration_gives_host_port_user_key_and_known_hosts(node: sshd.Sshd, tmp_path: Path) -> None:
    included = tmp_path / "more"
    included.write_text(f"IdentityFile {node.identity}\nUserKnownHostsFile {node.known_hosts}\n")
    (tmp_path / "config").write_text(
        f"Host w?rker-*\n  HostName 127.0.0.1\n  Port {node.port}\n  Include {included}\n  User {node.user}\n"
    )
    hops = route(Wanted("worker-1"), SshOptions(config=read_config(tmp_path / "config")))
    assert said_by(SshTransport("worker-1", hops)) == b"hello\n"


@pytest.fixture
def bastion(tmp_path: Path) -> Iterator[sshd.Sshd]:
    with sshd.start(tmp_path / "bastion") as server:
        yield server


def jumping(node: sshd.Sshd, bastion: sshd.Sshd, folder: Path, known_hosts: Path) -> SshTransport:
    (folder / "config").write_text(
        f"Host bastion\n  HostName 127.0.0.1\n  Port {bastion.port}\n  IdentityFile {bastion.identity}\n"
        f"Host *\n  IdentityFile {node.identity}\n  ProxyJump bastion\n  UserKnownHostsFile {known_hosts}\n"
    )
    wanted = Wanted("n1", "127.0.0.1", node.port, node.user)
    return SshTransport("n1", route(wanted, SshOptions(config=read_config(folder / "config"))))


def test_a_node_behind_a_jump_host_is_reached(node: sshd.Sshd, bastion: sshd.Sshd, tmp_path: Path) -> None:
    (tmp_path / "known").write_text(node.known_hosts.read_text() + bastion.known_hosts.read_text())
    assert said_by(jumping(node, bastion, tmp_path, tmp_path / "known")) == b"hello\n"


def test_the_host_key_of_the_jump_host_is_checked_too(node: sshd.Sshd, bastion: sshd.Sshd, tmp_path: Path) -> None:
    way = jumping(node, bastion, tmp_path, node.known_hosts)
    assert f"the host key of {getpass.getuser()}@127.0.0.1 port {bastion.port} is not known" in refusal(way).sentence


def test_a_node_that_the_jump_host_cannot_reach_is_told_so(node: sshd.Sshd, bastion: sshd.Sshd, tmp_path: Path) -> None:
    (tmp_path / "known").write_text(bastion.known_hosts.read_text())
    way = jumping(replace(node, port=sshd.free_port()), bastion, tmp_path, tmp_path / "known")
    assert "the jump host does not lead to" in refusal(way).sentence


class agent_holding:  # noqa: N801 - reads as a phrase
    """An ssh-agent with one key, listening at a path."""

    def __init__(self, key: Path, listening: Path) -> None:
        self.key, self.listening = key, str(listening)

    def __enter__(self) -> str:
        self.process = subprocess.Popen(["ssh-agent", "-D", "-a", self.listening], stdout=subprocess.DEVNULL)
        add = ["ssh-add", "-q", str(self.key)]
        given = {**os.environ, "SSH_AUTH_SOCK": self.listening}
        while subprocess.run(add, env=given, capture_output=True, check=False).returncode:
            assert self.process.poll() is None
        return self.listening

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(10)
