"""Linux 6.1 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.mountinfo import parse

VOLUME = (
    "223 27 253:2 / /var/lib/kubelet/pods/5a1f/volumes/kubernetes.io~csi/pvc-1/mount rw,relatime shared:63"
    " - ext4 /dev/mapper/mpathc rw,stripe=8192\n"
)


def test_a_volume_in_a_pod() -> None:
    mount = parse(VOLUME).mounts[0]
    assert (mount.id, mount.parent, mount.peer_group) == (223, 27, 63)
    assert (mount.dev_t, mount.source, mount.fs_type) == ("253:2", "/dev/mapper/mpathc", "ext4")
    assert mount.mount_point == "/var/lib/kubelet/pods/5a1f/volumes/kubernetes.io~csi/pvc-1/mount"
    assert (mount.options, mount.super_options) == (("rw", "relatime"), ("rw", "stripe=8192"))


def test_two_mounts_on_one_directory_stay_two() -> None:
    assert [mount.dev_t for mount in parse(VOLUME + VOLUME.replace("253:2", "253:5")).mounts] == ["253:2", "253:5"]


def test_no_tag_and_several_tags() -> None:
    text = VOLUME.replace(" shared:63", "") + VOLUME.replace("shared:63", "shared:63 master:1 propagate_from:2")
    assert [mount.peer_group for mount in parse(text).mounts] == [None, 63]


def test_escapes_are_undone() -> None:  # composed: proc_pid_mountinfo(5)
    text = VOLUME.replace("/pvc-1/", r"/a\040b\011c\012d\134e/")
    assert "/a b\tc\nd\\e/" in parse(text).mounts[0].mount_point


def test_a_source_may_be_empty_and_an_nfs_mount_has_a_colon() -> None:  # composed: proc_pid_mountinfo(5)
    empty = parse("50 27 0:50 / /mnt rw - tmpfs  rw\n").mounts[0]
    share = parse("51 27 0:51 / /nfs rw shared:9 - nfs4 192.0.2.9:/fs rw,vers=4.1\n").mounts[0]
    assert (empty.source, share.source) == ("", "192.0.2.9:/fs")


@pytest.mark.parametrize("text", [VOLUME[:-1], VOLUME.replace(" - ", " "), VOLUME[:100] + "\n", "223 27\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
