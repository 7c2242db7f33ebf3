"""NVMe connections that nothing uses, and none that something may use."""

from dataclasses import replace

import pytest

from analyzer.facts.block import BlockDevices
from analyzer.facts.cluster import VolumeAttachments
from analyzer.facts.transport import NvmeController, NvmeControllers
from analyzer.findings import Finding, Inconclusive
from analyzer.rules.nvme.residual_nvme_connection import residual_nvme_connection as rule
from analyzer.runbook import Effect
from tests.analyzer import dead_storage
from tests.analyzer.rules import device_facts as given

NQN = "nqn.2020-02.huawei.nvme:nvm-subsystem-sn-2102350000000000000"
ONE = NvmeController("nvme-subsys3", NQN, "nvme4", "tcp", "traddr=192.0.2.10,trsvcid=4420", "live", given.SPAN)
FREE = (VolumeAttachments(()), given.backend("tcp-nvme", "192.0.2.10"), BlockDevices(()))


def judged(controller: NvmeController = ONE, *facts: object) -> list[Finding | Inconclusive]:
    return given.judged(rule, *FREE, NvmeControllers((controller,)), *facts)


def namespace(name: str) -> BlockDevices:
    return BlockDevices((dead_storage.block(name),))


def test_a_live_connection_without_a_namespace_is_told_and_nothing_is_destroyed():
    (finding,) = judged()
    assert isinstance(finding, Finding)
    assert finding.subject == f"nqn:{NQN}"
    assert "nvme disconnect -d nvme4" in finding.steps[-1].does.en
    assert Effect.DESTROYS not in {step.effect for step in finding.steps}
    assert all(step.command is None or "disconnect" not in step.command.argv for step in finding.steps)


@pytest.mark.parametrize("name", ["nvme3n1", "nvme4n1", "nvme3c4n1"])
def test_a_namespace_of_the_subsystem_or_the_controller_is_use(name: str):
    assert judged(ONE, namespace(name)) == []


def test_a_local_nvme_disk_is_no_use_of_it():
    assert len(judged(ONE, namespace("nvme0n1"))) == 1


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, state="connecting"),
        replace(ONE, transport="pcie"),
        replace(ONE, nqn="nqn.2014-08.org.example", address="traddr=198.51.100.1"),
        replace(ONE, name="nvme0; reboot"),
    ],
)
def test_what_is_not_a_live_connection_to_the_array_is_left_alone(other: NvmeController):
    assert judged(other) == []


@pytest.mark.parametrize("info", [given.NVME, None])
def test_a_volume_that_may_use_it_keeps_it(info: object):
    assert judged(ONE, VolumeAttachments((given.attached(info),))) == []  # type: ignore[arg-type]


def test_without_the_subsystems_it_cannot_know_where_nvme_is_used_and_need_not_elsewhere():
    (gap,) = given.judged(rule, *FREE)
    assert isinstance(gap, Inconclusive)
    assert given.judged(rule, *FREE, given.backend("iscsi")) == []
