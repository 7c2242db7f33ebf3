"""The place where the commands of the documentation are run: the admin host of a small cluster.

Two recorded nodes answer behind real sshd on loopback, and an API server gives kubectl their cluster.  What a command
removes on a node stays removed.  `~` is a folder of the place, `scp` copies between it and the nodes, and the
repository's own folders are there under their names.  A command that stands on two pages is run once.
"""

from __future__ import annotations

import contextlib
import getpass
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from samples import apiserver, loopback, sshd
from samples.pack import HERE
from samples.replay import Replay
from tests.docs.pages import ROOT

CLUSTER = HERE / "half_cleaned/cluster"
NODES = {"worker-1": HERE / "half_cleaned/nodes/worker-1", "worker-2": HERE / "demo/nodes/worker-2"}
ANSWERS = b"yes\n" * 50  # to what a runbook asks
SCP = """#!/bin/sh
place() { case $1 in *:*) node=${1%%:*}; echo "$NODES/${node#*@}/${1#*:}" ;; *) echo "$1" ;; esac; }
cp "$(place "$1")" "$(place "$2")"
"""
ON_NODE = """
mkdir /tmp/home && cd /tmp/home && tar -xf - || exit
{{ {command}
}} <.answers >.said 2>&1
echo $? >.code
tar -cf - .
"""

Ended = tuple[int, str]  # exit code, and what came on both outputs


def typed(command: str, folder: Path, environment: Mapping[str, str]) -> Ended:
    """As a reader types it: by a shell, in this folder; both streams as they come."""
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.decode()


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._home, self._nodes, self._bin = folder / "home", folder / "nodes", folder / "bin"
        self._pdf = ""
        self._ended: dict[tuple[str, str], Ended] = {}
        for path in (self._home / ".ssh", self._home / ".kube", self._bin, *(self._nodes / name for name in NODES)):
            path.mkdir(parents=True)
        for name in ("samples", "tests", "analyzer", "collector", "bundle", "report_templates", ".venv"):
            (folder / name).symlink_to(ROOT / name)
        (self._bin / "scp").write_text(SCP)
        (self._bin / "scp").chmod(0o755)
        loopback.make_key(self._home / ".ssh/support").with_name("support.pub").rename(folder / "support.pub")
        (folder / "nodes.txt").write_text("".join(f"{name}\n" for name in NODES))

    @contextlib.contextmanager
    def opened(self) -> Iterator[Place]:
        """The nodes and the API server answer inside the `with`."""
        with contextlib.ExitStack() as running:
            running.enter_context(apiserver.serve(CLUSTER)).write_kubeconfig(self._home / ".kube/config")
            servers = [running.enter_context(sshd.serve(self._replay(name), self._home / name)) for name in NODES]
            config, known_hosts = sshd.write_client_files(servers, self._home)
            config.rename(self._home / ".ssh/config")
            known_hosts.rename(self._home / ".ssh/known_hosts")
            yield self

    def run(self, command: str, node: str = "") -> Ended:
        if (command, node) not in self._ended:
            self._ended[command, node] = self._on_node(node, command) if node else self._here(command)
        return self._ended[command, node]

    def _here(self, command: str) -> Ended:
        said = command
        if command.startswith("csi-collector collect"):  # sshd lets in whom it runs as, no other
            said = command.replace("--user admin", f"--user {getpass.getuser()}")
        if command.startswith("csi-analyzer report"):
            said, self._pdf = said + self._pdf, " --no-pdf"  # one is enough: it takes longer than all the rest
        return typed(said, self.folder, self._environment())

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join((str(self._bin), str(Path(sys.executable).parent), os.environ["PATH"]))
        kept = {name: value for name, value in os.environ.items() if name in ("TMPDIR", "LANG", "LC_ALL")}
        return {**kept, "HOME": str(self._home), "NODES": str(self._nodes), "PATH": path, "COLUMNS": "80"}

    def _replay(self, node: str) -> Replay:
        state = self.folder / f"{node}.state"
        state.mkdir(exist_ok=True)
        return Replay(NODES[node], state=state)

    def _on_node(self, node: str, command: str) -> Ended:
        """In a folder of the node, which is one of the place."""
        home = self._nodes / node
        (home / ".answers").write_bytes(ANSWERS)
        argv = self._replay(node).argv("sh", "-c", ON_NODE.format(command=command))
        done = subprocess.run(
            argv, input=_packed(home), capture_output=True, timeout=120, check=True, start_new_session=True
        )
        shutil.rmtree(home)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            tar.extractall(home, filter="data")
        return int((home / ".code").read_text()), (home / ".said").read_text()


def _packed(folder: Path) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        tar.add(folder, ".")
    return content.getvalue()
