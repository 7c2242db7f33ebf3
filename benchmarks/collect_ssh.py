"""Collecting N nodes over SSH beside OpenSSH running the same program with `xargs -P`.

Each "node" is an sshd of its own on loopback, and all share this machine, so only the ratio means anything.  Both
sides run the very same program, without active tests, N at once; ours also decodes, redacts and writes the bundle.

    python -m benchmarks.collect_ssh [--nodes 8] [--rounds 3]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from collector.node_program.program import render
from collector.probes import catalogue
from samples import loopback as sshd

Cost = tuple[float, float]  # seconds, and seconds of processor time
ROOT = Path(__file__).parents[1]
COLLECTOR = [sys.executable, "-c", "from collector.cli import main; main()"]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--nodes", type=int, default=8)
    options.add_argument("--rounds", type=int, default=3)
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as running:
        folder = Path(name)
        servers = [running.enter_context(sshd.start(folder / f"node-{n}")) for n in range(wanted.nodes)]
        write_client_files(folder, servers)
        ours: list[Cost] = []
        theirs: list[Cost] = []
        for _ in range(wanted.rounds):
            theirs.append(cost(by_openssh(folder, wanted.nodes)))
            ours.append(cost(by_us(folder, wanted.nodes)))
    report(wanted.nodes, ours, theirs)


def write_client_files(folder: Path, servers: list[sshd.Sshd]) -> None:
    blocks = [
        f"Host node-{n}\n  HostName 127.0.0.1\n  Port {server.port}\n  IdentityFile {server.identity}\n"
        f"  IdentitiesOnly yes\n  UserKnownHostsFile {server.known_hosts}\n"
        for n, server in enumerate(servers)
    ]
    (folder / "config").write_text("".join(blocks))
    (folder / "nodes").write_text("".join(f"node-{n}\n" for n in range(len(servers))))
    (folder / "program").write_text(render(catalogue(), active=False))


def by_openssh(folder: Path, parallel: int) -> str:
    one = f"ssh -F {folder}/config {{}} sh -s <{folder}/program >{folder}/{{}}.part"
    return f"xargs -P {parallel} -I{{}} sh -c '{one}' <{folder}/nodes"


def by_us(folder: Path, parallel: int) -> str:
    words = ["collect", "--nodes", f"{folder}/nodes", "--ssh-config", f"{folder}/config", "--no-active", "--force"]
    return shlex.join([*COLLECTOR, *words, "--jobs", str(parallel), "-o", f"{folder}/b.tar.gz"])


def cost(command: str) -> Cost:
    begun, worked = time.perf_counter(), work()
    done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - begun, work() - worked


def work() -> float:
    """Processor time of all that was started here and has ended: the clients, not the nodes."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def report(nodes: int, ours: list[Cost], theirs: list[Cost]) -> None:
    (our_s, our_work), (their_s, their_work) = (
        map(statistics.median, zip(*one, strict=True)) for one in (ours, theirs)
    )
    print(f"{nodes} nodes at once on {os.cpu_count()} processors, median; in brackets the work of this side alone")
    print(f"  csi-collector    {our_s:6.2f} s  ({our_work:5.2f} s)")
    print(f"  ssh with xargs   {their_s:6.2f} s  ({their_work:5.2f} s)")
    print(f"  ratio            {our_s / their_s:6.2f}")


if __name__ == "__main__":
    main()
