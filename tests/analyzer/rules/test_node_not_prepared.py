"""What a node lacks for the protocols in use: only what was asked and answered counts."""

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import (
    ClusterNodes,
    Container,
    Pod,
    PublishInfo,
    StorageBackend,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver
from analyzer.facts.host import KernelModule, KernelModules, ModuleLoading
from analyzer.facts.initiators import Initiator, Initiators
from analyzer.facts.multipath_conf import MultipathConf, Setting
from analyzer.facts.nvme_multipath import NvmeMultipath
from analyzer.facts.services import Service, Services
from analyzer.facts.tools import Tool, Tools
from analyzer.facts.transport import FcPort, FcPorts
from analyzer.findings import Finding
from analyzer.judging import judge_node
from analyzer.rules.host import multipathd_steps
from analyzer.rules.iscsi import module_steps
from analyzer.rules.nfs import client_steps
from analyzer.rules.preflight.node_not_prepared import node_not_prepared as rule
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.TIMEOUT, "why")
EVERYTHING = [
    "lsblk",
    "blkid",
    "blockdev",
    "dd",
    "findmnt",
    "mount",
    "umount",
    "ls",
    "awk",
    "nsenter",
    "scsi_id",
    "multipath",
    "multipathd",
    "iscsiadm",
    "ping",
    "nvme",
    "mount.nfs",
]
YES = MultipathConf(("f",), (Setting("defaults", "user_friendly_names", "yes", SPAN),))


def tools(*missing: str, nvme: str = "2.4") -> Tools:
    return Tools(tuple(Tool(name, None if name in missing else "/x", SPAN) for name in EVERYTHING), nvme)


def services(*inactive: str) -> Services:
    names = ("multipathd.service", "iscsid.service", "iscsid.socket", "nxup.service")
    states = {name: "inactive" if name in inactive else "active" for name in names}
    return Services(tuple(Service(name, "loaded", state, "", "enabled", SPAN) for name, state in states.items()))


def backend(protocol: str) -> StorageBackends:
    return StorageBackends((StorageBackend("b", protocol, "oceanstor-san", True, (), SPAN),))


def driver(*args: str) -> Driver:
    container = Container("huawei-csi-driver", "", args, True, 0, "", "", "")
    pod = Pod("huawei-csi", "huawei-csi-node-1", "u", "n1", "Running", (), False, (), SPAN, containers=(container,))
    return Driver("csi.huawei.com", "huawei-csi", True, (pod,), (), ())


def judged(**facts: object):
    """The rule on a node that has everything, but for what `facts` says."""
    given: dict[type, object] = {
        Tools: tools(),
        Services: services(),
        KernelModules: KernelModules((KernelModule("nvme_tcp", 1, (), SPAN),)),
        ModuleLoading: ModuleLoading(True, ("insmod x",), SPAN),
        Initiators: Initiators("5a17", (Initiator("iscsi", "d", "set", SPAN), Initiator("nvme", "d", "set", SPAN))),
        FcPorts: FcPorts((FcPort(3, "host3", "0x21", "Online", None, None, SPAN),), ()),
        MultipathConf: YES,
        NvmeMultipath: NvmeMultipath(True, SPAN),
        Driver: driver(),
        VolumeAttachments: VolumeAttachments(()),
        StorageBackends: backend("iscsi"),
        ClusterNodes: UNKNOWN,
    }
    kinds = {kind.__name__: kind for kind in given}
    return judge_node("n1", given | {kinds[name]: fact for name, fact in facts.items()}, [rule])


def found(**facts: object) -> Finding:
    (finding,) = judged(**facts).findings
    return finding


def targets(**facts: object) -> list[str]:
    return [step.target.removeprefix("prepare-") for step in found(**facts).steps]


def test_the_nfs_client_is_installed_by_the_steps_of_its_own_rule():
    steps = found(StorageBackends=backend("nfs"), Tools=tools("mount.nfs")).steps
    assert steps == client_steps.install("n1", "nfs", UNKNOWN)


@pytest.mark.parametrize("protocol", ["iscsi", "fc", "tcp-nvme", "nfs"])
def test_a_node_that_has_everything_is_prepared(protocol: str):
    assert judged(StorageBackends=backend(protocol)).cleared == ("node-not-prepared",)


@pytest.mark.parametrize(
    ("protocol", "fact", "lack"),
    [
        ("iscsi", {"Tools": tools("iscsiadm")}, "iscsiadm"),
        ("iscsi", {"Tools": tools("ping")}, "ping"),
        ("iscsi", {"Services": services("iscsid.service", "iscsid.socket")}, "iscsid.service"),
        ("iscsi", {"Services": services("multipathd.service")}, "multipathd.service"),
        ("iscsi", {"ModuleLoading": ModuleLoading(False, (), SPAN)}, "iscsi_tcp"),
        ("iscsi", {"Initiators": Initiators("5a17", (Initiator("iscsi", None, "empty", SPAN),))}, "iscsi-name"),
        ("iscsi", {"MultipathConf": MultipathConf((), ())}, "multipath.conf"),
        ("fc", {"Tools": tools("scsi_id")}, "scsi_id"),
        ("fc", {"FcPorts": FcPorts((), ())}, "fc-port"),
        ("nfs", {"Tools": tools("mount.nfs")}, "nfs-client"),
        ("tcp-nvme", {"Tools": tools(nvme="1.16")}, "nvme-version"),
        ("tcp-nvme", {"KernelModules": KernelModules(())}, "nvme_tcp"),
        (
            "iscsi",
            {"Driver": driver("--scsi-multipath-type=HW-UltraPath"), "Services": services("nxup.service")},
            "nxup.service",
        ),
    ],
)
def test_what_a_protocol_needs_and_the_node_lacks_is_named(protocol: str, fact: dict[str, object], lack: str):
    assert lack in targets(StorageBackends=backend(protocol), **fact)


def test_a_socket_that_starts_the_daemon_is_enough():
    assert judged(Services=services("iscsid.service")).findings == ()


def test_a_tool_of_a_protocol_that_is_not_in_use_is_not_missed():
    assert judged(Tools=tools("nvme", "mount.nfs")).findings == ()


def test_a_volume_on_this_node_brings_its_protocol():
    info = PublishInfo("6" * 32, "", (), (), ("2100",), ())
    attachment = VolumeAttachment("c", "csi.huawei.com", "n1", "pvc-1", True, False, info, "", "", SPAN)
    facts = {"VolumeAttachments": VolumeAttachments((attachment,)), "StorageBackends": UNKNOWN}
    assert targets(**facts, FcPorts=FcPorts((), ())) == ["fc-port"]


def test_several_lacks_are_one_finding_each_with_its_remedy():
    finding = found(Tools=tools("iscsiadm", "lsblk"))
    assert finding.cause.en.count("\n- ") == 2
    assert "open-iscsi" in finding.steps[1].does.en


def test_a_single_lack_is_named_in_the_first_sentence():
    assert found(Tools=tools("lsblk")).cause.en == (
        "n1 lacks what iSCSI volumes need: the command lsblk is not on this node."
    )


def test_a_service_is_started_by_a_command():
    (step,) = found(Services=services("iscsid.service", "iscsid.socket")).steps
    assert step.command is not None
    assert step.command.argv == ("systemctl", "enable", "--now", "iscsid.service")


def test_what_a_rule_of_its_own_mends_has_the_very_steps_of_that_rule():
    stopped = services("multipathd.service")
    assert found(Services=stopped).steps == multipathd_steps.start("n1", stopped.get("multipathd.service"))
    missing = ModuleLoading(False, (), SPAN)
    assert found(ModuleLoading=missing).steps == module_steps.load("n1", missing, UNKNOWN)


def test_a_device_that_was_not_found_over_nvme_tells_why_the_lack_matters():
    assert "nvme-device-not-found" in [cause.rule for cause in rule.explained_by]


def test_what_was_not_asked_is_not_missed_and_the_rule_says_so():
    said = judged(Tools=UNKNOWN)
    assert (said.findings, said.inconclusive[0].missing) == ((), (UNKNOWN,))


def test_without_multipath_the_driver_needs_no_multipathd():
    quiet = {"Driver": driver("--volume-use-multipath=false"), "Services": services("multipathd.service")}
    assert judged(**quiet).findings == ()


def test_a_machine_that_is_no_node_of_the_cluster_needs_nothing_of_it():
    assert judged(ClusterNodes=ClusterNodes(()), Tools=tools("iscsiadm")).findings == ()
