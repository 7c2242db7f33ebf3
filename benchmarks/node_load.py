"""What one collecting costs a node, beside `sos report --batch` on the same machine.

Both ask this machine, in a mount namespace where /var/log holds 64 MiB of the driver's logs and 16 MiB of syslog.
Counted is every process of the run, also those that lost their parent: seconds of processor time as the kernel adds
them up, the largest sum of proportional memory (PSS) and the largest temporary folder seen at 20 looks a second, the
time it took, the bytes that leave the node, and what is kept of them, packed: sos packs on the node, we after sending.

    python -m benchmarks.node_load [--mib 64]
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gzip
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from collector.node_program.limits import Limits
from collector.node_program.program import render
from collector.probes import catalogue
from collector.probes.probe import MIB

LOOKS_PER_SECOND = 20
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Cost:
    name: str
    cpu_s: float
    memory: float
    folder: float
    seconds: float
    sent: float
    kept: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--mib", type=int, default=64, help="size of the driver's logs")
    wanted = options.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        write_logs(folder / "log", wanted.mib)
        enter = in_namespace(folder)
        costs = [ours(folder, enter)]
        if shutil.which("sos"):
            costs.append(theirs(folder, enter))
    report(costs, wanted.mib)


def write_logs(folder: Path, mib: int) -> None:
    (folder / "huawei").mkdir(parents=True)
    line = (
        "2026-07-31 08:00:00.{:06d} 1234 [INFO]: [requestID:{:010d}] the volume pvc-{:08d} is published on this node\n"
    )
    text = "".join(line.format(n % 10**6, n, n) for n in range(16 * MIB // 100)).encode()
    for number in range(-(-mib // 16)):
        (folder / f"huawei/huawei-csi-{number}.log").write_bytes(text[: 16 * MIB])
    (folder / "syslog").write_bytes(text)


def in_namespace(folder: Path) -> list[str]:
    """A command that runs another where /var/log is the folder's; nothing when that is not allowed."""
    enter = ["unshare", "--mount", "sh", "-c", 'mount --bind "$0"/log /var/log && exec "$@"', str(folder)]
    allowed = subprocess.run([*enter, "true"], capture_output=True, check=False).returncode == 0
    return enter if allowed else []


def ours(folder: Path, enter: list[str]) -> Cost:
    private, answer = folder / "private", folder / "answer"
    private.mkdir()
    (folder / "collect.sh").write_text(render(catalogue(), folders=(str(private),)))
    command = [*enter, "sh", "-c", f"exec sh {folder}/collect.sh >{answer}"]
    found = cost("csi-collector", command, private, answer)
    with answer.open("rb") as sent:
        return replace(found, kept=len(gzip.compress(sent.read(), 6)) / MIB)


def theirs(folder: Path, enter: list[str]) -> Cost:
    private = folder / "sos"
    private.mkdir()
    command = [*enter, "sos", "report", "--batch", "--quiet", "--tmp-dir", str(private)]
    return cost("sos report", command, private, private)


def cost(name: str, command: list[str], folder: Path, result: Path) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    memory = taken = 0
    while process.poll() is None:
        memory, taken = max(memory, memory_of(process.pid)), max(taken, written_in(folder))
        time.sleep(1 / LOOKS_PER_SECOND)
    seconds = time.perf_counter() - begun
    reap()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    sent = written_in(result) / MIB
    return Cost(name, cpu_s, memory / MIB, taken / MIB, seconds, sent, sent)


def reap() -> None:
    """Those that lost their parent came to us; what of them still runs is waited for."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def memory_of(pid: int) -> int:
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{member}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def written_in(path: Path) -> int:
    """Bytes on disk; files come and go meanwhile."""
    files = [Path(folder, name) for folder, _, names in os.walk(path) for name in names] if path.is_dir() else [path]
    total = 0
    for file in files:
        with contextlib.suppress(OSError):
            total += file.stat().st_blocks * 512
    return total


def report(costs: list[Cost], mib: int) -> None:
    limits = Limits()
    print(f"one node with {mib} MiB of the driver's logs, {os.cpu_count()} processors")
    print(f"{'':14}{'processor':>12}{'memory':>12}{'folder':>12}{'time':>10}{'sent':>12}{'kept':>12}")
    for one in costs:
        sizes = "".join(f"{size:>8.1f} MiB" for size in (one.sent, one.kept))
        print(
            f"{one.name:14}{one.cpu_s:>10.2f} s{one.memory:>8.1f} MiB{one.folder:>8.1f} MiB{one.seconds:>8.1f} s{sizes}"
        )
    print(
        f"{'limit':14}{limits.cpu_s:>10} s{limits.memory_bytes // MIB:>8} MiB{limits.folder_bytes // MIB:>8} MiB"
        f"{'':>10}{limits.sent_bytes // MIB:>8} MiB"
    )
    if len(costs) == 1:
        print("sos is not installed, so there is nothing to compare with (Debian's package is sosreport).")
        return
    first, other = costs
    print(
        f"{'ratio':14}{first.cpu_s / other.cpu_s:>12.2f}{first.memory / other.memory:>12.2f}"
        f"{first.folder / other.folder:>12.2f}{first.seconds / other.seconds:>10.2f}{first.sent / other.sent:>12.2f}"
        f"{first.kept / other.kept:>12.2f}"
    )


if __name__ == "__main__":
    main()
