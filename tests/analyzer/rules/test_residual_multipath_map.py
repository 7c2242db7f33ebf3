from __future__ import annotations

from dataclasses import replace

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.block import Opener
from analyzer.facts.host import DriverWwnFiles
from analyzer.facts.storage import DiskState, StorageMap
from analyzer.findings import Certainty, Finding
from analyzer.rules.storage.residual_multipath_map import residual_multipath_map as rule
from analyzer.runbook import Effect
from bundle.capture import Status
from tests.analyzer import dead_storage as given

NO_CLUSTER = Unknown("volumeattachments", Status.UNREACHABLE, "no cluster")


def judged(*maps: StorageMap, bindings: Bindings | Unknown = given.BINDINGS) -> list[Finding]:
    known = (given.storage(*maps), given.PRINTED, bindings, given.HOST, DriverWwnFiles(()))
    found = rule.judge("worker-1", *known, *[NO_CLUSTER] * 6)
    return [one for one in found if isinstance(one, Finding)]


def with_states(*states: DiskState) -> StorageMap:
    dead = given.dead_map()
    return replace(
        dead, disks=tuple(replace(disk, state=state) for disk, state in zip(dead.disks, states, strict=True))
    )


def test_a_map_whose_lun_the_array_denies_is_confirmed_residual_with_its_removal() -> None:
    (finding,) = judged(given.dead_map())
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, f"wwid:{given.WWID}")
    assert any(step.effect is Effect.DESTROYS for step in finding.steps)


def test_a_silent_lun_without_the_arrays_own_denial_is_only_likely() -> None:
    dead = given.dead_map()
    (finding,) = judged(replace(dead, disks=tuple(replace(disk, refusals=()) for disk in dead.disks)))
    assert finding.certainty is Certainty.LIKELY


def test_a_map_with_a_usable_path_is_not_residual() -> None:
    dead = given.dead_map()
    alive = replace(dead.disks[0], state=DiskState.ALIVE, kernel_state="A", path=None)
    assert judged(replace(dead, disks=(alive, dead.disks[1]))) == []


def test_a_map_whose_array_is_out_of_reach_is_not_residual() -> None:
    assert judged(with_states(DiskState.UNREACHABLE, DiskState.UNREACHABLE)) == []


def test_a_map_that_reads_another_lun_is_not_called_residual() -> None:
    assert judged(with_states(DiskState.OTHER_LUN, DiskState.OTHER_LUN)) == []


def test_a_map_half_out_of_reach_is_possible_and_nothing_is_removed() -> None:
    (finding,) = judged(with_states(DiskState.GONE, DiskState.UNREACHABLE))
    assert (finding.certainty, finding.steps) == (Certainty.POSSIBLE, ())


def test_a_map_without_any_path_is_residual() -> None:
    dead = given.dead_map()
    (finding,) = judged(replace(dead, disks=(), printed=replace(dead.printed, groups=(), vendor="##")))  # type: ignore[type-var]
    assert "no path left" in finding.cause.en


def test_a_mounted_residual_map_names_its_mount_and_destroys_nothing() -> None:
    (finding,) = judged(given.dead_map(mounts=(given.mount("/var/lib/pod/mount"),)))
    assert "/var/lib/pod/mount" in finding.steps[0].does.en
    assert all(step.effect is not Effect.DESTROYS for step in finding.steps)


def test_nobody_is_told_to_end_a_reader_stuck_in_the_queue() -> None:
    stuck = (Opener(1594, "/dev/dm-1", "dd", given.span("block_openers")),)
    (finding,) = judged(given.dead_map(queues=True, dm=None, openers=stuck, stuck_openers=stuck))
    assert finding.steps == ()


def test_without_the_clusters_objects_it_is_reported_and_nothing_is_removed() -> None:
    (finding,) = judged(given.dead_map(), bindings=NO_CLUSTER)
    assert finding.steps == ()
    assert "kubectl get volumeattachments" in finding.cause.en


def test_it_says_where_the_volume_is_now() -> None:
    (finding,) = judged(given.dead_map())
    assert "VolumeAttachment csi-1 (worker-2)" in finding.cause.en


def test_no_kill_is_offered_against_a_queueing_map() -> None:
    (finding,) = judged(given.dead_map(queues=True))
    assert not any(step.command and "kill" in step.command.argv for step in finding.steps)


def test_it_cannot_know_without_multipath_ll() -> None:
    assert "MultipathMaps" in [need.fact.__name__ for need in rule.needs if not need.optional]
