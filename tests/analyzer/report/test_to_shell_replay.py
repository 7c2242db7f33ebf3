"""The removal of one volume's map, written as a runbook, on recorded nodes: it acts on the stale ones and no other.

The runbook is the same everywhere but for the names: as if an analysis had been wrong, so that the guards alone decide.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from analyzer.facts.identifiers import DiskName, Hctl, MapName, Wwid
from analyzer.guards import MapIsDead, MapIsFree, MapIsNamed, PathIdentity
from analyzer.report.to_shell import render
from analyzer.runbook import Command, Runbook, ordered
from samples.replay import Replay
from tests.analyzer.report.fake_node import DEAD, unshare
from tests.analyzer.report.removal import confirm, delete, flushing, stop_queueing

pytestmark = pytest.mark.skipif(unshare() is None, reason="needs root or user namespaces to replay a node")

SAMPLES = Path(__file__).parents[3] / "samples"
WWID = Wwid(DEAD)


def script(node: Path) -> str:
    block = (node / "sysfs_block.out").read_text()
    disks = re.findall(rf"^(sd\w+)/device/wwid:naa\.{WWID[1:]}$", block, re.MULTILINE)
    paths = tuple(PathIdentity(DiskName(disk), Hctl(hctl_of(disk, block)), WWID) for disk in sorted(disks))
    dead = MapIsDead(WWID, paths)
    flush = flushing(Command(("multipath", "-f", "mpathb")), dead, MapIsNamed(WWID, MapName("mpathb")), MapIsFree(WWID))
    hostname, boot_id = (node / "host.out").read_text().split()
    steps = ordered((stop_queueing(dead), flush, *map(delete, paths), confirm()))
    return render(Runbook(hostname, hostname, boot_id, "csi-bundle", steps))


def hctl_of(disk: str, block: str) -> str:
    found = re.search(rf"^l.* {disk}/device -> \S*/(\S+)$", block, re.MULTILINE)
    assert found
    return found[1]


def run(sample: str, tmp_path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    node = SAMPLES / sample / "nodes" / "worker-1"
    state = tmp_path / "state"
    enter = f"cd /tmp && cat >runbook.sh && exec sh runbook.sh {' '.join(options)} </dev/null"
    command = Replay(node, state=state).argv("sh", "-c", enter)
    return subprocess.run(command, input=script(node), check=False, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("sample", [pytest.param("stale_fail", marks=pytest.mark.slow), "stale_queue"])
def test_a_stale_map_is_shown_removed_and_found_removed(sample: str, tmp_path: Path) -> None:
    shown = run(sample, tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    acted = run(sample, tmp_path, "--apply", "--yes")
    assert (acted.returncode, acted.stderr) == (0, "")
    again = run(sample, tmp_path, "--apply", "--yes")
    assert (again.returncode, again.stdout.count("already done")) == (0, 4)


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        ("stale_mounted", "dm-1 is in use: expected no mount"),
        ("all_paths_down", "sdb: expected state running, found transport-offline"),
        ("lun_reused", "expected state F (failed), found A"),
        ("path_down", "sdb: expected state running, found transport-offline"),
        ("healthy", "expected state F (failed), found A"),
    ],
)
def test_a_map_that_is_not_stale_or_not_free_is_never_removed(sample: str, reason: str, tmp_path: Path) -> None:
    acted = run(sample, tmp_path, "--apply", "--yes")
    assert acted.returncode == 3
    assert reason in acted.stderr
    state = (tmp_path / "state" / "state.json").read_text()
    assert '"maps": [], "disks": []' in state
