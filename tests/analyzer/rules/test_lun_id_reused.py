from __future__ import annotations

from analyzer.facts.block import LiveIdentities, LiveIdentity
from analyzer.facts.storage import DiskState, StorageMap
from analyzer.findings import Certainty, Finding
from analyzer.rules.storage.lun_id_reused import lun_id_reused as rule
from tests.analyzer import dead_storage as given

OTHER = "3618cf24100f8f457017a764c000002a0"


def judged(*maps: StorageMap) -> list[Finding]:
    found = rule.judge("worker-1", given.storage(*maps), LiveIdentities(()), given.BINDINGS)
    return [one for one in found if isinstance(one, Finding)]


def reused(**changes: object) -> StorageMap:
    live = LiveIdentity("sdb", OTHER, 0, given.span("scsi_id", 1, f"/dev/sdb {OTHER}"))
    disk = given.dead_disk(state=DiskState.OTHER_LUN, kernel_state="A", live=live, refusals=())
    return given.dead_map(disks=(disk,), **changes)


def test_a_disk_answering_with_another_wwid_is_confirmed_under_its_old_name() -> None:
    (finding,) = judged(reused())
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, f"wwid:{given.WWID}")
    assert OTHER in finding.cause.en


def test_no_step_acts_on_a_disks_name() -> None:
    (finding,) = judged(reused())
    assert all(step.command is None and "sdb" not in step.does.en for step in finding.steps)


def test_a_mounted_one_says_to_stop_its_pods_at_once() -> None:
    (finding,) = judged(reused(mounts=(given.mount("/var/lib/pod/mount"),)))
    assert "stop its pods at once" in finding.cause.en


def test_a_dead_map_is_not_called_reused() -> None:
    assert judged(given.dead_map()) == []


def test_it_cannot_know_without_a_live_inquiry() -> None:
    assert "LiveIdentities" in [need.fact.__name__ for need in rule.needs if not need.optional]
