"""Unmounting by a script, run by three shells on a node of our own, with the mount table of a recorded node."""

from __future__ import annotations

import pytest

from analyzer.facts import Span
from analyzer.facts.host import Mount
from analyzer.facts.identifiers import UnsafeValueError
from analyzer.parsers.mountinfo import parse
from analyzer.remedies.unmount import unmount
from analyzer.report.to_shell import render
from analyzer.runbook import Runbook, ordered
from tests.analyzer.report.fake_node import BOOT_ID, HOSTNAME, FakeNode, Ran

UID = "5a1f0000-0000-4000-8000-000000000002"
POINT = f"/var/lib/kubelet/pods/{UID}/volumes/kubernetes.io~csi/pvc-2/mount"
OTHER_POD = POINT.replace("0002/", "0001/").replace("pvc-2", "pvc-1")
# recorded: mountpoint; each of the three shows two entries, for they share one peer group
TABLE = f"""\
223 27 253:2 / {OTHER_POD} rw,relatime shared:63 - ext4 /dev/mapper/mpathc rw,stripe=8192
239 27 253:2 / {POINT} rw,relatime shared:63 - ext4 /dev/mapper/mpathc rw,stripe=8192
246 223 253:2 / {OTHER_POD} rw,relatime shared:63 - ext4 /dev/mapper/mpathc rw,stripe=8192
248 239 253:2 / {POINT} rw,relatime shared:63 - ext4 /dev/mapper/mpathc rw,stripe=8192
"""
RIGHT_ON_TOP = f"260 248 253:1 / {POINT} rw,relatime shared:121 - ext4 /dev/mapper/mpathb rw\n"
RIGHT_BELOW = f"230 27 253:1 / {POINT} rw,relatime shared:121 - ext4 /dev/mapper/mpathb rw\n"
UMOUNT = """\
echo "umount $*" >>"$NODE/asked"
awk -v point="$1" '{ line[NR] = $0; if ($5 == point) last = NR }
    END { for (i = 1; i <= NR; i++) if (i != last) print line[i] }' "$NODE/proc/1/mountinfo" >"$NODE/table"
cat "$NODE/table" >"$NODE/proc/1/mountinfo"
"""
LAYERS = tuple(reversed([one for one in parse(TABLE).mounts if one.mount_point == POINT]))
SCRIPT = render(Runbook(HOSTNAME, HOSTNAME, BOOT_ID, "csi-bundle", ordered(unmount(HOSTNAME, LAYERS, UID))))


def stand(node: FakeNode, table: str = TABLE) -> FakeNode:
    (node.root / "proc/1/mountinfo").write_text(table)
    node.tool("umount", UMOUNT)
    node.write("proc/1/cgroup", "0::/init.scope")
    node.write("proc/2/cgroup", "0::/")
    return node


def apply(node: FakeNode) -> Ran:
    return node.run(SCRIPT, "--apply", "--yes")


def unmounted(node: FakeNode) -> list[str]:
    return node.asked("umount")


def test_nothing_is_unmounted_by_default(node: FakeNode) -> None:
    ran = stand(node).run(SCRIPT)
    assert (ran.code, ran.err, unmounted(node)) == (0, "", [])
    assert ran.out.count("would run") == 2


def test_each_layer_is_unmounted_and_nothing_else(node: FakeNode) -> None:
    assert apply(stand(node)).code == 0
    assert unmounted(node) == [f"umount {POINT}"] * 2
    assert POINT not in (node.root / "proc/1/mountinfo").read_text()
    assert (node.root / "proc/1/mountinfo").read_text().count(OTHER_POD) == 2


def test_a_layer_that_went_with_the_one_above_is_done(node: FakeNode) -> None:
    stand(node, RIGHT_BELOW + TABLE.splitlines(keepends=True)[1].replace("239 27", "239 230"))
    ran = apply(node)
    assert (ran.code, unmounted(node)) == (0, [f"umount {POINT}"])
    assert "already done" in ran.out


def test_the_right_volume_alone_is_never_unmounted(guarded: FakeNode) -> None:
    assert apply(stand(guarded, RIGHT_BELOW)).code == 0
    assert unmounted(guarded) == []


def test_another_mount_on_top_refuses(guarded: FakeNode) -> None:
    ran = apply(stand(guarded, TABLE + RIGHT_ON_TOP))
    assert (ran.code, unmounted(guarded)) == (3, [])
    assert "expected device 253:2 / on top, found 253:1 /" in ran.err


def test_what_lies_on_top_is_told_by_its_parent_not_by_its_line(guarded: FakeNode) -> None:
    ran = apply(stand(guarded, RIGHT_ON_TOP + TABLE))
    assert (ran.code, unmounted(guarded)) == (3, [])


@pytest.mark.parametrize(
    "group",
    [
        f"0::/kubepods.slice/kubepods-burstable.slice/kubepods-pod{UID.replace('-', '_')}.slice/cri-1.scope",
        f"11:memory:/kubepods/burstable/pod{UID}/0f3c\n0::/",
    ],
)
def test_a_process_of_the_pod_refuses(guarded: FakeNode, group: str) -> None:
    stand(guarded).write("proc/4711/cgroup", group)
    guarded.write("proc/4711/comm", "mysqld")
    ran = apply(guarded)
    assert (ran.code, unmounted(guarded)) == (3, [])
    assert f"pod {UID} still has a process: mysqld (process 4711)" in ran.err


def test_a_process_whose_groups_cannot_be_read_refuses(guarded: FakeNode) -> None:
    (stand(guarded).root / "proc/4711").mkdir()
    ran = apply(guarded)
    assert (ran.code, unmounted(guarded)) == (3, [])
    assert "/proc/4711/cgroup is not readable" in ran.err


def test_in_a_container_it_refuses(guarded: FakeNode) -> None:
    stand(guarded).write("proc/2/comm", "pause")
    assert (apply(guarded).code, unmounted(guarded)) == (3, [])


def test_a_mount_table_that_cannot_be_read_refuses(guarded: FakeNode) -> None:
    (stand(guarded).root / "proc/1/mountinfo").write_text("")
    assert (apply(guarded).code, unmounted(guarded)) == (3, [])


def test_a_busy_mount_stays_and_is_never_forced(guarded: FakeNode) -> None:
    busy = 'echo "umount: target is busy." >&2\nexit 32\n'
    stand(guarded).tool("umount", f'echo "umount $*" >>"$NODE/asked"\n{busy}')
    ran = apply(guarded)
    assert (ran.code, unmounted(guarded)) == (4, [f"umount {POINT}"])
    assert "Do not use `umount -l` or `-f`" in ran.err


@pytest.mark.parametrize(
    "point", ["/", "/var/lib/kubelet", "/var/lib/kubelet/pods/../../../etc", "-l", f"{POINT} -l", "/etc", f"{POINT}/.."]
)
def test_only_a_mount_point_of_the_kubelets_volumes_is_unmounted(point: str) -> None:
    mount = Mount(1, 0, None, "253:2", "/", point, (), "ext4", "/dev/x", (), Span("mountinfo", 1, 1, ("",)))
    with pytest.raises(UnsafeValueError):
        unmount(HOSTNAME, [mount], UID)
