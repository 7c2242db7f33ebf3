"""`python -m samples.replay [OPTIONS] NODE_FOLDER -- COMMAND…`: run a command on a replayed node.

Without a command: what `SSH_ORIGINAL_COMMAND` says, or a shell; so it can be the forced command of an sshd.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

if __package__ in (None, ""):  # run by its path, from anywhere
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from samples.replay.inside import run

NAMESPACES = ("--mount", "--pid", "--fork", "--uts", "--net", "--ipc", "--kill-child")


def main() -> int:
    options = _options()
    if options.inside:
        return run(options)
    unshare = shutil.which("unshare", path=f"{os.environ.get('PATH', '')}:/usr/bin:/bin")
    if unshare is None:
        sys.exit("replay: `unshare` is not installed; install util-linux.")
    with tempfile.TemporaryDirectory(prefix="replay-") as folder:
        mapped = () if os.geteuid() == 0 else ("--map-root-user",)
        spaces = (*NAMESPACES, *as_long_up(options.node), *mapped)
        inside = [sys.executable, __file__, "--inside", folder, *sys.argv[1:]]
        return os.waitstatus_to_exitcode(os.spawnv(os.P_WAIT, unshare, [unshare, *spaces, *inside]) << 8)


def as_long_up(node: Path) -> tuple[str, ...]:
    """A time namespace in which the node has been up since its recorded boot: its kernel log counts from there."""
    recorded = node / "clock.out"
    if not recorded.is_file() or not Path("/proc/self/ns/time").exists():
        return ()
    said, uptime = recorded.read_text().splitlines()
    booted = datetime.strptime(said, "%Y-%m-%dT%H:%M:%S%z").timestamp() - float(uptime.split()[0])
    since = time.time() - booted
    if since < 0:
        return ()
    return ("--time", f"--boottime={round(since - time.clock_gettime(time.CLOCK_BOOTTIME))}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m samples.replay", description=__doc__)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--user", default="", help="run the command as this user, without root rights")
    parser.add_argument("--without", action="append", default=[], help="a tool that is not installed on the node")
    parser.add_argument("--hangs", action="append", default=[], help="a tool that never ends")
    parser.add_argument("--state", type=Path, help="keep what commands have removed in this folder")
    parser.add_argument("node", type=Path)
    words = sys.argv[1:]
    at = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:at])
    options.command = words[at + 1 :]
    if not options.command:
        asked = os.environ.get("SSH_ORIGINAL_COMMAND")
        options.command = ["/bin/sh", "-c", asked] if asked else ["/bin/sh"]
    return options


if __name__ == "__main__":
    sys.exit(main())
