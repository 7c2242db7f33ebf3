"""An NVMe device that was not found: each of the driver's texts names its cause."""

import pytest

from analyzer.facts.cluster import VolumeAttachments
from analyzer.facts.host import KernelModules
from analyzer.facts.nvme_multipath import NvmeMultipath
from analyzer.facts.tools import Tool, Tools
from analyzer.facts.transport import NvmeController, NvmeControllers
from analyzer.findings import Certainty, Finding, Inconclusive
from analyzer.rules.nvme.nvme_device_not_found import nvme_device_not_found as rule
from tests.analyzer.rules import device_facts as given

ATTACHED = VolumeAttachments((given.attached(given.NVME),))
NOT_FOUND = given.stage_failed("VolumeDeviceNotFound")
LIVE = NvmeControllers(
    (
        NvmeController(
            "nvme-subsys0", "nqn.2020-02.huawei.nvme:x", "nvme0", "tcp", "traddr=192.0.2.10", "live", given.SPAN
        ),
    )
)
NONE = NvmeControllers(())


def tools(path: str | None = "/usr/sbin/nvme", version: str | None = "2.8") -> Tools:
    return Tools((Tool("nvme", path, given.SPAN),), version, given.SPAN)


def found(says: str, *facts: object) -> Finding:
    return given.found(rule, given.stage_failed(says), ATTACHED, given.backend("roce"), *facts)


def test_a_volume_published_with_a_namespace_is_told_with_the_list_of_causes():
    finding = given.found(rule, NOT_FOUND, ATTACHED)
    assert (finding.certainty, finding.subject) == (Certainty.POSSIBLE, "pv:pvc-1")


@pytest.mark.parametrize("protocol", ["roce", "roce-nvme", "tcp-nvme", "fc-nvme"])
def test_the_backend_tells_the_protocol_where_the_attachment_does_not(protocol: str):
    attached = VolumeAttachments((given.attached(None),))
    assert given.found(rule, NOT_FOUND, attached, given.backend(protocol)).subject == "pv:pvc-1"


@pytest.mark.parametrize("protocol", ["iscsi", "fc"])
def test_other_protocols_are_not_reported(protocol: str):
    assert given.judged(rule, NOT_FOUND, VolumeAttachments((given.attached(None),)), given.backend(protocol)) == []


@pytest.mark.parametrize(
    ("says", "word"),
    [
        ("No portal available. tgtPortals:[192.0.2.10]", "in reach"),
        ("Cannot discover nvme target 192.0.2.10, reason: refused", "refused"),
        ("Connect NVMe portal 192.0.2.10 error, reason: refused", "refused"),
        ("Find channels failed.", "zoning"),
    ],
)
def test_the_drivers_text_makes_its_cause_likely(says: str, word: str):
    finding = found(says)
    assert (finding.certainty, word in finding.cause.en) == (Certainty.LIKELY, True)


@pytest.mark.parametrize(
    ("says", "facts", "word"),
    [
        ("NVMe-Native multipath is not enabled", (NvmeMultipath(False, given.SPAN),), "switched off"),
        ("the current NVMe CLI version is not supported. Please upgrade it. [1.8]", (), "1.8"),
        ("VolumeDeviceNotFound", (tools(version="1.8.1"),), "1.8.1"),
        ("VolumeDeviceNotFound", (tools(path=None, version=None),), "not installed"),
    ],
)
def test_what_the_host_lacks_is_confirmed(says: str, facts: tuple[object, ...], word: str):
    finding = found(says, *facts)
    assert (finding.certainty, word in finding.cause.en) == (Certainty.CONFIRMED, True)


def test_nvme_cli_1_16_is_newer_than_1_9():
    assert "too old" not in found("VolumeDeviceNotFound", tools(version="1.16")).cause.en


def test_a_missing_fabrics_module_is_told_by_the_reason_and_the_modules():
    says = "Cannot discover nvme target 192.0.2.10, reason: Failed to open /dev/nvme-fabrics: No such file or directory"
    assert found(says, KernelModules(())).certainty is Certainty.CONFIRMED


def test_portals_that_do_not_answer_are_the_cause():
    finding = found("No portal available. tgtPortals:[192.0.2.10]", given.portal(ping=False, tcp=False))
    assert "None of the portals" in finding.cause.en


def test_live_connections_without_the_namespace_point_to_the_mapping():
    finding = found(f"symbolic link does not exist: /dev/disk/by-id/nvme-eui.{given.GUID}", LIVE)
    assert (finding.certainty, "not mapped" in finding.cause.en) == (Certainty.LIKELY, True)


def test_no_live_connection_is_only_possible():
    assert found("VolumeDeviceNotFound", NONE).certainty is Certainty.POSSIBLE


def test_quiet_logs_clear_the_node_and_no_logs_do_not():
    assert given.judged(rule) == []
    (gap,) = given.judged(rule, given.Signals((), ("kernel_log",)))
    assert isinstance(gap, Inconclusive)
