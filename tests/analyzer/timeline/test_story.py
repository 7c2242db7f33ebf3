"""The story: few sentences, in order, true to the samples."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.engine import BundleInfo, analyse_folder, analyse_snapshots
from analyzer.timeline.moments import Sentence, Tone
from analyzer.timeline.story import MOST
from samples.scenario.loading import load
from tests.analyzer.timeline.told import Node, finding, timeline

SAMPLES = Path(__file__).parents[3] / "samples"
NAMES = sorted(path.parent.name for path in SAMPLES.glob("*/EXPECTED.json"))
DRIVER = "files/var/log/huawei/huawei-csi-node"
PATHS = "2026-07-03T09:{minute:02}:00+0000 {node} multipathd[387]: mpathb: remaining active paths: 0\n"
CHECKER = "2026-07-03T09:{minute:02}:00+0000 {node} multipathd[387]: checker failed path 8:16 in map mpathb\n"


def of_sample(name: str) -> tuple[Sentence, ...]:
    return analyse_folder(SAMPLES / name).timeline.story.sentences


def of_scenario(name: str) -> tuple[Sentence, ...]:
    scenario = load(name)
    info = BundleInfo(scenario.name, 1, scenario.started, tuple(node.node for node in scenario.nodes), True)
    return analyse_snapshots(info, scenario.cluster, scenario.nodes).timeline.story.sentences


def read(sentences: tuple[Sentence, ...]) -> list[str]:
    return [f"{one.at:%H:%M:%S} {one.says.in_language('en')}" for one in sentences]


def paths(node: str, *minutes: int, text: str = PATHS) -> Node:
    return Node(node, {"journal_multipathd": "".join(text.format(minute=minute, node=node) for minute in minutes)})


def test_a_failover_that_left_two_maps_behind_is_told_from_its_beginning():
    told = read(of_sample("stale_fail"))
    assert told[:3] == [
        "14:31:07 worker-1 went NotReady.",
        "14:37:12 worker-1 booted.",
        "14:41:00 worker-1 became Ready.",
    ]
    assert "15:43:04 On worker-1, no path was left to mpatha and mpathb." in told


def test_what_reading_brings_about_while_it_is_collected_is_no_part_of_the_story():
    told = analyse_folder(SAMPLES / "stale_fail").timeline
    (sense,) = (one for one in told.moments if "no longer knows" in one.says.en)
    assert "perhaps because the collector read the disk" in sense.says.en
    assert (sense.of_collecting, sense.tone) == (True, Tone.NEUTRAL)
    assert not any("no longer knows" in line for line in read(told.story.sentences))


def test_a_leftover_tells_when_it_was_staged_and_that_nothing_unstaged_it():
    kept = "ready for use (stage); its log tells of no unstage since."
    (never,) = (line for line in read(of_sample("stale_fail")) if "(stage)" in line)
    assert never.startswith("15:18:55 On worker-1, the driver made volumes pvc-2")
    assert never.endswith(kept)
    (half,) = (line for line in read(of_scenario("residual-story/unstaged-without-wwn")) if "(stage)" in line)
    assert ("pvc-2" in half, "volume pvc-3" in half) == (False, True)  # the other was unstaged, and left its device


def test_one_failed_attempt_is_told_once_by_its_cause():
    scenario = "mount-timeout/portal-no-route-one-node"
    told = [line for line in read(of_scenario(scenario)) if "15:20:41" in line]
    assert len(told) == 1
    assert told[0].endswith("(3 times, last at 15:37:01, a minute before the data were collected).")


def test_an_outage_is_not_told_as_luns_taken_away():
    told = " ".join(read(of_sample("all_paths_down")))
    assert "sessions with the array over iSCSI did not come back in time" in told
    assert "no longer knows" not in told


def test_a_node_that_died_with_a_volume_is_told_before_the_pod_that_waits_for_it():
    told = read(of_scenario("field/cluster-multi-attach-lost-node"))
    lost = next(number for number, one in enumerate(told) if "worker-2 stopped answering the API server" in one)
    waits = next(number for number, one in enumerate(told) if "could not be attached: Multi-Attach error" in one)
    assert lost < waits


def test_what_the_controller_did_to_another_node_is_told():
    told = " ".join(read(of_scenario("residual-story/controller-log-only")))
    assert "The driver began to unmap volumes pvc-2" in told
    assert "from worker-1 on the array (detach)" in told


def test_the_last_sign_of_a_controller_that_stopped_is_told():
    assert (
        "The last sign of life of kube-controller-manager" in read(of_scenario("attach/controller-manager-stopped"))[0]
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_story_is_short_and_in_order(name: str):
    told = of_sample(name)
    assert len(told) <= MOST
    assert [one.at for one in told] == sorted(one.at for one in told)
    assert all(one.moments for one in told)


def test_a_healthy_sample_has_none():
    assert of_sample("healthy") == ()


def test_many_nodes_are_told_in_one_sentence():
    (one,) = timeline(*(paths(f"n{number}", 40) for number in range(1, 8))).story.sentences[-1:]
    assert one.says.en == "On n1, n2, n3 and 4 more, no path was left to mpathb."


def test_what_goes_on_says_how_often_and_until_when():
    (one,) = timeline(paths("n1", 5, 10, 15, 20)).story.sentences[-1:]
    assert one.says.en == "On n1, no path was left to mpathb (4 times, last at 09:20:00)."


def test_what_still_goes_on_when_it_was_collected_says_so():
    (one,) = timeline(paths("n1", 40, 50, 58)).story.sentences[-1:]
    often = "(3 times, last at 09:58:00, 2 minutes before the data were collected)"
    assert one.says.en == f"On n1, no path was left to mpathb {often}."
    assert one.says.zh == "在 n1 上，mpathb 已没有可用路径（共 3 次，最后一次在 09:58:00，即采集前 2 分钟）。"


def test_of_several_witnesses_only_the_weightiest_is_told():
    both = Node("n1", {"journal_multipathd": PATHS.format(minute=40, node="n1") + CHECKER.format(minute=40, node="n1")})
    told = timeline(both).story.sentences
    assert [one.moments[0].says.en for one in told if "mpathb" in one.says.en] == ["No path was left to mpathb"]


def test_a_boot_belongs_to_the_story_only_if_it_matters_to_what_was_found():
    boots = {
        rule: any("booted" in one.says.en for one in timeline(paths("n1", 40), findings=(found,)).story.sentences)
        for rule in ("residual-multipath-map", "nfs-version-refused")
        for found in [finding("n1", rule=rule)]
    }
    assert boots == {"residual-multipath-map": True, "nfs-version-refused": False}


def test_of_one_second_the_log_keeps_its_order():
    times = "2026-07-03T09:40:00+0000 n1 kernel: "
    said = (" session1: session recovery timed out after 5 secs", "EXT4-fs (dm-2): Remounting filesystem read-only")
    log = "".join(f"{times}{line}\n" for line in said)
    told = [one.says.en for one in timeline(Node("n1", {"files/var/log/messages": log})).story.sentences]
    assert ["sessions" in told[-2], "read-only" in told[-1]] == [True, True]


def test_a_change_alone_is_no_story():
    assert timeline(Node("n1")).story.sentences == ()
