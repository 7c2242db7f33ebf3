"""A replayed node answers as it was recorded, and commands that destroy take effect on it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.engine import analyse
from bundle.capture import Capture, Outcome
from bundle.folder import read_cluster_folder, read_node_folder
from bundle.writer import BundleWriter
from samples.pack import HERE
from samples.replay import Replay
from tests.samples import replaying
from tests.samples.replaying import collect, copy_of, play, recorded, run, runbook

pytestmark = pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work")
SAME_AS_OTHERS = ("demo", "outage", "path_down_healed", "half_cleaned")  # recorded nodes like those of other samples
NODES = sorted(path.parent for path in HERE.glob("*/nodes/worker-1/node.json") if path.parts[-4] not in SAME_AS_OTHERS)
STALE_FAIL = HERE / "stale_fail/nodes/worker-1"
STALE_QUEUE = HERE / "stale_queue/nodes/worker-1"
ITS_OWN = ("clock",)  # the clock runs
IN_OTHER_FOLDERS = ("tools",)  # a replayed node's tools lie in a folder of their own

MEASURING = ("portals",)  # round trips and seconds are those of this machine


def seen(capture: Capture) -> tuple[object, ...]:
    files = tuple((file.path, file.content) for file in capture.files)
    out = re.sub(rb" /.*/", b" ", capture.out) if capture.probe in IN_OTHER_FOLDERS else capture.out
    if capture.probe in MEASURING:
        out = re.sub(rb"(?m)( tcp=[a-z]+) .*", rb"\1", out)
    return capture.status, capture.reason, capture.exit_code, out, capture.err, files


@pytest.mark.parametrize("node", NODES, ids=lambda node: f"{node.parts[-3]}-{node.name}")
def test_the_collector_sees_on_a_replayed_node_what_was_recorded(node: Path) -> None:
    want = recorded(node)
    got = {capture.probe: capture for capture in collect(Replay(node)).captures}
    differing = [probe for probe in want if probe not in ITS_OWN and seen(got[probe]) != seen(want[probe])]
    assert differing == []


def test_a_replayed_node_has_its_own_name_processes_and_no_way_out() -> None:
    script = "hostname; cat /proc/2/comm; ls -d /sys/block/sd? | wc -l; ip route; ls -d /proc/5805"
    assert run(Replay(STALE_FAIL), "sh", "-c", script).stdout.split() == [b"worker-1", b"kthreadd", b"6", b"/proc/5805"]


def test_a_call_that_was_not_recorded_is_refused_in_words() -> None:
    done = run(Replay(STALE_FAIL), "multipath", "-q")
    assert (done.returncode, done.stderr) == (64, b"replay: `multipath -q` was not recorded on this node\n")


def test_a_tool_can_be_missing() -> None:
    answers = {capture.probe: capture for capture in collect(Replay(STALE_FAIL, without=("multipath",))).captures}
    assert answers["multipath_ll"].reason == "multipath is not installed on this node"


def test_a_map_in_use_is_not_flushed() -> None:
    done = run(Replay(STALE_FAIL), "multipath", "-f", "mpathc")
    assert done.returncode == 1
    assert b"mpathc: map in use" in done.stderr


def test_a_deleted_disk_is_gone_from_everywhere() -> None:
    script = "echo 1 >/sys/block/sdb/device/delete; sleep 1; multipath -ll; ls /sys/block /dev /dev/mapper"
    assert b"sdb" not in run(Replay(STALE_FAIL), "sh", "-c", script).stdout


def test_a_session_starts_anew_unless_its_state_is_kept(tmp_path: Path) -> None:
    for replay, left in ((Replay(STALE_FAIL), b"mpathb"), (Replay(STALE_FAIL, state=tmp_path), b"")):
        run(replay, "multipath", "-f", "mpathb")
        names = run(replay, "ls", "/dev/mapper").stdout
        assert (b"mpathb" in names) == bool(left)


@pytest.mark.slow
def test_after_its_runbook_a_node_is_healthy(tmp_path: Path) -> None:
    replay = Replay(STALE_QUEUE, state=tmp_path / "state")
    done = play(replay, runbook(HERE / "stale_queue"), "--apply", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    again = collected_again("stale_queue", replay, tmp_path / "again.tar.gz")
    # the driver's notes of the volumes stay; they hold nothing
    assert {finding.rule for finding in analyse(again).verdict.findings} == {"wwn-file-leftover"}


def test_a_runbook_of_disks_without_a_map_deletes_just_those(tmp_path: Path) -> None:
    script = runbook(HERE / "stale_sd_nomap")
    done = play(Replay(HERE / "stale_sd_nomap/nodes/worker-1", state=tmp_path), script, "--apply", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "state.json").read_text())["disks"] == ["sda", "sdb", "sdd", "sde"]


def test_a_runbook_stops_before_it_destroys_when_a_name_now_means_another_disk(tmp_path: Path) -> None:
    script = runbook(HERE / "stale_fail")
    changed = copy_of("stale_fail", tmp_path) / "nodes/worker-1"
    answer = changed / "sysfs_block.out"
    answer.write_text(answer.read_text().replace("sdb/device/wwid:naa.618cf24100f8f457015a764c000001f7", OTHER))
    done = play(Replay(changed, state=tmp_path / "state"), script, "--apply", "--yes")
    assert done.returncode == 3
    assert b"sdb is another disk now" in done.stderr
    assert b"naa.618cf24100f8f457017a764c000002a0" in done.stderr
    assert not (tmp_path / "state/changed").exists()


OTHER = "sdb/device/wwid:naa.618cf24100f8f457017a764c000002a0"


def test_a_runbook_changes_nothing_by_default(tmp_path: Path) -> None:
    done = play(Replay(STALE_FAIL, state=tmp_path), runbook(HERE / "stale_fail"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "changed").exists()


def test_a_runbook_refuses_another_host() -> None:
    done = play(Replay(HERE / "demo/nodes/worker-2"), runbook(HERE / "stale_fail"), "--apply", "--yes")
    assert done.returncode == 3
    assert b"worker-1" in done.stderr
    assert b"worker-2" in done.stderr


def collected_again(sample: str, replay: Replay, path: Path) -> Path:
    """A bundle of the node as it is now, with the sample's cluster."""
    now = collect(replay)
    recorded = read_node_folder(replay.node)
    node = replace(recorded, captures=now.captures, outcome=Outcome.COLLECTED, started=now.started)
    with BundleWriter(path, name="again", started="", tool_version="", options={}, targets=[node.node]) as writer:
        writer.add_cluster(read_cluster_folder(HERE / sample / "cluster"))
        writer.add_node(node)
    return path
