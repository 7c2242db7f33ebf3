"""iscsi_tcp: reported where it is needed, silent elsewhere, and honest about what it does not know."""

import pytest

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Bindings
from analyzer.facts.cluster import PublishInfo, StorageBackend, StorageBackends, VolumeAttachment, VolumeAttachments
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.host import KernelModule, KernelModules, ModuleLoading
from analyzer.facts.logs import SignalHit, Signals
from analyzer.facts.modules_at_boot import ModuleLine, ModulesAtBoot
from analyzer.facts.transport import IscsiSession, IscsiSessions
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.judging import judge_node
from analyzer.rules.iscsi.iscsi_tcp_not_loaded import iscsi_tcp_not_loaded as rule
from analyzer.runbook import Effect, Phase
from analyzer.signals.scan import scan
from analyzer.signals.signal import Log
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.TIMEOUT, "why")
LOADABLE = ModuleLoading(True, ("insmod /lib/modules/6.1/iscsi_tcp.ko",), SPAN)
NO_SUCH = ModuleLoading(False, (), SPAN)
FORBIDDEN = ModuleLoading(True, ("install /bin/false",), SPAN)
QUIET = Signals((), ("driver_logs",))
FAILED = Signals((SignalHit("driver-iscsi-module-missing", (), 3, "a", "b", (SPAN,)),), ("driver_logs",))
NONE_ATTACHED = VolumeAttachments(())
DRIVER = "2026-07-03 10:15:12.914022 28417 [WARNING]: [requestID:3301746797] "
LOGIN = "Run shell cmd iscsiadm -m node -T ***-p 192.168.129.10:3260 --login output: ["


def modules(*names: str) -> KernelModules:
    return KernelModules(tuple(KernelModule(name, 1, (), SPAN) for name in names))


def attached(node: str = "n1", iqns: tuple[str, ...] = ("iqn.2006-08.com.huawei:x",)) -> VolumeAttachments:
    info = PublishInfo("6" * 32, "", iqns, (), (), ())
    return VolumeAttachments(
        (VolumeAttachment("csi-1", "csi.huawei.com", node, "pvc-1", True, False, info, "", "", SPAN),)
    )


def backend(protocol: str) -> StorageBackends:
    return StorageBackends((StorageBackend("b", protocol, "oceanstor-san", True, (), SPAN),))


def judged(**facts: object) -> list[Finding | Inconclusive]:
    """The rule on a node where nothing needs iSCSI, but for what `facts` says."""
    given: dict[type, object] = {
        KernelModules: modules("libiscsi_tcp"),
        ModuleLoading: LOADABLE,
        Signals: QUIET,
        IscsiSessions: IscsiSessions(()),
        VolumeAttachments: NONE_ATTACHED,
        StorageBackends: StorageBackends(()),
        Bindings: UNKNOWN,
        ModulesAtBoot: ModulesAtBoot((), ()),
        VolumeFailures: VolumeFailures((), ("driver_logs",)),
    }
    kinds = {kind.__name__: kind for kind in given}
    said = judge_node("n1", given | {kinds[name]: fact for name, fact in facts.items()}, [rule])
    return [*said.findings, *said.inconclusive]


def found(**facts: object) -> Finding:
    (finding,) = judged(**facts)
    assert isinstance(finding, Finding)
    return finding


def steps(finding: Finding) -> list[str]:
    return [step.target for step in finding.steps]


def test_a_failed_login_without_the_module_is_confirmed():
    finding = found(Signals=FAILED)
    assert (finding.certainty, finding.severity, finding.subject) == (
        Certainty.CONFIRMED,
        Severity.ERROR,
        "module:iscsi_tcp",
    )


def test_libiscsi_tcp_is_not_iscsi_tcp():
    assert "libiscsi_tcp" in found(Signals=FAILED, KernelModules=modules("libiscsi_tcp")).cause.en


def test_an_attached_iscsi_volume_alone_makes_it_likely():
    assert found(VolumeAttachments=attached()).certainty is Certainty.LIKELY


@pytest.mark.parametrize("loading", [NO_SUCH, FORBIDDEN])
def test_an_attached_iscsi_volume_and_a_module_that_cannot_be_loaded_are_confirmed(loading: ModuleLoading):
    assert found(VolumeAttachments=attached(), ModuleLoading=loading).certainty is Certainty.CONFIRMED


def test_an_iscsi_backend_warns_where_the_module_cannot_be_loaded():
    assert found(StorageBackends=backend("iscsi"), ModuleLoading=NO_SUCH).severity is Severity.WARNING


def test_an_iscsi_backend_alone_is_no_reason():
    assert judged(StorageBackends=backend("iscsi")) == []


def test_a_loaded_module_is_no_problem_whatever_old_logs_say():
    assert judged(Signals=FAILED, KernelModules=modules("iscsi_tcp", "libiscsi_tcp")) == []


def test_a_node_that_uses_no_iscsi_is_left_alone():
    assert judged(VolumeAttachments=attached(iqns=())) == []


def test_a_volume_attached_to_another_node_does_not_matter():
    assert judged(VolumeAttachments=attached(node="n2")) == []


def test_a_session_that_is_logged_in_shows_that_the_transport_is_there():
    session = IscsiSession("session1", 2, "LOGGED_IN", "iqn", SPAN)
    assert judged(VolumeAttachments=attached(), IscsiSessions=IscsiSessions((session,))) == []


def test_without_lsmod_the_rule_says_that_it_cannot_know():
    (gap,) = judged(KernelModules=UNKNOWN, Signals=FAILED)
    assert isinstance(gap, Inconclusive)


def test_without_the_log_and_the_attachments_the_need_is_not_guessed():
    (gap,) = judged(Signals=UNKNOWN, VolumeAttachments=UNKNOWN)
    assert isinstance(gap, Inconclusive)


def test_a_driver_log_without_a_failure_is_enough_to_be_silent():
    assert judged(VolumeAttachments=UNKNOWN) == []


def test_the_module_is_loaded_kept_and_confirmed():
    finding = found(Signals=FAILED)
    assert steps(finding) == ["iscsi_tcp", "iscsi_tcp-at-boot", "iscsi_tcp"]
    assert finding.steps[-1].phase is Phase.CONFIRM


def test_a_module_that_does_not_exist_is_installed_first():
    assert steps(found(Signals=FAILED, ModuleLoading=NO_SUCH))[0] == "iscsi_tcp-package"


def test_a_forbidden_module_is_allowed_first():
    finding = found(Signals=FAILED, ModuleLoading=FORBIDDEN)
    assert steps(finding)[:2] == ["iscsi_tcp-rule", "iscsi_tcp-allow"]
    assert "/bin/false" in finding.cause.en


def test_what_stands_in_the_way_is_asked_when_it_is_not_known():
    assert steps(found(Signals=FAILED, ModuleLoading=UNKNOWN))[0] == "iscsi_tcp-dry-run"


def kept(path: str = "/etc/modules-load.d/storage.conf", module: str = "iscsi_tcp") -> ModulesAtBoot:
    return ModulesAtBoot((ModuleLine(module, path, SPAN),), ())


def test_a_module_named_in_no_file_is_written_into_a_new_one():
    (step,) = (one for one in found(Signals=FAILED).steps if one.target == "iscsi_tcp-at-boot")
    assert step.command is not None
    assert (step.command.argv, step.command.stdin) == (("tee", "/etc/modules-load.d/iscsi_tcp.conf"), "iscsi_tcp")
    assert step.effect is Effect.CHANGES


@pytest.mark.parametrize("path", ["/etc/modules-load.d/iscsi_tcp.conf", "/etc/modules"])
def test_a_module_that_is_loaded_at_boot_already_is_not_written_again(path: str):
    finding = found(Signals=FAILED, ModulesAtBoot=kept(path))
    assert steps(finding) == ["iscsi_tcp", "iscsi_tcp"]
    assert path in finding.cause.en


@pytest.mark.parametrize("at_boot", [UNKNOWN, kept("/etc/modules-load.d/iscsi_tcp.conf", "ib_iser")])
def test_a_file_that_may_hold_something_else_is_not_overwritten(at_boot: object):
    (step,) = (one for one in found(Signals=FAILED, ModulesAtBoot=at_boot).steps if one.target == "iscsi_tcp-at-boot")
    assert step.command is None


def test_the_file_that_forbids_it_is_named():
    line = ModuleLine("iscsi_tcp", "/etc/modprobe.d/no-iscsi.conf", Span("y", 1, 1, ("install iscsi_tcp /bin/false",)))
    finding = found(Signals=FAILED, ModuleLoading=FORBIDDEN, ModulesAtBoot=ModulesAtBoot((), (line,)))
    assert "/etc/modprobe.d/no-iscsi.conf: install iscsi_tcp /bin/false" in finding.cause.en
    assert "/etc/modprobe.d/no-iscsi.conf" in finding.steps[1].does.en


@pytest.mark.parametrize(
    ("code", "says", "told"),
    [
        ("DeadlineExceeded", "context deadline exceeded", "context deadline exceeded"),
        (
            "Internal",
            "get [iSCSI] connect sync lock for LUN [6] failed, error: get lock timeout, lock file path: [/x]",
            "get lock timeout",
        ),
        ("Internal", "VolumeDeviceNotFound", "VolumeDeviceNotFound"),
    ],
)
def test_what_the_pods_see_of_it_is_told(code: str, says: str, told: str):
    seen = Span("cluster/events.json", 4, 4, (says,))
    felt = Failure("pvc-1", "", Call.STAGE, code, says, 3, "", "", (seen,), ("shop/db-0",))
    finding = found(VolumeAttachments=attached(), VolumeFailures=VolumeFailures((felt,), ("events",)))
    assert f"`{told}`" in finding.cause.en
    assert says in [line for piece in finding.evidence for line in piece.text]


def test_another_volume_s_failure_is_not_told_here():
    felt = Failure("pvc-9", "", Call.STAGE, "Internal", "VolumeDeviceNotFound", 3, "", "", (SPAN,), ())
    finding = found(VolumeAttachments=attached(), VolumeFailures=VolumeFailures((felt,), ()))
    assert "VolumeDeviceNotFound" not in finding.cause.en


@pytest.mark.parametrize(
    "line",
    [
        LOGIN
        + "libkmod: kmod_module_insert_module: could not find module by name='iscsi_tcp'], error: [exit status 12]",
        LOGIN + "libkmod: ERROR ../libkmod/libkmod-module.c:895 kmod_module_insert_module: could not find module by "
        "name=\u2018iscsi_tcp\u2019], error: [exit status 12]",
        LOGIN + "iscsiadm: initiator reported error (12 - iSCSI driver not found. Please make sure it is loaded, and "
        "retry the operation)], error: [exit status 12]",
        LOGIN + "], error: [exit status 12]",
        "Cannot connect ISCSI portal 192.168.129.10: libkmod: could not find module by name='iscsi_tcp'",
        "Cannot connect ISCSI portal 192.168.129.10: libkmod: could not find module by name=\u2018iscsi_tcp\u2019",
    ],
)
def test_every_spelling_of_the_failure_confirms_it(line: str):
    hits = scan("files/var/log/huawei/huawei-csi-node", (Log.DRIVER,), (DRIVER + line + "\n").encode())
    assert found(Signals=Signals(hits, ("driver_logs",))).certainty is Certainty.CONFIRMED


def test_module_files_of_another_kernel_are_explained():
    (step,) = (
        one for one in found(Signals=FAILED).steps if one.phase is Phase.LOAD_MODULE and one.target == "iscsi_tcp"
    )
    assert "Unknown symbol" in step.if_fails.en
