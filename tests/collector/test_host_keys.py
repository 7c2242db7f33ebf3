"""What a refused host key says to type, typed: then the host is let in, and no other key is."""

from __future__ import annotations

import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from collector.transports import TransportError
from collector.transports.addresses import is_host
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import SshOptions, Wanted, read_config, route
from samples import loopback as sshd


def way_to(server: sshd.Sshd, known_hosts: Path, address: str = "127.0.0.1") -> SshTransport:
    given = SshOptions(server.identity, known_hosts, paramiko.SSHConfig())
    return SshTransport("n1", route(Wanted("n1", address, server.port, server.user), given))


def configured(folder: Path, *lines: str) -> SshOptions:
    (folder / "config").write_text("\n".join(lines) + "\n")
    return SshOptions(config=read_config(folder / "config"))


def refusal(way: SshTransport) -> str:
    with pytest.raises(TransportError) as caught, way.run("echo hello", deadline_s=20):
        pass
    return caught.value.sentence


def type_what_it_says(sentence: str) -> None:
    """The last thing in backticks, as a reader pastes it."""
    subprocess.run(["sh", "-c", re.findall(r"`([^`]+)`", sentence)[-1]], check=True, capture_output=True)


def is_let_in(way: SshTransport) -> bool:
    with way.run("echo hello", deadline_s=20) as running:
        return running.stream.read() == b"hello\n"


def test_the_line_accepts_the_key_that_was_shown(node: sshd.Sshd, tmp_path: Path) -> None:
    way = way_to(node, tmp_path / "known")
    type_what_it_says(refusal(way))
    shown = node.identity.with_name("host_key.pub").read_text().split()[:2]
    assert (tmp_path / "known").read_text().split()[1:] == shown
    assert is_let_in(way)


def test_a_file_in_a_folder_that_is_not_there_or_has_a_blank_in_its_name(node: sshd.Sshd, tmp_path: Path) -> None:
    way = way_to(node, tmp_path / "my keys" / "known")
    type_what_it_says(refusal(way))
    assert (tmp_path / "my keys").stat().st_mode & 0o777 == 0o700
    assert is_let_in(way)


def test_a_hashed_file_takes_the_line_too(node: sshd.Sshd, tmp_path: Path) -> None:
    known = tmp_path / "known"
    sshd.trust(known, "192.0.2.1", 22, node.identity.with_name("host_key"))
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(known)], check=True, capture_output=True)
    way = way_to(node, known)
    type_what_it_says(refusal(way))
    assert is_let_in(way)


def test_a_host_key_alias_is_the_name_that_is_accepted(node: sshd.Sshd, tmp_path: Path) -> None:
    known, key = f"UserKnownHostsFile {tmp_path}/known", f"IdentityFile {node.identity}"
    given = configured(tmp_path, "Host *", "HostKeyAlias the-node", known, key)
    way = SshTransport("n1", route(Wanted("n1", "127.0.0.1", node.port, node.user), given))
    type_what_it_says(refusal(way))
    assert (tmp_path / "known").read_text().startswith(f"[the-node]:{node.port} ")
    assert is_let_in(way)


def test_both_keys_of_a_way_through_a_jump_host_are_accepted_here(node: sshd.Sshd, tmp_path: Path) -> None:
    with sshd.start(tmp_path / "bastion") as bastion:
        jump = ("Host bastion", "HostName 127.0.0.1", f"Port {bastion.port}", f"IdentityFile {bastion.identity}")
        every = ("Host *", f"IdentityFile {node.identity}", "ProxyJump bastion", f"UserKnownHostsFile {tmp_path}/known")
        given = configured(tmp_path, *jump, *every)
        way = SshTransport("n1", route(Wanted("n1", "127.0.0.1", node.port, node.user), given))
        type_what_it_says(refusal(way))
        type_what_it_says(refusal(way))
        assert is_let_in(way)


@pytest.fixture
def six(tmp_path: Path) -> Iterator[sshd.Sshd]:
    """A node with an address of version 6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    with sshd.start(tmp_path / "six", settings=["ListenAddress ::1"]) as server:
        yield server


def test_an_address_of_version_6_is_accepted(six: sshd.Sshd, tmp_path: Path) -> None:
    way = way_to(six, tmp_path / "known", "::1")
    type_what_it_says(refusal(way))
    assert (tmp_path / "known").read_text().startswith(f"[::1]:{six.port} ")
    assert is_let_in(way)


def test_a_changed_key_is_forgotten_and_the_new_one_accepted(node: sshd.Sshd, tmp_path: Path) -> None:
    """It is known under the node's name, in the second file: there it must be removed."""
    old = sshd.make_key(tmp_path / "another")
    sshd.trust(tmp_path / "second", "n1", node.port, old)
    files, key = f"UserKnownHostsFile {tmp_path}/first {tmp_path}/second", f"IdentityFile {node.identity}"
    given = configured(tmp_path, "Host *", files, key)
    way = SshTransport("n1", route(Wanted("n1", "127.0.0.1", node.port, node.user), given))
    type_what_it_says(refusal(way))
    type_what_it_says(refusal(way))
    assert is_let_in(way)


def test_where_no_host_keys_are_kept_a_file_is_asked_for(node: sshd.Sshd, tmp_path: Path) -> None:
    nowhere = ("Host *", "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile none", f"IdentityFile {node.identity}")
    way = SshTransport("n1", route(Wanted("n1", "127.0.0.1", node.port, node.user), configured(tmp_path, *nowhere)))
    assert "--known-hosts" in refusal(way)


@pytest.mark.parametrize("word", ["fe80::1%$(id)", "fe80::1%;id", "fe80::1% x", "-oProxyCommand=id", "a`id`", "a'b"])
def test_no_address_brings_more_than_itself_into_the_line(word: str) -> None:
    assert not is_host(word)


def test_a_zone_is_part_of_an_address() -> None:
    assert is_host("fe80::1%eth0.100")
