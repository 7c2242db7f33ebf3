"""multipathd: missed only where the driver needs it, and `multipath -ll` is no witness."""

import pytest

from analyzer.facts import Span
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import Container, Pod, PublishInfo, VolumeAttachment, VolumeAttachments
from analyzer.facts.driver import Driver
from analyzer.facts.host import Processes
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.multipath import DaemonMaps, MultipathMap, MultipathMaps
from analyzer.facts.services import Service, Services
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.rules.host.multipathd_not_running import multipathd_not_running as rule
from analyzer.runbook import Effect
from tests.analyzer.rules import host_facts as facts
from tests.analyzer.rules.host_facts import SPAN, UNKNOWN, bound, processes

DAEMON = (500, 1, "SLsl", "x", 9000, "/sbin/multipathd -d -s")
QUIET = Signals((), ("driver_logs",))
SILENT = Signals((SignalHit("driver-multipathd-silent", (), 4, "a", "b", (SPAN,)),), ("driver_logs",))
MAPS = MultipathMaps(
    (MultipathMap("mpathb", "3" + "6" * 32, "dm-1", "HUAWEI", "XSG1", "1G", "0", "0", "rw", (), SPAN),)
)


def service(active: str = "inactive", load: str = "loaded", enabled: str = "disabled") -> Services:
    return Services((Service("multipathd.service", load, active, "dead", enabled, SPAN),))


def attached(node: str = "n1", nvme: bool = False) -> VolumeAttachments:
    info = PublishInfo("6" * 32, "", () if nvme else ("iqn.x",), (), (), ())
    return VolumeAttachments(
        (VolumeAttachment("csi-1", "csi.huawei.com", node, "pvc-1", True, False, info, "", "", SPAN),)
    )


def driver(*args: str) -> Driver:
    container = Container("huawei-csi-driver", "x:4.12.0", args, True, 0, "", "", "")
    pod = Pod("csi", "huawei-csi-node-1", "u", "n1", "Running", (), False, (), SPAN, containers=(container,))
    return Driver("csi.huawei.com", "csi", True, (pod,), (), ())


def judged(**more: object) -> list[Finding | Inconclusive]:
    """The rule where multipathd is stopped and an iSCSI volume is attached, but for what is given."""
    given: dict[type, object] = {
        Services: service(),
        Processes: processes(),
        DaemonMaps: UNKNOWN,
        MultipathMaps: MultipathMaps(()),
        Signals: QUIET,
        VolumeAttachments: attached(),
        Driver: driver(),
        Bindings: bound(),
    }
    return facts.judged(rule, given, more)


def found(**more: object) -> Finding:
    return facts.the_finding(judged(**more))


@pytest.mark.parametrize("state", ["inactive", "failed", "deactivating"])
def test_a_service_that_is_not_active_is_confirmed(state: str):
    finding = found(Services=service(state))
    assert (finding.certainty, finding.severity, finding.subject) == (
        Certainty.CONFIRMED,
        Severity.ERROR,
        "unit:multipathd.service",
    )
    assert state in finding.cause.en


def ended(result: str, last: str = "2026-07-03T10:00:00+0000") -> SignalHit:
    return SignalHit("multipathd-service-failed", (("result", result),), 1, last, last, (SPAN,))


def test_that_it_was_killed_for_memory_is_told_and_quoted():
    killed = SignalHit("multipathd-oom-killed", (), 1, "a", "a", (Span("journal_multipathd", 9, 9, ("OOM",)),))
    finding = found(Services=service("failed"), Signals=Signals((ended("oom-kill"), killed), ("driver_logs",)))
    assert "memory was short (`Failed with result 'oom-kill'`)" in finding.cause.en
    assert "journal_multipathd" in [one.source for one in finding.evidence]


def test_only_the_last_end_of_a_service_that_failed_is_told():
    signals = Signals((ended("oom-kill", "2026-07-02T10:00:00+0000"), ended("exit-code")), ("driver_logs",))
    assert "memory" not in found(Services=service("failed"), Signals=signals).cause.en
    assert "Failed with result" not in found(Services=service("inactive"), Signals=signals).cause.en


def test_maps_alone_make_it_a_warning():
    finding = found(VolumeAttachments=VolumeAttachments(()), MultipathMaps=MAPS)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "facts_",
    [
        {"Services": service("active")},
        {"Processes": processes(DAEMON)},
        {"DaemonMaps": DaemonMaps(())},
        {"VolumeAttachments": attached("n2")},
        {"VolumeAttachments": attached(nvme=True)},
        {"Driver": driver("--scsi-multipath-type=HW-UltraPath")},
        {"Driver": driver("--volume-use-multipath=false")},
        {"Services": service(load="not-found")},
    ],
    ids=["active", "process", "answers", "another node", "nvme", "ultrapath", "no multipath", "no tools"],
)
def test_a_node_that_has_it_or_needs_none_is_left_alone(facts_: dict[str, object]):
    assert judged(**facts_) == []


def test_without_systemd_the_processes_make_it_likely():
    assert found(Services=UNKNOWN).certainty is Certainty.LIKELY


def test_the_driver_s_word_alone_makes_it_possible():
    finding = found(Services=UNKNOWN, Processes=UNKNOWN, Signals=SILENT)
    assert finding.certainty is Certainty.POSSIBLE
    assert "not known" not in finding.title.en


def test_without_services_processes_and_log_nothing_is_known():
    (gap,) = judged(Services=UNKNOWN, Processes=UNKNOWN)
    assert isinstance(gap, Inconclusive)


def test_without_maps_and_attachments_it_is_not_known_whether_it_is_needed():
    (gap,) = judged(MultipathMaps=UNKNOWN, VolumeAttachments=UNKNOWN)
    assert isinstance(gap, Inconclusive)


def test_a_driver_that_is_not_known_is_taken_for_one_that_was_told_nothing():
    assert found(Driver=UNKNOWN).certainty is Certainty.CONFIRMED


def test_that_multipath_ll_misleads_is_told():
    assert "`multipath -ll` still works" in found().cause.en


def test_its_configuration_is_looked_at_before_it_is_started():
    steps = found().steps
    assert [step.command.argv[0] for step in steps if step.command] == ["cat", "systemctl", "multipathd"]
    assert [step.effect for step in steps] == [Effect.READS, Effect.CHANGES, Effect.READS]


@pytest.mark.parametrize(("load", "word"), [("not-found", "Install"), ("masked", "unmask")])
def test_what_keeps_it_from_starting_comes_first(load: str, word: str):
    steps = found(Services=service(load=load), Signals=SILENT).steps
    assert word in steps[1].does.en
    assert steps[1].command is None
