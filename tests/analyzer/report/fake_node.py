"""A node to run scripts on: its own mount, PID, UTS and network namespaces, with /sys, /proc, /dev and tools of ours.

The tools stand for the node's own (multipath-tools 0.9, dmsetup 1.02, udev 252): they answer from files, change the
files when they act, and write down what they were asked.  Needs root, or user namespaces.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HOSTNAME = "worker-1"
BOOT_ID = "6f1c3a52-0d1e-4c57-9a63-0f8e2b7d9c11"
DEAD = "3618cf24100f8f457015a764c000001f7"
ALIVE = "3618cf24100f8f457014a764c000001f6"
OTHER = "3618cf24100f8f457017a764c000002a0"
NUMBERS = {"sda": "8:0", "sdb": "8:16", "sdc": "8:32", "sde": "8:64", "sdf": "8:80"}

_TOOLS = {
    "multipath": """\
[ "$1" = -f ] || exit 1
for dm in /sys/block/dm-*; do
    [ "$(cat "$dm/dm/name")" = "$2" ] || continue
    if [ "$(cat "$NODE/open/${dm##*/}")" != 0 ]; then echo "1402.873250 | $2: map in use" >&2; exit 1; fi
    rm -rf "$dm" /sys/block/sd*/holders/"${dm##*/}"
    exit 0
done
echo "'$2' is not a valid argument" >&2
exit 1
""",
    "dmsetup": """\
case $1 in
status)
    for dm in /sys/block/dm-*; do [ -e "$dm" ] && cat "$NODE/status/${dm##*/}"; done ;;
info)
    for dm in /sys/block/dm-*; do
        [ -e "$dm" ] || continue
        n=${dm##*/}
        echo "$(cat "$dm/dm/name")|$(cat "$dm/dm/uuid")|253|${n#dm-}|$(cat "$NODE/open/$n")|1|L--w|Active|$n||"
    done ;;
message)
    for dm in /sys/block/dm-*; do
        [ "$(cat "$dm/dm/uuid")" = "$3" ] || continue
        echo 0 >"$NODE/open/${dm##*/}"
        echo 0 >"$NODE/features/${dm##*/}"
    done ;;
table)
    for dm in /sys/block/dm-*; do
        [ -e "$dm" ] || continue
        echo "$(cat "$dm/dm/name"): 0 614400 multipath $(cat "$NODE/features/${dm##*/}") 1 alua 1 1 service-time 0 2 2"
    done ;;
esac
exit 0
""",
    "scsi_id": """\
for disk in "$@"; do :; done
cat "$NODE/inquiry/${disk##*/}" 2>/dev/null
""",
    "tee": """\
read -r word
echo "stdin $word" >>"$NODE/asked"
case $1 in
/sys/block/sd*/device/delete) disk=${1#/sys/block/}; rm "/sys/block/${disk%%/*}" ;;
*) exec /usr/bin/tee "$@" ;;
esac
""",
    "sleep": "exec /bin/sleep 0.01\n",
}


@functools.cache
def unshare() -> tuple[str, ...] | None:
    """The command that gives a script namespaces of its own; None where the machine allows none."""
    base = ("unshare", "--mount", "--pid", "--net", "--uts", "--fork", "--kill-child")
    for command in (base, (*base, "--map-root-user")):
        if shutil.which("unshare") and works((*command, "true")):
            return command
    return None


def works(command: tuple[str, ...]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str
    transcript: str


@dataclass(slots=True)
class FakeNode:
    """One dead map, mpathb on sdb and sde, and one in use, mpathc on sdc and sdf."""

    root: Path
    shell: tuple[str, ...] = ("dash",)
    runs: int = field(default=0)

    def __post_init__(self) -> None:
        for name in ("sys/block", "proc/1/fd", "proc/2", "dev", "bin", "open", "features", "status", "inquiry"):
            (self.root / name).mkdir(parents=True)
        self.write("proc/sys/kernel/hostname", HOSTNAME)
        self.write("proc/sys/kernel/random/boot_id", BOOT_ID)
        self.write("proc/1/comm", "systemd")
        self.write("proc/2/comm", "kthreadd")
        self.write("proc/swaps", "Filename\tType\tSize\tUsed\tPriority")
        self.write(
            "proc/1/mountinfo",
            "27 1 254:0 / / rw,noatime shared:1 - ext4 /dev/vda rw\n"
            "24 27 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw,size=482332k\n"
            "218 27 253:2 / /var/lib/kubelet/globalmount rw,relatime shared:89 - ext4 /dev/mapper/mpathc rw",
        )
        self.write("asked", "")
        for name in ("null", "zero", "urandom"):
            (self.root / "dev" / name).touch()
        for name, text in _TOOLS.items():
            log = "" if name == "sleep" else f'echo "{name} $*" >>"$NODE/asked"\n'
            self.tool(name, log + text)
        for session in ("session7", "session8"):
            self.write(f"sys/class/iscsi_session/{session}/state", "LOGGED_IN")
        self.disk("sdb", "2:0:0:2", DEAD, session=7)
        self.disk("sde", "3:0:0:2", DEAD, session=8)
        self.disk("sdc", "2:0:0:1", ALIVE, session=7, answers=ALIVE)
        self.disk("sdf", "3:0:0:1", ALIVE, session=8, answers=ALIVE)
        self.map("dm-1", "mpathb", DEAD, {"sdb": "F", "sde": "F"})
        self.map("dm-2", "mpathc", ALIVE, {"sdc": "A", "sdf": "A"}, open_count=1)

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + "\n")

    def tool(self, name: str, text: str) -> None:
        target = self.root / "bin" / name
        target.write_text(f"#!/bin/sh\nNODE={self.root}\n{text}")
        target.chmod(0o755)

    def disk(self, name: str, hctl: str, wwid: str, *, session: int, answers: str | None = None) -> None:
        self.disk_below(name, f"platform/host{session}/session{session}/target0:0:0/{hctl}", wwid, answers)

    def disk_below(self, name: str, device: str, wwid: str, answers: str | None = None) -> None:
        home = f"sys/devices/{device}"
        self.write(f"{home}/wwid", f"naa.{wwid[1:]}")
        self.write(f"{home}/state", "running")
        self.write(f"{home}/block/{name}/dev", NUMBERS[name])
        (self.root / home / "block" / name / "holders").mkdir()
        (self.root / home / "block" / name / "device").symlink_to("../..")
        link = self.root / "sys/block" / name
        link.unlink(missing_ok=True)
        link.symlink_to(f"../devices/{device}/block/{name}")
        (self.root / "dev" / name).touch()
        self.answers(name, answers)

    def answers(self, disk: str, identity: str | None) -> None:
        (self.root / "inquiry" / disk).unlink(missing_ok=True)
        if identity is not None:
            self.write(f"inquiry/{disk}", identity)

    def map(self, dm: str, name: str, wwid: str, paths: dict[str, str], *, open_count: int = 0) -> None:
        for attribute, value in (("dm/name", name), ("dm/uuid", f"mpath-{wwid}"), ("dm/suspended", "0")):
            self.write(f"sys/block/{dm}/{attribute}", value)
        self.write(f"sys/block/{dm}/dev", f"253:{dm[3:]}")
        (self.root / "sys/block" / dm / "holders").mkdir()
        (self.root / "sys/block" / dm / "slaves").mkdir()
        self.write(f"open/{dm}", str(open_count))
        self.write(f"features/{dm}", "0")
        self.states(dm, name, paths)
        for disk in paths:
            (self.root / "sys/block" / dm / "slaves" / disk).symlink_to(f"../../{disk}")
            (self.root / "sys/block" / disk / "holders" / dm).symlink_to("nowhere")

    def states(self, dm: str, name: str, paths: dict[str, str]) -> None:
        listed = " ".join(f"{NUMBERS[disk]} {state} 1 0 1" for disk, state in paths.items())
        self.write(f"status/{dm}", f"{name}: 0 614400 multipath 2 0 1 0 1 1 E 0 2 {len(paths)} {listed} ")

    def asked(self, *tools: str) -> list[str]:
        """What the tools were asked, in order; of all that act when none is named."""
        acting = tools or ("multipath", "tee", "dmsetup message")
        return [line for line in (self.root / "asked").read_text().splitlines() if line.startswith(acting)]

    def command(self, script: str, *options: str) -> list[str]:
        self.runs += 1
        self.cwd.mkdir()
        file = self.root / f"run-{self.runs}.sh"
        file.write_text(script, encoding="utf-8", newline="")
        binds = "".join(f"mount --bind /dev/{name} {self.root}/dev/{name}\n" for name in ("null", "zero", "urandom"))
        for disk in (self.root / "dev").glob("sd*"):
            binds += f"mount --bind /dev/null {disk}\n" if disk.is_file() and not disk.stat().st_size else ""
        for folder, over in (("dev", "/dev"), ("sys", "/sys"), ("bin", "/usr/local/sbin"), ("proc", "/proc")):
            binds += f"mount --rbind {self.root}/{folder} {over}\n"
        enter = f'set -e\n{binds}cd {self.cwd}\nexec "$@"\n'
        return [*(unshare() or ()), "sh", "-c", enter, "sh", *self.shell, str(file), *options]

    def start(self, script: str, *options: str) -> subprocess.Popen[str]:
        # a session of its own: no terminal, so that a question is answered on standard input
        return subprocess.Popen(
            self.command(script, *options),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def signal(self, process: subprocess.Popen[str], number: signal.Signals) -> None:
        """To the whole group, as a terminal does; but for `unshare`, which would take the node along."""
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                group = int((entry / "stat").read_text().rpartition(")")[2].split()[2])
                if group == process.pid != int(entry.name):
                    os.kill(int(entry.name), number)

    def run(self, script: str, *options: str, answers: str = "") -> Ran:
        process = self.start(script, *options)
        try:
            out, err = process.communicate(answers, timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return Ran(process.returncode, out, err, self.transcript())

    def queues(self, dm: str) -> None:
        self.write(f"features/{dm}", "3 retain_attached_hw_handler queue_if_no_path queue_mode")

    @property
    def cwd(self) -> Path:
        return self.root / f"cwd-{self.runs}"

    def result(self) -> dict[str, Any]:
        """The last run's, for programs."""
        (file,) = self.cwd.glob("runbook-*.json")
        result: dict[str, Any] = json.loads(file.read_bytes())
        return result

    def transcript(self) -> str:
        logs = sorted(log for log in self.cwd.glob("runbook-*.log") if not log.is_symlink())
        return logs[-1].read_text(encoding="utf-8") if logs else ""
