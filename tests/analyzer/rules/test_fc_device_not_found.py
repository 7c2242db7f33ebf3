"""A Fibre Channel device that was not found: told per volume, with what is left as its cause."""

from dataclasses import replace

import pytest

from analyzer.facts import Span, failures
from analyzer.facts.bindings import Bindings, bind
from analyzer.facts.cluster import (
    Event,
    Events,
    PersistentVolume,
    PersistentVolumes,
    Pods,
    PublishInfo,
    StorageBackend,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.logs import Signals
from analyzer.facts.taken import NodeTaken
from analyzer.facts.transport import FcPort, FcPorts
from analyzer.findings import Affected, Certainty, Finding, Inconclusive
from analyzer.judging import judge_node
from analyzer.rules.fibre_channel.fc_device_not_found import fc_device_not_found as rule
from tests.analyzer.rules.device_facts import POD, SPAN, UNKNOWN, hit, logs

WWPN = "20080022a10bc14f"
WAIT = "failed to execute waitDeviceDiscovery. "
MESSAGE = (
    f'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = Internal desc = {WAIT}VolumeDeviceNotFound'
)

ATTACHMENT = VolumeAttachment(
    "csi-1",
    "csi.huawei.com",
    "n1",
    "pvc-1",
    True,
    False,
    PublishInfo("6" * 32, "", (), (), (WWPN,), ("1",)),
    "",
    "",
    SPAN,
)
VOLUME = PersistentVolume(
    "pvc-1", "csi.huawei.com", "fc-155.vol-1", "6" * 32, "Filesystem", (), "shop", "data", "Bound", SPAN
)
STAGE = hit("driver-stage-failed", volume="vol-1", says=f"{WAIT}VolumeDeviceNotFound")


def ports(state: str = "Online", remote: str = f"0x{WWPN}", remote_state: str = "Online") -> FcPorts:
    host = FcPort(3, "host3", "0x21000024ff7ee1f4", state, None, None, SPAN)
    return FcPorts((host,), (FcPort(3, "rport-3:0-0", remote, remote_state, "FCP Target", 0, SPAN),))


def judged(**facts: object) -> list[Finding | Inconclusive]:
    """The rule on a node whose logs are read and quiet, but for what `facts` says."""
    given: dict[type, object] = {
        Signals: logs(),
        FcPorts: ports(),
        PersistentVolumes: PersistentVolumes((VOLUME,)),
        VolumeAttachments: VolumeAttachments((ATTACHMENT,)),
        Pods: Pods((POD,)),
        Events: Events(()),
        StorageBackends: UNKNOWN,
        Bindings: bind((ATTACHMENT,), (VOLUME,), (POD,), ()),
    }
    kinds = {kind.__name__: kind for kind in given}
    given |= {kinds[name]: fact for name, fact in facts.items()} | {NodeTaken: NodeTaken("n1", "")}
    said = judge_node("n1", given | {VolumeFailures: failures.assemble(given)}, [rule])
    return [*said.findings, *said.inconclusive]


def found(**facts: object) -> Finding:
    (finding,) = judged(**facts)
    assert isinstance(finding, Finding)
    return finding


def event(node: str = "n1", message: str = MESSAGE) -> Events:
    return Events((Event("shop", "Pod", "db-0", node, "FailedMount", message, 1, "", "", SPAN),))


def test_a_failed_stage_is_told_of_its_pv_and_its_pod():
    finding = found(Signals=logs(STAGE))
    assert finding.subject == "pv:pvc-1"
    assert finding.affects == (Affected("shop", "db-0", "data", "pvc-1"),)


def test_a_volume_without_a_pv_is_told_by_its_own_name():
    assert found(Signals=logs(STAGE), PersistentVolumes=UNKNOWN).subject == "volume:vol-1"


def test_the_message_alone_is_told_when_no_line_names_the_volume():
    assert found(Signals=logs(hit("driver-fc-device-not-found"))).subject == "volume:unknown"


def test_an_event_of_the_pod_is_enough():
    assert found(Events=event()).subject == "pv:pvc-1"


def test_an_event_that_names_no_node_belongs_to_the_pods_node():
    assert found(Events=event(node="")).subject == "pv:pvc-1"


def test_an_event_of_another_node_does_not_matter():
    assert judged(Events=event(node="n2")) == []


def test_the_kubelets_journal_is_enough():
    assert (
        found(
            Signals=logs(
                hit(
                    "kubelet-volume-failed",
                    pv="pvc-1",
                    call="MountDevice",
                    says=f"rpc error: code = Internal desc = {WAIT}VolumeDeviceNotFound",
                )
            )
        ).subject
        == "pv:pvc-1"
    )


def test_log_and_event_of_one_volume_are_one_finding_with_both_as_evidence():
    other = Span("cluster/events.json", 7, 7, ("Event",))
    events = Events((Event("shop", "Pod", "db-0", "n1", "FailedMount", MESSAGE, 1, "", "", other),))
    finding = found(Signals=logs(STAGE), Events=events, FcPorts=UNKNOWN)
    assert [(one.node, one.source) for one in finding.evidence] == [("n1", "x"), ("", "cluster/events.json")]


def test_the_same_words_of_an_iscsi_volume_are_not_reported():
    info = PublishInfo("6" * 32, "", ("iqn",), (), (), ())
    attachment = VolumeAttachment("c", "d", "n1", "pvc-1", True, False, info, "", "", SPAN)
    stage = hit("driver-stage-failed", volume="vol-1", says="VolumeDeviceNotFound")
    assert judged(Signals=logs(stage), VolumeAttachments=VolumeAttachments((attachment,))) == []


def test_a_volume_staged_since_is_not_reported():
    staged = hit("driver-volume-staged", last="2026-07-03 11:00:00.0", handle="fc-155.vol-1")
    assert judged(Signals=logs(STAGE, staged)) == []


def test_a_volume_staged_before_is_reported():
    staged = hit("driver-volume-staged", last="2026-07-03 09:00:00.0", handle="fc-155.vol-1")
    assert found(Signals=logs(STAGE, staged)).subject == "pv:pvc-1"


def test_a_volume_that_went_to_another_node_is_not_reported():
    assert judged(Signals=logs(STAGE), VolumeAttachments=VolumeAttachments(()), Pods=Pods(())) == []


def test_visible_target_ports_leave_it_possible_and_rule_out_the_zoning():
    finding = found(Signals=logs(STAGE))
    assert finding.certainty is Certainty.POSSIBLE
    assert "Ruled out" in finding.cause.en
    assert "- zoning" not in finding.cause.en


@pytest.mark.parametrize("seen", [ports(remote="0x2100000000000000"), ports(remote_state="Blocked")])
def test_target_ports_that_are_not_visible_make_the_zoning_likely(seen: FcPorts):
    finding = found(Signals=logs(STAGE), FcPorts=seen)
    assert (finding.certainty, finding.steps[0].target) == (Certainty.LIKELY, "fc-zoning")
    assert finding.cause.en.startswith("This node sees none of the volume's target ports")
    assert "端口（WWPN 为 21000024ff7ee1f4）与" in finding.steps[0].does.zh


def test_no_port_online_is_told_as_likely():
    assert "host3 Linkdown" in found(Signals=logs(STAGE), FcPorts=ports(state="Linkdown")).cause.en


def test_without_the_ports_all_causes_are_listed():
    finding = found(Signals=logs(STAGE), FcPorts=UNKNOWN)
    assert finding.certainty is Certainty.POSSIBLE
    assert finding.cause.en.startswith("The driver looked for the device of pvc-1")
    assert all(word in finding.cause.en for word in ("zoning", "mapping", "HBA", "HyperMetro"))


def test_nothing_it_offers_changes_anything():
    assert {step.effect.value for step in found(Signals=logs(STAGE)).steps} == {"reads"}


def test_quiet_logs_clear_the_node():
    assert judged() == []


def test_without_any_log_that_would_tell_the_rule_says_so():
    (gap,) = judged(Signals=Signals((), ("kernel_log",)))
    assert isinstance(gap, Inconclusive)


def test_without_logs_at_all_the_rule_says_so():
    (gap,) = judged(Signals=UNKNOWN)
    assert isinstance(gap, Inconclusive)


NO_SUPPORT = "failed to execute getFcHBAsInfo. no Fibre Channel support detected on system"
NO_DEVICE = "can not find any Fibre Channel devices, Please check the host's fiber network."


def failed(says: str) -> Signals:
    return logs(hit("driver-stage-failed", volume="vol-1", says=says))


def test_no_adapter_is_confirmed_by_the_drivers_words_and_by_sysfs():
    finding = found(Signals=failed(NO_SUPPORT), FcPorts=FcPorts((), ()))
    assert (finding.certainty, "no HBA" in finding.cause.en) == (Certainty.CONFIRMED, True)


def test_a_node_without_a_port_is_likely_the_cause_of_a_missing_device():
    assert found(Signals=logs(STAGE), FcPorts=FcPorts((), ())).certainty is Certainty.LIKELY


def test_ports_that_are_not_online_are_told_with_the_drivers_words():
    says = "failed to execute getFcHBAsInfo. there is no available port"
    assert "host3 Linkdown" in found(Signals=failed(says), FcPorts=ports(state="Linkdown")).cause.en


def test_no_device_of_any_array_points_to_zoning_or_cabling():
    unseen = VolumeAttachments((replace(ATTACHMENT, publish_info=None),))
    finding = found(Signals=failed(NO_DEVICE), VolumeAttachments=unseen, FcPorts=ports(remote_state="Blocked"))
    assert (finding.certainty, "zoning" in finding.cause.en) == (Certainty.LIKELY, True)


def test_the_backend_tells_the_protocol_where_the_attachment_does_not():
    backends = StorageBackends((StorageBackend("fc-155", "fc", "oceanstor-san", True, (), SPAN),))
    known = {"VolumeAttachments": VolumeAttachments((replace(ATTACHMENT, publish_info=None),))}
    assert judged(Signals=failed("VolumeDeviceNotFound"), **known) == []
    assert found(Signals=failed("VolumeDeviceNotFound"), StorageBackends=backends, **known).subject == "pv:pvc-1"
