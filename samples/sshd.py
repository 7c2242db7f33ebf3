"""A real sshd on loopback whose every session enters the replay of a node.

Input    a `Replay`, a folder for keys and configuration.
Output   `Server`: its port, and the identity and known_hosts of its own that let a client in.  ~/.ssh is not touched.
Needs    openssh-server; without root it serves the user it runs as.
"""

from __future__ import annotations

import argparse
import contextlib
import shlex
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from samples import loopback
from samples.replay import REPOSITORY, Replay


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
    folder.mkdir(parents=True, exist_ok=True)
    enter = folder / "enter"
    enter.write_text(f"#!/bin/sh\nexport PYTHONPATH={shlex.quote(str(REPOSITORY))}\nexec {shlex.join(replay.argv())}\n")
    enter.chmod(0o755)
    settings = (f"ForceCommand {enter}", "AllowTcpForwarding no", "X11Forwarding no")
    with loopback.start(folder, settings=settings) as sshd:
        yield Server(name or replay.node.name, sshd.port, sshd.user, sshd.identity, sshd.known_hosts)


def write_client_files(servers: Iterable[Server], folder: Path) -> tuple[Path, Path]:
    """One ssh_config and one known_hosts for several servers."""
    config, known_hosts = folder / "ssh_config", folder / "known_hosts"
    config.write_text("\n".join(server.ssh_config for server in servers))
    known_hosts.write_text("".join(server.known_hosts.read_text() for server in servers))
    return config, known_hosts


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
