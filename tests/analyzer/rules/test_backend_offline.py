"""A backend that is offline: told with its reason where a log has it, and with whom it concerns."""

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.bindings import Bindings
from analyzer.facts.claims import PersistentVolumeClaim, PersistentVolumeClaims, StorageClass, StorageClasses
from analyzer.facts.cluster import PersistentVolumes, StorageBackend, StorageBackends
from analyzer.facts.driver import Driver
from analyzer.facts.logs import ClusterSignals, SignalHit, Signals
from analyzer.findings import Affected, Finding
from analyzer.judging import judge_cluster
from analyzer.rules.cluster.backend_offline import backend_offline as rule
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.DENIED, "why")
REFUSED = SignalHit("driver-login-refused", (("url", "https://192.0.2.1"), ("says", "locked}")), 1, "a", "b", (SPAN,))
SILENT = SignalHit("driver-array-no-answer", (("url", "https://192.0.2.1"),), 1, "a", "b", (SPAN,))


def backend(name: str = "san-1", online: bool | None = False) -> StorageBackend:
    return StorageBackend(name, "iscsi", "oceanstor-san", online, (), SPAN, namespace="huawei-csi")


def judged(*backends: StorageBackend, hits: tuple[SignalHit, ...] = (), of_node: tuple[SignalHit, ...] = ()):
    claim = PersistentVolumeClaim("shop", "data", "Pending", "gold", "", "Filesystem", "1Gi", "", "", False, SPAN)
    gold = StorageClass("gold", "csi.huawei.com", (("backend", "san-1"),), (), "Immediate", False, SPAN)
    facts: dict[type, object] = {
        StorageBackends: StorageBackends(backends),
        PersistentVolumes: UNKNOWN,
        PersistentVolumeClaims: PersistentVolumeClaims((claim,)),
        StorageClasses: StorageClasses((gold,)),
        Bindings: UNKNOWN,
        Driver: UNKNOWN,
        ClusterSignals: ClusterSignals(hits, ()),
        Signals: Across({"n1": Signals(of_node, ())}),
    }
    return judge_cluster(facts, [rule])


def found(*backends: StorageBackend, **logs: tuple[SignalHit, ...]) -> Finding:
    (finding,) = judged(*backends, **logs).findings
    return finding


def test_an_offline_backend_is_told_with_the_claims_that_wait_for_it():
    finding = found(backend())
    assert (finding.subject, finding.affects) == ("backend:san-1", (Affected("shop", "", "data", ""),))


def test_a_backend_that_is_online_or_was_never_synchronised_is_not_reported():
    assert judged(backend(online=True), backend("new", online=None)).findings == ()


def test_a_refused_login_is_its_reason_and_the_controller_is_stopped_before_the_password_is_set():
    finding = found(backend(), hits=(SILENT, REFUSED))
    assert "refused the driver's login, last with: locked." in finding.cause.en
    assert "--replicas=0" in finding.steps[1].does.en


def refused_with(says: str, last: str) -> SignalHit:
    return SignalHit("driver-login-refused", (("url", "https://192.0.2.1"), ("says", says)), 1, last, last, (SPAN,))


def test_of_several_refusals_the_last_is_quoted_and_the_one_before_it():
    wrong = refused_with(" code:1077949061, description:The User name or password is incorrect. }", "2026-07-03 10:02")
    locked = refused_with(" code:1077987870, description:The account has been locked. }", "2026-07-03 10:14")
    for hits in ((wrong, locked), (locked, wrong)):
        cause = found(backend(), hits=hits).cause.en
        assert "last with: code:1077987870, description:The account has been locked. A changed" in cause
        assert "Before that: code:1077949061, description:The User name or password is incorrect.\n" in cause


def test_a_log_that_lies_on_a_node_tells_as_well():
    finding = found(backend(), of_node=(SILENT,))
    assert "did not answer" in finding.cause.en
    assert [one.node for one in finding.evidence] == ["", "n1"]


def test_of_several_offline_backends_a_log_does_not_tell_which_it_means():
    assert all("No log says why" in one.cause.en for one in judged(backend(), backend("b"), hits=(REFUSED,)).findings)


def test_nothing_it_offers_destroys():
    assert {step.effect.value for step in found(backend()).steps} <= {"reads", "changes"}


def test_a_hostile_namespace_reaches_no_command():
    odd = StorageBackend("a", "iscsi", "", False, (), SPAN, namespace="x; reboot")
    assert [step.command for step in found(odd).steps if step.command and "reboot" in str(step.command)] == []
