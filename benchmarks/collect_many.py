"""Collecting thousands of simulated nodes: memory that does not grow with them, time that grows no faster.

The nodes are those of `benchmarks.fleet`: answers of 0.2 to 5 MiB, exponential delays, seven of a hundred in trouble.
All behind the transport is the real thing: decoding, redacting, packing, the bundle and its index.  Each size runs in a
process of its own; the peak is that process's resident memory.  Where others work on the machine too, believe the work
(processor time) rather than the time.

    python -m benchmarks.collect_many [--nodes 500 5000] [--jobs 16]
"""

from __future__ import annotations

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from rich.console import Console

from benchmarks.fleet import SMALLEST_KIB, Fleet, answer
from bundle.capture import Outcome
from bundle.reader import BundleReader
from collector.budget import NO_LIMIT
from collector.collecting import Run
from collector.resuming import NOTHING
from collector.wishes import Wishes

ROOT = Path(__file__).parents[1]
NODE_TIMEOUT_S = 15.0  # of those that hang; the others need far less


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--nodes", type=int, nargs=2, default=(500, 5000))
    options.add_argument("--jobs", type=int, default=16)
    options.add_argument("--alone", type=int, help=argparse.SUPPRESS)
    wanted = options.parse_args()
    if wanted.alone:
        print(json.dumps(measured(wanted.alone, wanted.jobs)))
        return
    few, many = (alone(count, wanted.jobs) for count in wanted.nodes)
    print(f"{wanted.jobs} nodes at once")
    tell(few)
    tell(many)
    more = {figure: many[figure] / few[figure] for figure in ("seconds", "cpu", "mib")}
    most = 1.1 * wanted.nodes[1] / wanted.nodes[0]
    print(f"  {more['seconds']:.1f} times the time, {more['cpu']:.1f} times the work (at most {most:.1f})")
    print(f"  {more['mib']:.2f} times the memory (at most 1.20)")


def tell(figures: dict) -> None:
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in figures["outcomes"].items())
    print(
        f"  {figures['nodes']:6d} nodes  {figures['seconds']:7.1f} s  {figures['cpu']:6.1f} s of work  "
        f"{figures['mib']:5.0f} MiB at the most, bundle {figures['bundle_mib']:4.0f} MiB: {outcomes}"
    )


def alone(count: int, jobs: int) -> dict:
    command = [sys.executable, "-m", "benchmarks.collect_many", "--alone", str(count), "--jobs", str(jobs)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def measured(count: int, jobs: int) -> dict:
    answer("warm", SMALLEST_KIB)  # the text that all answers are made of is no part of the time
    cancelled = threading.Event()
    fleet = Fleet(cancelled=cancelled)
    with tempfile.TemporaryDirectory() as name:
        bundle = Path(name) / "many.tar.gz"
        wishes = Wishes(bundle, "benchmark", jobs=jobs, node_timeout_s=NODE_TIMEOUT_S)
        begun, worked = time.perf_counter(), time.process_time()
        Run(wishes, Console(file=io.StringIO()), NOTHING, None, cancelled, NO_LIMIT).write(fleet.jobs(count))
        seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found = [record.outcome for record in BundleReader(bundle).targets().values()]
        size = bundle.stat().st_size / 1024 / 1024
    outcomes = {outcome.value: found.count(outcome) for outcome in Outcome}
    return {"nodes": count, "seconds": seconds, "cpu": cpu, "mib": peak, "bundle_mib": size, "outcomes": outcomes}


if __name__ == "__main__":
    main()
