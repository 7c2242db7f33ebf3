"""Hits of one moment told once; repeats counted; the same line in two logs counted once."""

from tests.analyzer.timeline.told import Node, clock, finding, utc

LOST = "[{s}] sd {hctl}: [{dev}] tag#94 Add. Sense: Logical unit not supported\n"
DRIVER = "files/var/log/huawei/huawei-csi-node"
STAGE_FAILED = "2026-07-03 {time}.000000 1 [ERROR]: Stage volume pvc-1 error: timeout\n"


def lost(*where: tuple[float, str, str]) -> str:
    return "".join(LOST.format(s=f"{s:12.6f}", hctl=hctl, dev=dev) for s, hctl, dev in where)


def test_disks_of_one_moment_are_told_as_one():
    log = lost((3000.0, "2:0:0:2", "sdb"), (3001.0, "3:0:0:2", "sde"), (3060.0, "2:0:0:3", "sda"))
    (one,) = Node("n1", {"kernel_log": log}).told(finding("n1"))
    assert (one.at, one.until, one.times, one.names) == (utc("09:50:00"), utc("09:51:00"), 3, ("LUN 2", "LUN 3"))


def test_a_mount_is_no_unmount():
    log = "[ 3000.0] EXT4-fs (dm-2): unmounting filesystem.\n[ 3001.0] EXT4-fs (dm-2): mounted filesystem with x\n"
    told = Node("n1", {"kernel_log": log}).told(finding("n1"))
    assert [(one.saying, one.evidence.first_line) for one in told] == [
        ("kernel-fs-unmounted", 1),
        ("kernel-fs-mounted-anew", 2),
    ]


def test_what_reading_brings_about_after_the_node_told_its_time_may_be_the_collectors():
    log = "".join(f"[ {s}.0] I/O error, dev sdb, sector 0 op 0x0:(READ)\n" for s in (3000, 3601))
    told = Node("n1", {"kernel_log": log}).told(finding("n1"))
    assert [one.of_collecting for one in told] == [False, True]


def test_what_no_reading_brings_about_is_trouble_at_any_time():
    log = "[ 3601.0] EXT4-fs (dm-2): Remounting filesystem read-only\n"
    assert [one.of_collecting for one in Node("n1", {"kernel_log": log}).told(finding("n1"))] == [False]


def test_what_was_said_at_boot_and_again_today_is_two_moments():
    log = lost((5.0, "2:0:0:2", "sdb"), (3000.0, "2:0:0:2", "sdb"))
    assert [one.at for one in Node("n1", {"kernel_log": log}).told(finding("n1"))] == [utc("09:00:05"), utc("09:50:00")]


def test_many_repeats_are_one_moment_from_the_first_to_the_last():
    log = lost(*((1000.0 + 20 * number, "2:0:0:2", "sdb") for number in range(100)))
    (one,) = Node("n1", {"kernel_log": log}).told(finding("n1"))
    assert (one.at, one.until, one.times) == (utc("09:16:40"), utc("09:49:40"), 100)


def test_a_line_in_the_kernels_log_and_in_the_systems_happened_once():
    syslog = "Jul  3 09:50:00 n1 kernel: " + lost((3000.0, "2:0:0:2", "sdb"))
    logs = {"kernel_log": lost((3000.0, "2:0:0:2", "sdb")), "files/var/log/messages": syslog}
    (one,) = Node("n1", logs).told(finding("n1"))
    assert one.times == 1


def test_a_log_and_its_rotation_are_added_up():
    logs = {
        DRIVER: STAGE_FAILED.format(time="09:41:00"),
        f"{DRIVER}20260703-094030": STAGE_FAILED.format(time="09:40:00"),
    }
    (one,) = Node("n1", logs).told(finding("n1"))
    assert (one.times, one.names, one.volumes) == (2, ("pvc-1",), ("pvc-1",))


def test_the_driver_writes_the_nodes_local_time():
    node = Node("n1", {DRIVER: STAGE_FAILED.format(time="17:40:00")}, clock("2026-07-03T18:00:00+0800"))
    (one,) = node.told(finding("n1"))
    assert (one.at, one.certain) == (utc("09:40:00"), False)  # unless it is so old that it writes UTC


def test_more_names_than_can_be_read_are_counted():
    log = lost(*((3000.0, f"2:0:0:{number}", "sdb") for number in range(40)))
    (one,) = Node("n1", {"kernel_log": log}).told(finding("n1"))
    assert (len(one.names), one.more) == (4, 36)


def test_a_hit_without_a_time_tells_no_moment():
    assert (
        Node("n1", {"kernel_log": "sd 2:0:0:2: [sdb] Add. Sense: Logical unit not supported\n"}).told(finding("n1"))
        == []
    )
