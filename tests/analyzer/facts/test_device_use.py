"""What uses a device: seen also where it hides behind a partition, a device node, or a link."""

from dataclasses import replace

import pytest

from analyzer.facts.block import BlockDevices, LsblkDevice, LsblkDevices, Opener, Openers
from analyzer.facts.device_use import DeviceUse
from analyzer.facts.host import Mount, Mounts
from tests.analyzer import dead_storage as given

SDB = given.block("sdb")  # 8:16
DM = given.block("dm-1", dev_t="253:1", dm_name="mpathb")
BY_UUID = "/dev/disk/by-uuid/5a1f"
SPAN = given.span("x")


def mount(dev_t: str = "0:99", source: str = "x", root: str = "/", fs_type: str = "ext4", point: str = "/srv") -> Mount:
    return Mount(1, 0, None, dev_t, root, point, ("rw",), fs_type, source, (), SPAN)


def use(*mounts: Mount, shown: tuple[LsblkDevice, ...] = ()) -> DeviceUse:
    return DeviceUse(BlockDevices((SDB, DM)), LsblkDevices(shown), Mounts(mounts), None, None)


def lsblk(kname: str, parent: str | None, point: str) -> LsblkDevice:
    return LsblkDevice(kname, kname, parent, "part", (point,), "btrfs", None, None, SPAN)


@pytest.mark.parametrize(
    "found",
    [
        mount("8:16"),
        mount("8:17"),  # sdb1
        mount(source="/dev/sdb"),
        mount(source="/dev/sdb1"),
        mount("0:5", "udev", "/sdb", "devtmpfs"),  # a pod's volume in Block mode
    ],
)
def test_a_mount_of_a_disk_or_its_partition_is_one_of_the_disk(found: Mount):
    assert use(found).mounts_of(SDB) == (found,)


@pytest.mark.parametrize(
    "other", [mount("8:32"), mount("9:17"), mount(source="/dev/sdba"), mount("0:5", "udev", "/", "devtmpfs")]
)
def test_a_mount_of_another_disk_is_none(other: Mount):
    assert use(other).mounts_of(SDB) == ()


def test_a_map_is_mounted_by_its_name_its_number_and_its_node():
    found = (mount("253:1"), mount(source="/dev/mapper/mpathb"), mount("0:5", "udev", "/dm-1", "devtmpfs"))
    assert use(*found).mounts_of(DM) == found


def test_a_link_whose_target_is_not_known_leaves_the_mounts_unknown():
    assert use(mount(source=BY_UUID, fs_type="btrfs")).mounts_of(SDB) is None


def test_lsblk_tells_which_disk_is_behind_a_link():
    riddle = mount(source=BY_UUID, fs_type="btrfs")
    shown = (lsblk("sdb1", "sdb", "/srv"),)
    assert use(riddle, shown=shown).mounts_of(SDB) == (riddle,)
    assert use(riddle, shown=shown).mounts_of(DM) == ()


def test_without_the_mount_table_nothing_is_known():
    assert DeviceUse(BlockDevices((SDB,)), None, None, None, None).mounts_of(SDB) is None


def test_what_stands_on_a_partition_holds_the_disk():
    above = replace(given.block("dm-7"), slaves=("sdb1",))
    assert DeviceUse(BlockDevices((SDB, above)), None, None, None, None).holders_of(SDB) == ("dm-7",)


def test_a_device_node_made_anew_is_still_the_same_device():
    opener = Opener(1, "/dev/dm-1 (deleted)", "sh", SPAN)
    assert DeviceUse(BlockDevices(()), None, None, None, Openers((opener,))).openers_of(DM) == (opener,)
