"""A real sshd on loopback with keys of its own, for the demonstration, tests and benchmarks.

`start(folder)` gives a running `Sshd`; nothing outside `folder` is read but the program itself and its run folder.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PROGRAM = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
PRIVILEGE_SEPARATION = Path("/run/sshd")  # sshd run by root does not start without it


@dataclass(frozen=True, slots=True)
class Sshd:
    """A server and what a client needs to be let in."""

    port: int
    user: str
    identity: Path
    known_hosts: Path
    process: subprocess.Popen[bytes]

    @property
    def options(self) -> list[str]:
        """The collector's words for this server."""
        return ["--user", self.user, "--identity", str(self.identity), "--known-hosts", str(self.known_hosts)]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def make_key(path: Path, *, passphrase: str = "") -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


def trust(known_hosts: Path, name: str, port: int, host_key: Path) -> None:
    kind, key = host_key.with_name(host_key.name + ".pub").read_text().split()[:2]
    with known_hosts.open("a") as lines:
        lines.write(f"[{name}]:{port} {kind} {key}\n")


@contextlib.contextmanager
def start(folder: Path, *, settings: Sequence[str] = (), before: Sequence[str] = ()) -> Iterator[Sshd]:
    """`settings` are lines of sshd_config; `before` is a command that runs the server, as `unshare … --`."""
    if PROGRAM is None:
        raise RuntimeError("no sshd; install openssh-server")
    folder.mkdir(parents=True, exist_ok=True)
    host_key = make_key(folder / "host_key")
    identity = make_key(folder / "identity")
    port = free_port()
    trust(folder / "known_hosts", "127.0.0.1", port, host_key)
    (folder / "sshd_config").write_text("\n".join((*_config(folder, port), *settings)) + "\n")
    if os.geteuid() == 0:
        PRIVILEGE_SEPARATION.mkdir(exist_ok=True)
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*before, PROGRAM, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    try:
        _await(port, process, folder / "log")
        yield Sshd(port, getpass.getuser(), identity, folder / "known_hosts", process)
    finally:
        process.terminate()
        process.wait(10)


def _config(folder: Path, port: int) -> tuple[str, ...]:
    return (
        "ListenAddress 127.0.0.1",
        f"Port {port}",
        f"HostKey {folder / 'host_key'}",
        f"AuthorizedKeysFile {folder / 'identity.pub'}",
        f"PidFile {folder / 'pid'}",
        "UsePAM no",
        "StrictModes no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "MaxStartups 500",
        "UseDNS no",
    )


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"sshd does not start: {log.read_text()}")
