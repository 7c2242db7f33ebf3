"""open-iscsi 2.1.8 printed the texts without a note; sections that are not read are left out."""

import pytest

from analyzer.facts import ParseError
from analyzer.facts.transport import AdmDisk
from analyzer.parsers.iscsiadm_session import parse

IQN = "iqn.2006-08.com.huawei:oceanstor:2102350bsb10lab"
HEAD = f"iSCSI Transport Class version 2.0-870\nversion 2.1.8\nTarget: {IQN} (non-flash)\n"
PORTAL = "\tCurrent Portal: 10.10.2.1:3260,2\n\tPersistent Portal: 10.10.2.1:3260,2\n"
SESSION = """\
\t\t**********
\t\tInterface:
\t\t**********
\t\tIface Name: default
\t\tIface IPaddress: [default]
\t\tSID: 11
\t\tiSCSI Connection State: LOGGED IN
\t\tiSCSI Session State: LOGGED_IN
\t\tInternal iscsid Session State: NO CHANGE
\t\t*****
\t\tCHAP:
\t\t*****
\t\tusername: <empty>
\t\tpassword: ********
\t\t************************
\t\tAttached SCSI devices:
\t\t************************
\t\tHost Number: 2\tState: running
\t\tscsi2 Channel 00 Id 0 Lun: 1
\t\t\tAttached scsi disk sdc\t\tState: running
\t\tscsi2 Channel 00 Id 0 Lun: 2
\t\t\tAttached scsi disk sdb\t\tState: transport-offline
"""


def test_a_session_with_its_disks() -> None:
    (session,) = parse(HEAD + PORTAL + SESSION).sessions
    assert (session.sid, session.target, session.portal, session.host) == (11, IQN, "10.10.2.1:3260,2", 2)
    assert (session.connection_state, session.session_state, session.internal_state) == (
        "LOGGED IN",
        "LOGGED_IN",
        "NO CHANGE",
    )
    assert session.disks == (AdmDisk("2:0:0:1", "sdc", "running"), AdmDisk("2:0:0:2", "sdb", "transport-offline"))
    assert (session.span.first_line, session.span.last_line) == (4, 27)


def test_a_session_that_lost_its_array() -> None:
    text = SESSION.replace("LOGGED IN", "TRANSPORT WAIT").replace("LOGGED_IN", "FREE").replace("NO CHANGE", "REOPEN")
    (session,) = parse(HEAD + PORTAL + text).sessions
    assert (session.connection_state, session.session_state, session.internal_state) == (
        "TRANSPORT WAIT",
        "FREE",
        "REOPEN",
    )


def test_two_portals_of_one_target() -> None:
    second = (PORTAL + SESSION).replace("10.10.2.1:3260,2", "10.10.1.1:3260,1").replace("SID: 11", "SID: 12")
    sessions = parse(HEAD + PORTAL + SESSION + second).sessions
    assert [(session.sid, session.portal) for session in sessions] == [
        (11, "10.10.2.1:3260,2"),
        (12, "10.10.1.1:3260,1"),
    ]


def test_a_second_session_of_the_same_portal_repeats_nothing() -> None:  # composed: usr/session_info.c
    sessions = parse(HEAD + PORTAL + SESSION + "\n" + SESSION.replace("SID: 11", "SID: 12")).sessions
    assert [session.portal for session in sessions] == ["10.10.2.1:3260,2"] * 2


def test_a_lun_without_a_disk_and_a_host_that_is_not_found() -> None:  # composed: usr/session_info.c
    text = SESSION.replace("\t\t\tAttached scsi disk sdc\t\tState: running\n", "")
    assert [disk.device for disk in parse(HEAD + PORTAL + text).sessions[0].disks] == ["sdb"]
    unavailable = SESSION[: SESSION.index("\t\tHost Number")] + "\t\tUnavailable\n"
    assert parse(HEAD + PORTAL + unavailable).sessions[0].host is None


def test_an_older_version_and_ipv6() -> None:  # composed: open-iscsi 2.0-873 names no node type
    text = (HEAD + PORTAL + SESSION).replace(" (non-flash)", "").replace("10.10.2.1", "[fd00::21]")
    assert parse(text).sessions[0].portal == "[fd00::21]:3260,2"


def test_no_session() -> None:
    assert parse("").sessions == ()


@pytest.mark.parametrize(
    "text",
    [
        HEAD + PORTAL + SESSION[:-1],
        HEAD + PORTAL + SESSION[: SESSION.index("\t\tInternal")],
        HEAD + PORTAL + SESSION[: SESSION.index("\t\tAttached SCSI")],
        SESSION,
        "iscsiadm: No active sessions.\n",
        HEAD + PORTAL + SESSION.replace("\t\tscsi2 Channel 00 Id 0 Lun: 2\n", ""),
    ],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
