"""The probe's own form around the words of stat, coreutils 9.1 and busybox 1.35."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.mount_stat import parse

HEALTHY = "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/9a1f/globalmount"
SHUT_DOWN = "/var/lib/kubelet/pods/7c1e/volumes/kubernetes.io~csi/pvc-0b7d/mount"
TEXT = f"""\
{HEALTHY} rc=0
{SHUT_DOWN} rc=1 stat: cannot statx '{SHUT_DOWN}': Input/output error
"""


def test_a_healthy_mount_beside_one_that_was_shut_down() -> None:
    stats = parse(TEXT)
    healthy, broken = stats.stats
    assert (healthy.mount_point, healthy.exit_code, healthy.message) == (HEALTHY, 0, "")
    assert (broken.exit_code, broken.message) == (1, f"stat: cannot statx '{SHUT_DOWN}': Input/output error")
    assert stats.of(SHUT_DOWN) is broken


def test_no_answer_within_the_limit_is_no_exit_code() -> None:
    assert [stat.exit_code for stat in parse(f"{SHUT_DOWN} rc=124\n").stats] == [None]


def test_escapes_in_a_mount_point_are_undone() -> None:
    assert [stat.mount_point for stat in parse("/a\\040b/mount rc=0\n").stats] == ["/a b/mount"]


def test_no_mount_was_asked() -> None:
    assert parse("").stats == ()


@pytest.mark.parametrize("text", [TEXT[:-1], f"{HEALTHY}\n", f"{HEALTHY} rc=\n", "mount rc=0\n", "/a b rc=0\n"])
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
