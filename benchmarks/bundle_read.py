"""Read and judge every node of a 100-node, 100 MB bundle, side by side with what tar takes for it.

    python -m benchmarks.bundle_read [--bundle FILE] [--runs 3]

Reading is what the analyzer does before it parses: find the nodes through the index, and read them in worker
processes, each node with its checksums checked.  `tar -xzf` unpacks the same file to a temporary folder, and to
/dev/null.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.generate import make_bundle
from bundle.reader import BundleReader


def read_nodes(path: Path, names: tuple[str, ...]) -> int:
    """Bytes of the answers of `names`."""
    with BundleReader(path) as reader:
        total = 0
        for name in names:
            for capture in reader.node(name).captures:
                total += len(capture.out) + len(capture.err) + sum(len(file.content) for file in capture.files)
        return total


def read_all(path: Path, workers: int) -> int:
    names = BundleReader(path).nodes()
    parts = [names[start::workers] for start in range(workers)]
    if workers == 1:
        return read_nodes(path, names)
    with ProcessPoolExecutor(workers) as pool:
        return sum(pool.map(partial(read_nodes, path), parts))


def untar(path: Path) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        subprocess.run(["tar", "-xzf", path, "-C", folder], check=True)
    finally:
        shutil.rmtree(folder)


def untar_to_nowhere(path: Path) -> None:
    with Path(os.devnull).open("wb") as nowhere:
        subprocess.run(["tar", "-xzf", path, "-O"], check=True, stdout=nowhere)


def report(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("csi-analyzer"), "report", path, "-o", f"{folder}/report", "--no-pdf"]
        done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())


def seconds(work: Callable[[Path], object], path: Path) -> float:
    start = time.perf_counter()
    work(path)
    return time.perf_counter() - start


def main() -> None:
    arguments = argparse.ArgumentParser(description="Time reading a bundle against tar.")
    arguments.add_argument("--bundle", type=Path, help="measure this one; default: make one of 100 nodes")
    arguments.add_argument("--runs", type=int, default=3)
    given = arguments.parse_args()
    workers = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        path = given.bundle or make_bundle(Path(folder) / "bundle.tar.gz")
        text = read_all(path, workers)
        print(
            f"{path.stat().st_size / 1e6:.0f} MB, {text / 1e6:.0f} MB unpacked, {len(BundleReader(path).nodes())} nodes"
        )
        contenders: dict[str, Callable[[Path], object]] = {
            "tar -xzf": untar,
            "tar -xzf -O >/dev/null": untar_to_nowhere,
            "read, 1 process": partial(read_all, workers=1),
            f"read, {workers} processes": partial(read_all, workers=workers),
            "report (HTML, JSON)": report,
        }
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(given.runs):
            for name, work in contenders.items():
                times[name].append(seconds(work, path))
    to_nowhere = statistics.median(times["tar -xzf -O >/dev/null"])
    for name, runs in times.items():
        median = statistics.median(runs)
        spread = f"{min(runs):.2f}-{max(runs):.2f} s"
        print(f"{name:24} {median:6.2f} s  ({spread})  {median / to_nowhere:5.2f} of tar to /dev/null")


if __name__ == "__main__":
    main()
