"""Target ports of a working volume to which no path leads."""

from dataclasses import replace

import pytest

from analyzer.facts.cluster import PublishInfo, VolumeAttachment, VolumeAttachments
from analyzer.facts.storage import Disk, DiskState, NodeStorage
from analyzer.facts.transport import FcPort, FcPorts
from analyzer.findings import Certainty
from analyzer.rules.storage.hypermetro_path_lost import hypermetro_path_lost as rule
from analyzer.runbook import Effect
from tests.analyzer import dead_storage
from tests.analyzer.rules import device_facts as given

ONE, TWO = "20080022a10bc14f", "20180022a10bc14f"


def published(*wwpns: str, node: str = "n1") -> VolumeAttachment:
    return given.attached(PublishInfo(dead_storage.WWN, "", (), (), wwpns, ("7",) * len(wwpns)), node=node)


def alive(target: str | None = ONE) -> Disk:
    return replace(
        dead_storage.dead_disk(), state=DiskState.ALIVE, kernel_state="A", path=None, refusals=(), target=target
    )


def storage(*disks: Disk) -> NodeStorage:
    return NodeStorage((dead_storage.dead_map(disks=disks),), ())


def judged(*facts: object) -> list[object]:
    return list(given.judged(rule, VolumeAttachments((published(ONE, TWO),)), *facts))


def remote(port: str = TWO, state: str = "Online") -> FcPorts:
    return FcPorts((), (FcPort(3, "rport-3:0-1", f"0x{port}", state, "FCP Target", 1, given.SPAN),))


def test_a_port_that_is_up_without_a_path_is_confirmed():
    (finding,) = judged(storage(alive()), remote())
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "pv:pvc-1")  # type: ignore[attr-defined]


def test_a_port_that_is_not_up_is_only_likely():
    (finding,) = judged(storage(alive()), remote(state="Blocked"))
    assert finding.certainty is Certainty.LIKELY  # type: ignore[attr-defined]


def test_a_path_that_failed_is_still_a_path_and_anothers_finding():
    failed = replace(dead_storage.dead_disk("sde"), target=TWO)
    assert judged(storage(alive(), failed), remote()) == []


@pytest.mark.parametrize("disks", [(alive(ONE), alive(TWO)), (alive(None),)])
def test_all_ports_reached_or_one_not_known_is_silence(disks: tuple[Disk, ...]):
    assert judged(storage(*disks), remote()) == []


def test_a_map_without_a_usable_path_is_an_outage_and_not_this():
    assert judged(storage(replace(dead_storage.dead_disk(), target=ONE)), remote()) == []


def test_a_volume_of_another_node_does_not_matter():
    elsewhere = VolumeAttachments((published(ONE, TWO, node="n2"),))
    assert given.judged(rule, elsewhere, storage(alive()), remote()) == []


def test_the_scan_is_by_hand_and_for_this_lun_only():
    (finding,) = judged(storage(alive()), remote())
    steps = finding.steps  # type: ignore[attr-defined]
    assert 'echo "- - 7"' in steps[-1].does.en
    assert {step.effect for step in steps if step.command} == {Effect.READS}
