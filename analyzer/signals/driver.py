"""What the Huawei CSI driver says in `/var/log/huawei/*`: volumes it stages, devices it misses, transports it lacks.

Line form, V2.2.5.1 to v4.12: `2026-07-03 10:15:01.204511 28417 [INFO]: [requestID:3301746797] message`; a message may
go on over lines without that prefix.  Shell commands are quoted up to v4.9 and bare since v4.10.
Source: eSDK_K8S_Plugin, utils/log/logger.go and the file named with each signature.  Samples are composed from its
format strings.
"""

from __future__ import annotations

import re

from analyzer.signals.iscsid import TRANSPORT_MISSING, TRANSPORT_MISSING_BYTES
from analyzer.signals.signal import Log, Signal

PREFIX = "2026-07-03 10:15:12.914022 28417 "
REQUEST = "[requestID:3301746797] "
WWN = "618cf24100f8f457014a764c000001f6"


def driver_signal(
    signal_id: str,
    pattern: bytes,
    decode: str,
    sample: str,
    versions: str,
    printed_by: str,
    *,
    any_case: bool = False,
    one_line: bool = False,
) -> Signal:
    flags = re.DOTALL | (re.IGNORECASE if any_case else 0)
    compiled = re.compile(decode, flags)
    return Signal(
        signal_id,
        Log.DRIVER,
        pattern,
        compiled,
        versions,
        PREFIX + sample,
        printed_by,
        ignore_case=any_case,
        one_line=one_line,
    )


STAGING = (
    driver_signal(
        "driver-volume-staged",
        rb" is staged",
        r"Volume (?P<handle>\S+) is staged\b",
        f"[INFO]: {REQUEST}Volume fc-155.pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4 is staged",
        "2.1.0 to v4.12",
        "csi/driver/node.go",
        one_line=True,
    ),
    driver_signal(
        "driver-stage-started",
        rb"Start to stage volume ",
        r"Start to stage volume (?P<handle>\S+)",
        f"[INFO]: {REQUEST}Start to stage volume fc-155.pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4",
        "2.1.0 to v4.12",
        "csi/driver/node.go",
        one_line=True,
    ),
    driver_signal(
        "driver-stage-failed",
        rb"Stage volume ",
        r"\bStage volume (?P<volume>\S+) error: (?P<says>.+)",
        f"[ERROR]: {REQUEST}Stage volume pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4 error: failed to execute "
        "waitDeviceDiscovery. VolumeDeviceNotFound",
        "2.1.0 to v4.12",
        "csi/driver/node.go",
    ),
    driver_signal(
        "driver-volume-unstaged",
        rb" is unstaged from ",
        r"Volume (?P<handle>\S+) is unstaged from",
        f"[INFO]: {REQUEST}Volume fc-155.pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4 is unstaged from /var/lib/kubelet/x",
        "2.1.0 to v4.12",
        "csi/driver/node.go",
        one_line=True,
    ),
    driver_signal(
        "driver-volume-published",
        rb" is node published from ",
        r"Volume (?P<handle>\S+) is node published from",
        f"[INFO]: {REQUEST}Volume fc-155.pvc-63ebfda5-4cf0-458e-83bd-ecc7d1e2f3a4 is node published from /var/lib/x",
        "V4.2.0 to v4.12",
        "csi/driver/node.go",
        one_line=True,
    ),
    driver_signal(
        "driver-publish-failed",
        rb"publish filesystem volume fail, |publish block volume fail, ",
        r"\bpublish (?:filesystem|block) volume fail, volume: (?P<volume>\S+), error: (?P<says>.+)",
        f"[ERROR]: {REQUEST}publish filesystem volume fail, volume: nfs-155.pvc_63ebfda5, error: exit status 32",
        "V4.1.0 to v4.12",
        "csi/driver/node.go",
    ),
    driver_signal(
        "driver-lock-timeout",
        rb"get lock timeout, lock file path: ",
        r"get lock timeout, lock file path: \[\S*?hw-pvc-lock-(?P<wwn>[0-9a-zA-Z]+)\]",
        f"[ERROR]: {REQUEST}get [iSCSI] connect sync lock for LUN [{WWN}] failed, error: get lock timeout, lock file "
        f"path: [/csi/lock/hw-pvc-lock-{WWN}]",
        "V2.2.5.1 to v4.12",
        "connector/utils/lock/lock_utils.go",
    ),
)

FIBRE_CHANNEL = (
    driver_signal(
        "driver-fc-device-not-found",
        rb"Fibre Channel volume device not found",
        r"Fibre Channel volume device not found",
        f"[ERROR]: {REQUEST}Fibre Channel volume device not found.",
        "V2.2.13.1 to v4.12",
        "connector/fibrechannel/fc_helper.go, fc_ultrapath_helper.go",
    ),
    driver_signal(
        "driver-fc-no-target",
        rb"can not find any Fibre Channel devices",
        r"can not find any Fibre Channel devices",
        f"[ERROR]: {REQUEST}can not find any Fibre Channel devices, Please check the host's fiber network.",
        "V2.2.5.1 to v4.12",
        "connector/fibrechannel/fc_helper.go",
    ),
    driver_signal(
        "driver-fc-no-port",
        rb"no Fibre Channel support detected on system|there is no available port",
        r"(?P<reason>no Fibre Channel support detected on system|there is no available port)",
        f"[ERROR]: {REQUEST}failed to execute getFcHBAsInfo. no Fibre Channel support detected on system",
        "V2.2.13.1 to v4.12",
        "connector/fibrechannel/fc_helper.go",
    ),
)

ISCSI = (
    driver_signal(
        "driver-iscsi-module-missing",
        TRANSPORT_MISSING_BYTES + rb"|exit status 12",
        # 12: ISCSI_ERR_TRANS_NOT_FOUND; the command's own words may be masked away
        rf"(?:{TRANSPORT_MISSING}|iscsiadm -m (?:node|discovery).*?, error: \[?exit status 12\b)",
        f"[WARNING]: {REQUEST}Run shell cmd iscsiadm -m node -T ***-p 192.168.129.10:3260 --login output: [Logging in "
        "to [iface: default, target: ***portal: 192.168.129.10,3260]\n"
        "libkmod: kmod_module_insert_module: could not find module by name='iscsi_tcp'\n"
        "iscsiadm: Could not insert module tcp. Kmod error -2\n"
        "iscsiadm: Could not login to [iface: default, target: ***portal: 192.168.129.10,3260].\n"
        "iscsiadm: initiator reported error (12 - iSCSI driver not found. Please make sure it is loaded, and retry "
        "the operation)\n"
        "iscsiadm: Could not log into all portals\n"
        "], error: [exit status 12]",
        "2.1.0 to v4.12",
        "utils/utils_linux.go; open-iscsi, usr/iscsi_err.c",
    ),
    driver_signal(
        "driver-portal-unreachable",
        rb"failed to check the host connectivity\. ",
        r"failed to check the host connectivity\. (?P<portal>\S+)",
        f"[ERROR]: {REQUEST}failed to check the host connectivity. 192.168.129.10:3260",
        "V2.2.5.1 to v4.12",
        "connector/iscsi/iscsi_helper.go, connector/nvme/nvme_helper.go",
        any_case=True,
    ),
)

RESIDUAL = (
    driver_signal(
        "driver-residual-found",
        rb"Find residual device path:&\{",
        r"Find residual device path:&\{(?P<wwn>[0-9a-f]+) (?P<device>\S+) ",
        f"[INFO]: {REQUEST}Find residual device path:&{{{WWN} dm-12 /dev/dm-12 1}}.",
        "V2.2.5.1 to v4.12",
        "connector/connector_utils.go",
    ),
    driver_signal(
        "driver-residual-not-removed",
        rb"Failed to remove residual path|is residual path\. error",
        r"Failed to (?:remove residual path:(?P<device>.+?)\. error|check whether the device:.+? is residual path)",
        f"[ERROR]: {REQUEST}Failed to remove residual path:/dev/dm-12. error:exit status 1",
        "V2.2.5.1 to v4.12",
        "connector/connector_utils.go",
    ),
    driver_signal(
        "driver-flush-failed",
        rb"Flush multipath device ",
        r"Flush multipath device (?P<map>\S+) error",
        f"[WARNING]: {REQUEST}Flush multipath device mpathb error: exit status 1",
        "V2.2.13.1 to v4.12",
        "connector/connector_utils.go",
    ),
    driver_signal(
        "driver-unstage-without-wwn",
        rb"get device wwn failed while unstage volume",
        r"\[WARNING\]: .*?get device wwn failed while unstage volume",  # at ERROR it is the expand path
        f"[WARNING]: {REQUEST}get device wwn failed while unstage volume, error: get wwn form targetPath failed",
        "V4.0.0 to v4.12",
        "csi/manage/san_manager.go",
    ),
    driver_signal(
        "driver-detach-skipped",
        rb"need to manually detach from array",
        r"CAUTION: volume (?P<volume>\S+) need to manually detach from array",
        f"[WARNING]: {REQUEST}Backend fc-155 doesn't exist. Ignore this request and return success. CAUTION: volume "
        "pvc-63ebfda5 need to manually detach from array.",
        "2.2.RC4 to v4.12",
        "csi/driver/controller.go",
    ),
    driver_signal(
        "driver-device-unreadable",
        rb" is unreadable",
        r"Device:(?P<device>\S+) is unreadable",
        f"[WARNING]: {REQUEST}Device:/dev/dm-12 is unreadable.",
        "V2.2.15 to v4.12",
        "connector/connector_utils.go",
    ),
    driver_signal(
        "driver-dd-io-error",
        rb": Input/output error",
        # the locale may have turned the quotes into ‘ ’
        r"dd: (?:error )?reading ['‘\"`]?(?P<device>[\w/.-]+)['’\"]?: Input/output error",
        f"[WARNING]: {REQUEST}Run shell cmd dd if=/dev/dm-12 bs=1024 count=512 status=none output: [dd: error reading "
        "'/dev/dm-12': Input/output error\n], error: [exit status 1]",
        "V2.2.15 to v4.12",
        "connector/connector_utils.go; coreutils, src/dd.c",
    ),
    driver_signal(
        "driver-device-not-unique",
        rb"virtual device not unique|physical device not unique",
        r"(?P<kind>virtual|physical) device not unique",
        f"[ERROR]: {REQUEST}virtual device not unique",
        "V2.2.5.1 to v4.12",
        "connector/connector_utils.go",
    ),
    driver_signal(
        "driver-wwn-mismatch",
        rb"InconsistentWWN|is not equal to lun WWN",
        r"InconsistentWWN|device WWN (?:(?P<found>\S+) )?is not equal to lun WWN(?: (?P<wanted>[0-9a-f]+))?",
        f"[ERROR]: {REQUEST}the multipath device WWN 618cf24100f8f457015a764c000001f7 is not equal to lun WWN {WWN}",
        "V2.2.13.1 to v4.12",
        "connector/connector_utils.go",
    ),
    driver_signal(
        "driver-ultrapath-residual",
        rb"\], need to clean",
        r"the disk \[(?P<disk>[^\]]+)\] status is \[(?P<status>[^\]]+)\], need to clean",
        f"[INFO]: {REQUEST}the disk [deleted] status is [Fault], need to clean",
        "v4.5.0 to v4.12",
        "connector/ultrapath_vlun.go",
    ),
)

SIGNALS = (*STAGING, *FIBRE_CHANNEL, *ISCSI, *RESIDUAL)
