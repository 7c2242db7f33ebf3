"""Every signature against real and look-alike lines."""

import re

import pytest

from analyzer.signals import all_signals
from analyzer.signals.scan import scan
from analyzer.signals.signal import LOGS_OF_POD, LOGS_OF_PROBE, Log, Signal

SIGNALS = all_signals()
DRIVER = "2026-07-03 10:15:12.914022 28417 [ERROR]: [requestID:3301746797] "


def ids(log: Log, text: str) -> list[str]:
    return [hit.signal for hit in scan("log", (log,), text.encode())]


def fields(log: Log, text: str) -> dict[str, str]:
    (hit,) = scan("log", (log,), text.encode())
    return dict(hit.fields)


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.id)
def test_a_sample_hits_its_own_signal_and_no_other(signal: Signal):
    assert ids(signal.log, signal.sample) == [signal.id]


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.id)
def test_a_sample_in_a_log_of_another_kind_is_no_hit(signal: Signal):
    others = [log for log in Log if log is not signal.log]
    assert signal.id not in [hit.signal for hit in scan("log", others, signal.sample.encode())]


def test_ids_are_unique_and_begin_with_who_writes_the_log():
    assert len({signal.id for signal in SIGNALS}) == len(SIGNALS)
    assert all(signal.id.startswith(f"{signal.log}-") for signal in SIGNALS)


def test_every_signal_says_who_prints_it_and_in_which_versions():
    assert all(signal.printed_by and signal.versions for signal in SIGNALS)


def test_every_group_is_a_field_with_a_name():
    assert [one.id for one in all_signals() if one.decode.groups != len(one.decode.groupindex)] == []


def test_every_kind_of_log_is_collected_by_a_probe():
    assert set().union(*LOGS_OF_PROBE.values()) | LOGS_OF_POD == set(Log)


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (Log.KERNEL, "[ 1.0] sd 2:0:0:2: [sdb] tag#94 Add. Sense: Logical unit not ready, cause not reportable"),
        (Log.KERNEL, "[ 1.0] sd 2:0:0:2: [sdb] Sense Key : Illegal Request [current]"),
        (Log.KERNEL, "[ 1.0] sdb: detected capacity change from 0 to 614400"),
        (Log.KERNEL, "[ 1.0] sdb: detected capacity change from 614400 to 01"),
        (Log.KERNEL, "[ 1.0] INFO: task dd:2871 blocked for a while"),
        (Log.MULTIPATHD, "T w multipathd[1]: mpatha: remaining active paths: 1"),
        (Log.MULTIPATHD, "T w multipathd[1]: mpatha: remaining active paths: 01"),
        (Log.MULTIPATHD, "T w multipathd[1]: mpatha: sda - tur checker reports path is up"),
        (Log.DRIVER, DRIVER + "Stage volume pvc-1 begins"),
        (Log.DRIVER, DRIVER + "Unpublish volume fc.pvc-1 from /var/lib/kubelet"),
        (Log.DRIVER, DRIVER + "get device wwn failed while unstage volume, error: x"),  # ERROR is the expand path
        (Log.DRIVER, DRIVER + "Run shell cmd mount -t nfs a:/b /c output: [x], error: [exit status 12]"),
        (Log.DRIVER, DRIVER + "Run shell cmd iscsiadm -m session output: [x], error: [exit status 21]"),
        (Log.DRIVER, DRIVER + "cat /x: Input/output error"),
        (Log.KUBELET, 'T w kubelet[1]: MountVolume.MountDevice failed for volume "pvc-1" : desc = exit status 32'),
    ],
)
def test_a_line_that_only_looks_alike_is_no_hit(log: Log, line: str):
    assert ids(log, line) == []


@pytest.mark.parametrize(
    ("log", "line", "signal"),
    [
        (Log.KERNEL, "[1.0] sd 139:0:0:1: [sdaa] Add. Sense: Logical unit not supported", "kernel-lun-not-supported"),
        (Log.KERNEL, "[1.0] sd 2:0:0:2: [sdb] Add. Sense: ASC=0x25 ASCQ=0x0", "kernel-lun-not-supported"),
        (Log.KERNEL, "[1.0] sd 2:0:0:3: [alua] Add. Sense: Logical unit not supported", "kernel-lun-not-supported"),
        (
            Log.KERNEL,
            "Nov 22 15:04:10 w kernel: Buffer I/O error on device dm-2, logical block 1",
            "kernel-buffer-io-error",
        ),
        (Log.KERNEL, "[1.0] blk_update_request: I/O error, dev sdb, sector 0", "kernel-io-error"),
        (Log.KERNEL, "[1.0] device-mapper: multipath: Failing path 8:16.", "kernel-path-failed"),
        (Log.DRIVER, DRIVER + "Stage volume pvc-1 error: volume device not found", "driver-stage-failed"),
        (Log.DRIVER, DRIVER + "Failed to check the host connectivity. 10.1.1.1", "driver-portal-unreachable"),
        (
            Log.DRIVER,
            DRIVER
            + 'Run shell cmd "iscsiadm -m node -T ***-p 10.1.1.1:3260 --login" output: [***], error: [exit status 12]',
            "driver-iscsi-module-missing",
        ),
        (
            Log.DRIVER,
            DRIVER + "Cannot connect ISCSI portal 10.1.1.1: libkmod: could not find module by name=‘iscsi_tcp’",
            "driver-iscsi-module-missing",
        ),
        (Log.DRIVER, DRIVER + "dd: error reading ‘/dev/dm-12’: Input/output error", "driver-dd-io-error"),
    ],
)
def test_the_spellings_of_other_versions_are_hits(log: Log, line: str, signal: str):
    assert ids(log, line) == [signal]


def test_a_refused_lun_names_hctl_and_device_verbatim():
    line = "[1.0] sd 139:0:0:1: [sdaa] tag#0 Add. Sense: Logical unit not supported"
    assert fields(Log.KERNEL, line) == {"hctl": "139:0:0:1", "device": "sdaa"}


def test_a_kubelet_line_with_escaped_quotes_names_the_volume():
    line = r"""T w kubelet[1]: err="MountVolume.MountDevice failed for volume \"pvc-1\" (UniqueName: \"x^y\") : rpc """
    line += "error: code = Internal desc = failed to execute waitDeviceDiscovery. VolumeDeviceNotFound"
    assert fields(Log.KUBELET, line)["pv"] == "pvc-1"


def test_no_pattern_depends_on_what_the_driver_masks():
    masked = re.compile(rb"iqn\.|tgt", re.IGNORECASE)
    assert not [signal.id for signal in SIGNALS if masked.search(signal.pattern)]


STRUCTURED = (
    'E0703 02:15:01.204511 1 leaderelection.go:436] "Error retrieving lease lock" err="leases.coordination.k8s.io '
    r"\"external-attacher-leader-x\" is forbidden: User \"system:serviceaccount:csi:ctl\" cannot get resource "
    r'\"leases\" in API group \"coordination.k8s.io\" in the namespace \"csi\"" lock="csi/x"'
)
WITHOUT_NAME = (
    "E0703 02:15:01.204511 1 leaderelection.go:334] error initially creating leader election record: "
    'leases.coordination.k8s.io is forbidden: User "system:serviceaccount:csi:ctl" cannot create resource "leases" '
    'in API group "coordination.k8s.io" in the namespace "csi"'
)


@pytest.mark.parametrize(("line", "verb"), [(STRUCTURED, "get"), (WITHOUT_NAME, "create")])
def test_a_lease_that_is_forbidden_names_account_and_right_in_every_spelling(line: str, verb: str):
    named = fields(Log.SIDECAR, line)
    assert (named["user"], named["namespace"], named["verb"]) == ("system:serviceaccount:csi:ctl", "csi", verb)
