"""Linux 6.1, grep 3.8 and ls 9.1 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.sysfs_block import parse

DISK = """\
sdb/device/state:running
sdb/device/vendor:HUAWEI  \n\
sdb/device/model:XSG1            \n\
sdb/device/wwid:naa.618cf24100f8f457015a764c000001f7
sdb/device/access_state:active/optimized
sdb/device/iodone_cnt:0xf3
sdb/size:614400
sdb/ro:0
sdb/dev:8:16
sdb/holders: sdb/holders/dm-1
sdb/slaves: sdb/slaves/*
lrwxrwxrwx 1 root root 0 Nov 22 15:04 sdb -> ../devices/platform/host2/session11/target2:0:0/2:0:0:2/block/sdb
lrwxrwxrwx 1 root root 0 Nov 22 15:05 sdb/device -> ../../../2:0:0:2
"""

MAP = """\
dm-1/dm/name:mpathb
dm-1/dm/uuid:mpath-3618cf24100f8f457015a764c000001f7
dm-1/dm/suspended:0
dm-1/size:614400
dm-1/ro:0
dm-1/dev:253:1
dm-1/holders: dm-1/holders/*
dm-1/slaves: dm-1/slaves/sdb dm-1/slaves/sde
"""


def test_a_disk_with_its_map() -> None:
    (disk,) = parse(DISK).devices
    assert (disk.name, disk.dev_t, disk.size_bytes, disk.read_only) == ("sdb", "8:16", 314572800, False)
    assert (disk.state, disk.vendor, disk.model, disk.access_state) == (
        "running",
        "HUAWEI",
        "XSG1",
        "active/optimized",
    )
    assert (disk.wwid, disk.hctl, disk.session) == ("naa.618cf24100f8f457015a764c000001f7", "2:0:0:2", "session11")
    assert (disk.holders, disk.slaves, disk.dm_name) == (("dm-1",), (), None)


def test_a_map_with_its_disks() -> None:
    (found,) = parse(MAP).devices
    assert (found.dm_name, found.dm_uuid, found.dm_suspended) == (
        "mpathb",
        "mpath-3618cf24100f8f457015a764c000001f7",
        False,
    )
    assert (found.holders, found.slaves, found.hctl) == ((), ("sdb", "sde"), None)


def test_a_span_quotes_only_the_lines_of_its_device() -> None:
    disk, found = parse(
        DISK.replace("sdb/size", "dm-1/dm/suspended:1\nsdb/size") + MAP.replace("dm-1/dm/suspended:0\n", "")
    ).devices
    assert (disk.span.first_line, disk.span.last_line, len(disk.span.text)) == (1, 14, 13)
    assert (found.dm_suspended, found.span.first_line, found.span.last_line) == (True, 7, 21)


@pytest.mark.parametrize("state", ["offline", "blocked", "transport-offline"])
def test_the_state_is_verbatim(state: str) -> None:
    assert parse(DISK.replace("running", state)).devices[0].state == state


def test_an_identity_with_blanks_is_kept_verbatim() -> None:  # composed: drivers/scsi/scsi_lib.c, scsi_vpd_lun_id()
    wwid = "t10.ATA     QEMU HARDDISK                           QM00001             "
    assert parse(DISK.replace("naa.618cf24100f8f457015a764c000001f7", wwid)).devices[0].wwid == wwid


def test_a_disk_without_an_identity_and_one_over_fibre_channel() -> None:  # composed: sysfs of a FC host
    text = DISK.replace("sdb/device/wwid:naa.618cf24100f8f457015a764c000001f7\n", "").replace(
        "platform/host2/session11/target2:0:0/2:0:0:2",
        "pci0000:00/0000:00:05.0/host139/rport-139:0-1/target139:0:11/139:0:11:300",
    )
    (disk,) = parse(text).devices
    assert (disk.wwid, disk.hctl, disk.session) == (None, "139:0:11:300", None)


def test_an_nvme_namespace() -> None:  # composed: drivers/nvme/host/sysfs.c
    text = """\
nvme0n1/size:104857600
nvme0n1/wwid:eui.00d0e0ff0a5b1c2d00c0ffee00000001
nvme0n1/device/state:live
nvme0n1/holders: nvme0n1/holders/*
nvme0n1/slaves: nvme0n1/slaves/*
lrwxrwxrwx    1 root     root       0 Nov 22  2025 nvme0n1 -> ../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1
"""
    (disk,) = parse(text).devices
    assert (disk.wwid, disk.state, disk.hctl) == ("eui.00d0e0ff0a5b1c2d00c0ffee00000001", "live", None)


def test_an_attribute_that_is_no_text_is_unknown() -> None:  # composed: grep 3.8 and 2.x on a NUL byte
    text = DISK.replace("sdb/device/model:XSG1            ", "Binary file sdb/device/model matches")
    assert parse(text).devices[0].model is None


def test_no_device() -> None:
    assert parse("").devices == ()


@pytest.mark.parametrize("lost", ["sdb/holders:", "sdb/slaves:", "lrwxrwxrwx 1 root root 0 Nov 22 15:04 sdb ->"])
def test_a_device_without_its_holders_slaves_or_link_is_refused(lost: str) -> None:
    text = "".join(line for line in DISK.splitlines(keepends=True) if not line.startswith(lost))
    with pytest.raises(ParseError, match="cut off"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        DISK[:-1],
        DISK[:140],
        DISK.replace("614400", "many"),
        DISK.replace("ro:0", "ro:no"),
        DISK + "grep: sdx: Permission denied\n",
        DISK.replace("sdb/holders/dm-1", "sdc/holders/dm-1"),
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
