"""A claim that stays Pending: why, by the provisioner's words, and never a guess."""

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims, StorageClass, StorageClasses
from analyzer.facts.cluster import Event, Events, Pod, Pods, StorageBackend, StorageBackends, StoragePool
from analyzer.facts.driver import Driver
from analyzer.facts.taken import ClusterTaken
from analyzer.findings import Affected, Certainty, Finding
from analyzer.judging import judge_cluster
from analyzer.rules.cluster.claim_pending import claim_pending as rule
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.DENIED, "why")
GOLD = StorageClass("gold", "csi.huawei.com", (("backend", "san-1"),), (), "Immediate", False, SPAN)
LATE = StorageClass("gold", "csi.huawei.com", (), (), "WaitForFirstConsumer", False, SPAN)
POD = Pod("shop", "db-0", "uid", "", "Pending", ("data",), False, (), SPAN)
POOLS = (StoragePool("pool-1", 3 * 1024**3, 9 * 1024**3),)
SAID = 'failed to provision volume with StorageClass "gold": rpc error: code = Internal desc = '


def claim(of_class: str = "gold", created: str = "2026-07-03T09:00:00Z", phase: str = "Pending"):
    return PersistentVolumeClaim("shop", "data", phase, of_class, "", "Filesystem", "10Gi", "", created, False, SPAN)


def event(message: str) -> Events:
    kind = "PersistentVolumeClaim"
    return Events((Event("shop", kind, "data", "", "ProvisioningFailed", message, 9, "a", "b", SPAN),))


def judged(one: PersistentVolumeClaim, **facts: object):
    backend = StorageBackend("san-1", "iscsi", "oceanstor-san", True, (), SPAN, pools=POOLS)
    given: dict[type, object] = {
        PersistentVolumeClaims: PersistentVolumeClaims((one,)),
        StorageClasses: StorageClasses((GOLD,)),
        ClusterTaken: ClusterTaken("2026-07-03T10:00:00Z"),
        Events: Events(()),
        Pods: Pods(()),
        Driver: UNKNOWN,
        StorageBackends: StorageBackends((backend,)),
    }
    kinds = {kind.__name__: kind for kind in given}
    return judge_cluster(given | {kinds[name]: fact for name, fact in facts.items()}, [rule])


def found(one: PersistentVolumeClaim, **facts: object) -> Finding:
    (finding,) = judged(one, **facts).findings
    return finding


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("failed to select pool, the capacity filter failed, capacity: 107374182400", "has the capacity"),
        ("failed to select pool, the capability filter failed, error: x. please check your storage class", "fits"),
        ("failed to select pool, the final filter field: replication, parameters map[x:y]", "fits"),
        ("no storage pool meets the requirements. Please check the storage class. The final filter field: x", "fits"),
        ("Create volume map[name:pvc-1] error: 50331651", "error code"),
        ("context deadline exceeded (Client.Timeout exceeded while awaiting headers)", "did not answer in time"),
    ],
)
def test_the_drivers_words_tell_why(says: str, words: str):
    finding = found(claim(), Events=event(SAID + says))
    assert finding.certainty is Certainty.CONFIRMED
    assert words in finding.cause.en.split("\n")[0]


def test_words_of_another_kind_are_quoted_and_no_more_than_likely():
    finding = found(claim(), Events=event(SAID + "something new"))
    assert (finding.certainty, "something new" in finding.cause.en) == (Certainty.LIKELY, True)


def test_without_an_event_it_is_possible_and_says_that_events_expire():
    finding = found(claim())
    assert (finding.certainty, "live for an hour" in finding.cause.en) == (Certainty.POSSIBLE, True)


def test_a_class_that_does_not_exist_is_the_cause():
    assert "does not exist" in found(claim("silver")).cause.en


def test_a_lack_of_capacity_tells_what_is_free():
    finding = found(claim(), Events=event(SAID + "the capacity filter failed, capacity: 1"))
    assert any("pool-1: 3.0 GiB" in step.does.en for step in finding.steps)


def test_the_pod_that_wants_it_is_told():
    assert found(claim(), Pods=Pods((POD,))).affects == (Affected("shop", "db-0", "data", ""),)


@pytest.mark.parametrize("one", [claim(phase="Bound"), claim(created="2026-07-03T09:59:00Z")])
def test_a_claim_that_is_bound_or_young_is_left_alone(one: PersistentVolumeClaim):
    assert judged(one).findings == ()


def test_a_claim_of_another_driver_is_left_alone():
    other = StorageClass("gold", "rook-ceph.rbd.csi.ceph.com", (), (), "Immediate", False, SPAN)
    assert judged(claim(), StorageClasses=StorageClasses((other,))).findings == ()


def test_a_claim_that_waits_for_its_first_pod_is_no_fault():
    assert judged(claim(), StorageClasses=StorageClasses((LATE,))).findings == ()
    assert judged(claim(), StorageClasses=StorageClasses((LATE,)), Pods=Pods((POD,))).findings != ()


def test_without_the_classes_the_rule_says_that_it_cannot_know():
    assert judged(claim(), StorageClasses=UNKNOWN).inconclusive[0].missing == (UNKNOWN,)
