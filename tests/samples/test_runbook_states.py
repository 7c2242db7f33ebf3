"""The runbook that an analysis wrote, on the replayed node of its bundle, in the states that it may be met in.

Each starts as the node was collected; `first` changes it beforehand, as another hand, a reboot or an array would.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest

from samples.pack import HERE
from samples.replay import Replay
from tests.samples import replaying
from tests.samples.replaying import runbook

pytestmark = [
    pytest.mark.slow,  # each state in seconds; tests/analyzer/report asks the same of a node of files, fast
    pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work"),
]

BLOCK = "/sys/block/sdb/device"
TWO_MAPS = {"maps": ["mpathb", "mpatha"], "disks": ["sda", "sdb", "sdd", "sde"], "unqueued": [], "modules": []}
UNTOUCHED: dict[str, list[str]] = {"maps": [], "disks": [], "unqueued": [], "modules": []}
OVER = 'over() { cat >/tmp/over && mount --bind /tmp/over "$1"; }\n'  # what `first` may use for files of /proc
MOUNTED = """\
{ cat /proc/1/mountinfo; echo '900 1 253:1 / /mnt rw - ext4 /dev/mapper/mpathb rw'; } >/tmp/mounts
over /proc/1/mountinfo </tmp/mounts
"""


@cache
def script(sample: str) -> str:
    return runbook(HERE / sample)


def play(
    sample: str, state: Path, *options: str, first: str = "", shell: str = "sh", without: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    node = Replay(HERE / sample / "nodes/worker-1", state=state, without=without)
    enter = f"{OVER}cd /root && cat >runbook.sh\n{first}\nexec {shell} runbook.sh {' '.join(options)} </dev/null"
    command = node.argv("sh", "-c", enter)
    return subprocess.run(command, input=script(sample), capture_output=True, text=True, timeout=100, check=False)


def state_of(state: Path) -> dict[str, list[str]]:
    kept: dict[str, list[str]] = json.loads((state / "state.json").read_text())
    return kept


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh"])
def test_as_collected_it_removes_what_is_dead_and_then_finds_nothing_left(shell: str, tmp_path: Path) -> None:
    done = play("stale_fail", tmp_path, "--apply", "--yes", shell=shell)
    assert (done.returncode, done.stderr) == (0, "")
    assert state_of(tmp_path) == TWO_MAPS
    again = play("stale_fail", tmp_path, "--apply", "--yes", shell=shell)
    assert (again.returncode, again.stdout.count("already done")) == (0, 6)
    assert state_of(tmp_path) == TWO_MAPS


def test_it_can_be_run_step_by_step(tmp_path: Path) -> None:
    assert play("stale_fail", tmp_path, "--apply", "--yes", "--only", "1").returncode == 0
    assert state_of(tmp_path)["maps"] == ["mpathb"]
    refused = play("stale_fail", tmp_path, "--apply", "--yes", "--only", "5")
    assert (refused.returncode, "sda is in use: expected no holder" in refused.stderr) == (3, True)
    assert play("stale_fail", tmp_path, "--apply", "--yes", "--from", "2").returncode == 0
    assert state_of(tmp_path) == TWO_MAPS


def test_a_map_that_queues_is_not_flushed_by_itself(tmp_path: Path) -> None:
    done = play("stale_queue", tmp_path, "--apply", "--yes", "--from", "3")
    assert (done.returncode, "still queues" in done.stderr) == (3, True)
    assert state_of(tmp_path) == UNTOUCHED


def test_without_multipathd_the_queueing_is_not_stopped_and_nothing_is_removed(tmp_path: Path) -> None:
    done = play("stale_queue", tmp_path, "--apply", "--yes", without=("multipathd",))
    assert (done.returncode, "Step 1 failed with exit code" in done.stderr) == (4, True)
    assert state_of(tmp_path) == UNTOUCHED


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (f"echo naa.618cf24100f8f457017a764c000002a0 >{BLOCK}/wwid", "sdb is another disk now"),
        (f"echo transport-offline >{BLOCK}/state", "sdb: expected state running, found transport-offline"),
        ("echo mpathx >/sys/block/dm-1/dm/name", "map mpathx is not listed by `dmsetup status`"),
        ("echo 1 >/sys/block/dm-1/dm/suspended", "is suspended"),
        ("echo worker-2 | over /proc/sys/kernel/hostname", "for another host: expected worker-1, found worker-2"),
        ("echo 00000000 | over /proc/sys/kernel/random/boot_id", "the host has restarted since the bundle was made"),
        (MOUNTED, "is in use: expected no mount, found /mnt"),
    ],
    ids=["another-disk", "out-of-reach", "renamed", "suspended", "another-host", "restarted", "mounted"],
)
def test_what_changed_since_the_dry_run_stops_it(tmp_path: Path, first: str, why: str) -> None:
    assert play("stale_fail", tmp_path).returncode == 0
    done = play("stale_fail", tmp_path, "--apply", "--yes", first=first)
    assert done.returncode == 3, done.stdout + done.stderr
    assert why in done.stderr
    assert state_of(tmp_path) == UNTOUCHED
