"""How fast logs are scanned: `python -m benchmarks.scan_logs [MEGABYTES]`.

The same log is scanned by the hyperscan database, and a part of it by one `re` alternation of the same patterns; both
in this process, one after the other.  Prints MB/s of processor time of each, and the ratio.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable

from analyzer.signals import all_signals
from analyzer.signals.scan import scan
from analyzer.signals.signal import Log

ORDINARY = (
    b"2026-07-03 10:15:01.310604 28417 [INFO]: [requestID:3301746797] Gonna run shell cmd ls -l /dev/disk/by-id/ | "
    b"grep 618cf24100f8f457014a764c000001f6.\n"
    b"2026-07-03 10:15:01.352160 28417 [INFO]: [requestID:3301746797] No link related "
    b"wwn:618cf24100f8f457014a764c000001f6 exist in the /dev/disk/by-id.\n"
)
LINES_PER_HIT = 2_000


def log_of(size: int) -> bytes:
    """Ordinary driver lines, with one of the samples now and then."""
    samples = [signal.sample.encode() + b"\n" for signal in all_signals() if signal.log is Log.DRIVER]
    block = ORDINARY * (LINES_PER_HIT // 2)
    blocks = (block + sample for sample in samples)
    once = b"".join(blocks)
    return once * max(1, size // len(once))


def rate(run: Callable[[bytes], object], data: bytes) -> float:
    started = time.process_time()
    run(data)
    return len(data) / (time.process_time() - started) / 1e6


def main(megabytes: int) -> None:
    log = log_of(megabytes * 1_000_000)
    started = time.process_time()
    scan("log", (Log.DRIVER,), b"x")
    compiled = time.process_time() - started
    alternation = re.compile(b"|".join(b"(?:" + signal.pattern + b")" for signal in all_signals()))
    ours = rate(lambda data: scan("log", (Log.DRIVER,), data), log)
    theirs = rate(lambda data: sum(1 for _ in alternation.finditer(data)), log[: len(log) // 50])
    print(f"{len(all_signals())} signatures, compiled in {compiled * 1000:.0f} ms; log of {len(log) / 1e6:.0f} MB")
    print(f"hyperscan  {ours:8.0f} MB/s  (hits decoded, counted, with line numbers)")
    print(f"re         {theirs:8.1f} MB/s  (alternation, hits only)")
    print(f"ratio      {ours / theirs:8.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
