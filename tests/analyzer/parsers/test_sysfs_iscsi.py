"""Linux 6.1 and ls 9.1 printed the texts without a note."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.sysfs_iscsi import parse

LINKS = """\
/sys/class/iscsi_connection:
total 0
lrwxrwxrwx 1 root root 0 Nov 22 15:04 connection11:0 -> ../../devices/platform/host2/session11/connection11:0/iscsi_connection/connection11:0

/sys/class/iscsi_session:
total 0
lrwxrwxrwx 1 root root 0 Nov 22 15:04 session11 -> ../../devices/platform/host2/session11/iscsi_session/session11
lrwxrwxrwx 1 root root 0 Nov 22 15:04 session12 -> ../../devices/pci0000:00/0000:00:03.0/host139/session12/iscsi_session/session12

"""  # noqa: E501
STATES = """\
session11 state=LOGGED_IN
session11 targetname=iqn.2006-08.com.huawei:oceanstor:2102350bsb10lab
session12 state=FREE
session12 targetname=
"""


def test_a_session_that_works_and_one_that_does_not() -> None:
    works, broken = parse(LINKS + STATES).sessions
    assert (works.name, works.host, works.state, works.target) == (
        "session11",
        2,
        "LOGGED_IN",
        "iqn.2006-08.com.huawei:oceanstor:2102350bsb10lab",
    )
    assert (broken.host, broken.state, broken.target) == (139, "FREE", None)
    assert (works.span.first_line, works.span.last_line, len(works.span.text)) == (7, 11, 3)


# composed: coreutils 8 and 9, busybox; the classes are made by kernel modules
@pytest.mark.parametrize(
    "text",
    [
        "",
        "ls: cannot access '/sys/class/iscsi_session': No such file or directory\n",
        "ls: cannot access /sys/class/iscsi_session: No such file or directory\n",
        "ls: /sys/class/iscsi_session: No such file or directory\n/sys/class/scsi_host:\ntotal 0\n",
    ],
)
def test_without_the_class_there_is_no_session(text: str) -> None:
    assert parse(text).sessions == ()


@pytest.mark.parametrize(
    "text",
    [
        LINKS,
        LINKS + STATES[:-1],
        LINKS[:-40],
        "ls: cannot open directory '/sys/class/iscsi_session': Permission denied\n",
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
