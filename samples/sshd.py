"""A real sshd on loopback whose every session enters the replay of a node.

Input    a `Replay`, a folder for keys and configuration.
Output   `Server`: its port, and the identity and known_hosts of its own that let a client in.  ~/.ssh is not touched.
Needs    openssh-server; without root it serves the user it runs as.
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from samples.replay import REPOSITORY, Replay

PROGRAM = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
PRIVILEGE_SEPARATION = Path("/run/sshd")  # sshd run by root does not start without it


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int
    user: str
    identity: Path
    known_hosts: Path

    @property
    def ssh_config(self) -> str:
        return (
            f"Host {self.name}\n  HostName 127.0.0.1\n  Port {self.port}\n  User {self.user}\n"
            f"  IdentityFile {self.identity}\n  IdentitiesOnly yes\n  UserKnownHostsFile {self.known_hosts}\n"
        )


@contextlib.contextmanager
def serve(replay: Replay, folder: Path, *, name: str = "") -> Iterator[Server]:
    """A running server for one node; it ends with the `with`, and so do its sessions."""
    if PROGRAM is None:
        raise RuntimeError("there is no sshd; install openssh-server")
    folder.mkdir(parents=True, exist_ok=True)
    for key in ("host_key", "identity"):
        _key(folder / key)
    port = _free_port()
    (folder / "known_hosts").write_text(_known_host(port, folder / "host_key.pub"))
    enter = folder / "enter"
    enter.write_text(f"#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(REPOSITORY))}\nexec {shlex.join(replay.argv())}\n")
    enter.chmod(0o755)
    (folder / "sshd_config").write_text(_config(folder, port, enter))
    if os.geteuid() == 0:
        PRIVILEGE_SEPARATION.mkdir(exist_ok=True)
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen([PROGRAM, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    try:
        _await(port, process, folder / "sshd.log")
        user = getpass.getuser()
        yield Server(name or replay.node.name, port, user, folder / "identity", folder / "known_hosts")
    finally:
        process.terminate()
        process.wait(10)


def write_client_files(servers: Iterable[Server], folder: Path) -> tuple[Path, Path]:
    """One ssh_config and one known_hosts for several servers."""
    config, known_hosts = folder / "ssh_config", folder / "known_hosts"
    config.write_text("\n".join(server.ssh_config for server in servers))
    known_hosts.write_text("".join(server.known_hosts.read_text() for server in servers))
    return config, known_hosts


def _config(folder: Path, port: int, enter: Path) -> str:
    return "\n".join(
        (
            "ListenAddress 127.0.0.1",
            f"Port {port}",
            f"HostKey {folder / 'host_key'}",
            f"AuthorizedKeysFile {folder / 'identity.pub'}",
            f"PidFile {folder / 'pid'}",
            f"ForceCommand {enter}",
            "UsePAM no",
            "StrictModes no",
            "PasswordAuthentication no",
            "KbdInteractiveAuthentication no",
            "PermitRootLogin prohibit-password",
            "AllowTcpForwarding no",
            "X11Forwarding no",
            "UseDNS no",
            "",
        )
    )


def _key(path: Path) -> None:
    if not path.exists():
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "sample", "-f", str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def _known_host(port: int, public: Path) -> str:
    kind, key = public.read_text().split()[:2]
    return f"[127.0.0.1]:{port} {kind} {key}\n"


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise RuntimeError(f"sshd does not start: {log.read_text()}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a replayed node by ssh until interrupted.")
    parser.add_argument("node", type=Path, help="a node's folder of a sample")
    parser.add_argument("--state", type=Path, help="keep what commands have removed in this folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="replay-sshd-") as folder:
        replay = Replay(options.node, state=options.state)
        with serve(replay, Path(folder)) as server, contextlib.suppress(KeyboardInterrupt):
            write_client_files((server,), Path(folder))
            print(f"ssh -F {folder}/ssh_config {server.name}", flush=True)
            while True:
                time.sleep(3600)


if __name__ == "__main__":
    main()
