"""How long csi-collector.pyz takes to start, beside the installed command.

    python -m benchmarks.start_pyz [PYZ]

PYZ is dist/csi-collector.pyz, as `make dist` makes it.  Prints the processor's seconds of `script` (the median of
eleven, in turns) of the installed command, of the file, and of its first start, with their ratios.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 11


def seconds(command: list[str], home: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, "script"], env={"PATH": os.defpath, "HOME": home}, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    pyz = Path(sys.argv[1] if sys.argv[1:] else "dist/csi-collector.pyz")
    if not pyz.is_file():
        sys.exit(f"start_pyz: {pyz} is not there; make it with `make dist`")
    installed = [str(Path(sys.executable).with_name("csi-collector"))]
    file = [sys.executable, "-I", str(pyz.absolute())]
    with tempfile.TemporaryDirectory() as home:
        first = seconds(file, home)
        seconds(file, home)  # the second one writes what Python compiles
        turns = [(seconds(installed, home), seconds(file, home)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(one) for one in zip(*turns, strict=True))
    print(f"installed command  {ours:.3f} s")
    print(f"csi-collector.pyz  {theirs:.3f} s  {theirs / ours:.2f} of the installed command")
    print(f"its first start    {first:.3f} s  {first / ours:.2f} of the installed command")


if __name__ == "__main__":
    main()
