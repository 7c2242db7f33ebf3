"""A made-up node: tools, device-mapper, sysfs and files in a folder, under which a probe's loop is run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from collector.probes import Probe, catalogue

QUEUES = "mpatha: 0 819200 multipath 1 queue_if_no_path 1 alua 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1 "
FAILS = "mpatha: 0 819200 multipath 0 1 alua 1 1 service-time 0 2 2 8:0 1 1 8:16 1 1 "
DEAD = "mpatha: 0 819200 multipath 2 0 1 0 1 1 A 0 2 2 8:0 F 1 0 1 8:16 F 1 0 1 "
ALIVE = "mpatha: 0 819200 multipath 2 0 1 0 1 1 E 0 2 2 8:0 F 1 0 1 8:16 A 1 0 1 "

ROOTS = (
    "/sys/block",
    "/sys/dev/block",
    "/sys/fs/ext4",
    "/sys/module",
    "/sys/class/fc_host",
    "/sys/class/iscsi_connection",
    "/sys/class/nvme",
    "/dev/mapper",
    "/dev/sd",
)
FILES = ("/proc/1/mountinfo", "/etc/iscsi", "/etc/nvme")


def probe_named(name: str) -> Probe:
    [probe] = (probe for probe in catalogue() if probe.name == name)
    assert isinstance(probe, Probe)
    return probe


class Node:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tools = folder / "tools"
        for part in ("tools", "work", "sys/block/dm-0", "dev/mapper"):
            (folder / part).mkdir(parents=True)

    def tool(self, name: str, script: str) -> None:
        (self.tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (self.tools / name).chmod(0o755)

    def file(self, path: str, content: str) -> None:
        (self.folder / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path.lstrip("/")).write_text(content)

    def maps(self, *, table: str, status: str, suspended: str = "Active") -> None:
        self.tool(
            "dmsetup", f"case $1 in info) echo 'mpatha|{suspended}';; table) echo '{table}';; *) echo '{status}';; esac"
        )
        (self.folder / "dev/mapper/mpatha").write_bytes(b"x" * 8192)

    def disk(self, name: str, state: str) -> None:
        (self.folder / f"sys/block/{name}/device").mkdir(parents=True)
        (self.folder / f"sys/block/{name}/holders").mkdir()
        (self.folder / f"sys/block/{name}/device/state").write_text(f"{state}\n")
        (self.folder / f"dev/{name}").write_bytes(b"x" * 8192)

    def ask(self, name: str, shell: Sequence[str], **environment: str) -> subprocess.CompletedProcess[str]:
        script, *arguments = probe_named(name).argv[2:]
        for root in (*ROOTS, *FILES):
            script = script.replace(root, f"{self.folder}{root}")
        script = script.replace("iflag=direct", "").replace("#/dev/", f"#{self.folder}/dev/")
        shutil.rmtree(self.folder / "work")
        (self.folder / "work").mkdir()
        path = {"PATH": f"{self.tools}:{os.environ['PATH']}", "CSI_TRIAGE_TMP": str(self.folder / "work")}
        return subprocess.run(
            [*shell, "-c", script, *arguments],
            capture_output=True,
            text=True,
            env={**path, **environment},
            timeout=60,
            check=False,
        )
