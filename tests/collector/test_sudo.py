"""Real sudo on a node of our own: an sshd in a mount namespace with its own passwd, shadow and sudoers."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from collector.transports import Sudo
from collector.transports.local import LocalTransport
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import SshOptions, Wanted, route
from samples import loopback as sshd

PASSWORD = "pass w'o$rd \"7 für sudo"  # everything that goes wrong on command lines
needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("sudo") is None,
    reason="only root can give a node its own sudoers, and sudo must be here",
)
BIND = 'for name in passwd shadow sudoers; do mount --bind "$0/$name" "/etc/$name" || exit 1; done; exec "$@"'


@contextmanager
def node_with(rule: str, *settings: str) -> Iterator[sshd.Sshd]:
    """`rule` is what sudoers grants to the user `admin`; `settings` are lines of sshd_config."""
    folder = Path(tempfile.mkdtemp(prefix="sudo-node-"))
    folder.chmod(0o755)
    secret = subprocess.check_output(["openssl", "passwd", "-6", "-stdin"], input=PASSWORD, text=True).strip()
    (folder / "passwd").write_text(
        "root:x:0:0::/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/bin/false\nadmin:x:4711:4711::/:/bin/sh\n"
    )
    (folder / "shadow").write_text(f"root:*:20000::::::\nsshd:*:20000::::::\nadmin:{secret}:20000::::::\n")
    (folder / "sudoers").write_text(f"root ALL=(ALL) ALL\n{rule}\n")
    for name, mode in (("passwd", 0o644), ("shadow", 0o640), ("sudoers", 0o440)):
        (folder / name).chmod(mode)
    inside = ("unshare", "-m", "--propagation", "private", "sh", "-c", BIND, str(folder))
    try:
        with sshd.start(folder, settings=settings, before=inside) as server:
            yield replace(server, user="admin")
    finally:
        shutil.rmtree(folder)


def on(server: sshd.Sshd, sudo: Sudo) -> SshTransport:
    given = SshOptions(server.identity, server.known_hosts, paramiko.SSHConfig())
    return SshTransport("n1", route(Wanted("n1", "127.0.0.1", server.port, server.user), given), sudo)


def user_and_note(way: SshTransport | LocalTransport) -> tuple[bytes, str]:
    with way.run("id -u", deadline_s=30) as running:
        return running.stream.read().strip(), running.note


@pytest.fixture(scope="module")
def asking() -> Iterator[sshd.Sshd]:
    with node_with("admin ALL=(ALL) ALL") as server:
        yield server


@needs_root
def test_sudo_without_a_password_gives_root() -> None:
    with node_with("admin ALL=(ALL) NOPASSWD: ALL") as server:
        assert user_and_note(on(server, Sudo())) == (b"0", "")


@needs_root
def test_sudo_with_its_password_gives_root(asking: sshd.Sshd) -> None:
    assert user_and_note(on(asking, Sudo(PASSWORD))) == (b"0", "")


@needs_root
def test_a_wrong_password_is_tried_once_and_the_node_is_collected_without_root(asking: sshd.Sshd) -> None:
    user, note = user_and_note(on(asking, Sudo("wrong")))
    assert (user, note) == (b"4711", "collected without root, since sudo refused: the password was wrong")


@needs_root
def test_a_password_that_was_not_given_is_asked_for_in_the_note(asking: sshd.Sshd) -> None:
    user, note = user_and_note(on(asking, Sudo()))
    assert (user, "a password is required" in note) == (b"4711", True)


@needs_root
def test_a_user_whom_sudo_does_not_know_is_collected_without_root() -> None:
    with node_with("# nobody") as server:
        user, note = user_and_note(on(server, Sudo(PASSWORD)))
    assert (user, "since sudo refused" in note) == (b"4711", True)


@needs_root
def test_the_password_is_on_no_command_line_and_in_no_environment(asking: sshd.Sshd) -> None:
    with watching_processes() as seen:
        assert user_and_note(on(asking, Sudo(PASSWORD)))[0] == b"0"
    assert any(b"sudo" in words for words in seen)
    assert not any(PASSWORD.encode() in words for words in seen)


@needs_root
def test_root_needs_no_sudo() -> None:
    assert user_and_note(LocalTransport("here", Sudo())) == (b"0", "")


def test_the_password_is_not_shown_when_the_transport_is_printed() -> None:
    assert PASSWORD not in repr(LocalTransport("here", Sudo(PASSWORD)))


@contextmanager
def watching_processes() -> Iterator[set[bytes]]:
    """The command lines and environments of all processes, looked at again and again."""
    seen: set[bytes] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            for file in (path for pid in Path("/proc").glob("[0-9]*") for path in (pid / "cmdline", pid / "environ")):
                try:
                    seen.add(file.read_bytes())
                except OSError:
                    continue
            time.sleep(0.005)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()
