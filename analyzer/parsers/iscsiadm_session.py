"""`iscsiadm -m session -P 3` -> AdmSessions.

Input    `Target: IQN (non-flash)`, `Current Portal: 10.10.2.1:3260,2`, then tab-indented `Key: value` lines of one
         session a portal, and the SCSI devices attached to it.  A further session of the same portal repeats neither.
Output   every session in the order printed; states in the tool's words; disks with their HCTL, LUNs without a disk left
         out; `host` None where iscsiadm finds none.
Errors   ParseError on a line of no known form, a session without its states or its list of devices (cut off), and a
         last line without its end.
Source   iscsiadm(8); open-iscsi 2.0 and 2.1, usr/session_info.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.facts import ParseError
from analyzer.facts.transport import AdmDisk, AdmSession, AdmSessions
from analyzer.parsers import Parser
from analyzer.parsers.lines import lines_from, split_lines

_PROBE = "iscsiadm_session"
_TARGET = re.compile(r"Target: (\S+)(?: \([a-z-]+\))?")
_PORTAL = re.compile(r"\tCurrent Portal: (\S+)")
_HOST = re.compile(r"\t\tHost Number: ([0-9]{1,9})\tState: .*")
_LUN = re.compile(r"\t\tscsi([0-9]+) Channel ([0-9]{1,9}) Id ([0-9]+) Lun: (-?[0-9]+)")
_DISK = re.compile(r"\t\t\tAttached scsi disk (\S+)\t+State: (.+)")
_VALUE = re.compile(r"\t\t([A-Za-z_][A-Za-z_0-9 ]*): ?(.*)")
_RULED = re.compile(r"\t\t\*+")
_HEADING = re.compile(r"iSCSI Transport Class version \S+|version \S+|\tPersistent Portal: \S+|\t\tUnavailable")
_DEVICES = "Attached SCSI devices"
_STATES = ("iSCSI Connection State", "iSCSI Session State", "Internal iscsid Session State")


@dataclass(slots=True)
class _Session:
    first: int
    target: str
    portal: str
    values: dict[str, str] = field(default_factory=dict)
    host: int | None = None
    hctl: str | None = None
    disks: list[AdmDisk] = field(default_factory=list)


class _Reader:
    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.target = ""
        self.portal = ""
        self.begins = 0  # the line of a portal whose first session is still to come
        self.session: _Session | None = None
        self.sessions: list[AdmSession] = []

    def read(self) -> AdmSessions:
        for number, line in enumerate(self.lines, start=1):
            if line and not self._heading(number, line) and not self._inside(number, line):
                raise ParseError(_PROBE, number, f"not a line of iscsiadm -m session -P3: {line!r}")
        self._close(len(self.lines))
        return AdmSessions(tuple(self.sessions))

    def _heading(self, number: int, line: str) -> bool:
        if (target := _TARGET.fullmatch(line)) is not None:
            self._close(number - 1)
            self.target, self.portal = target[1], ""
            return True
        if (portal := _PORTAL.fullmatch(line)) is not None:
            self._close(number - 1)
            self.portal, self.begins = portal[1], number
            return True
        return bool(_HEADING.fullmatch(line) or _RULED.fullmatch(line))

    def _inside(self, number: int, line: str) -> bool:
        value = _VALUE.fullmatch(line)
        if value is not None and value[1] == "Interface":  # each session begins with its interface
            self._open(number)
        session = self.session
        if session is None:
            return False
        if (host := _HOST.fullmatch(line)) is not None:
            session.host = int(host[1])
        elif (lun := _LUN.fullmatch(line)) is not None:
            session.hctl = f"{lun[1]}:{int(lun[2])}:{lun[3]}:{lun[4]}"
        elif (disk := _DISK.fullmatch(line)) is not None:
            self._disk(session, number, disk)
        elif value is not None:
            session.values[value[1]] = value[2]
        else:
            return False
        return True

    def _disk(self, session: _Session, number: int, disk: re.Match[str]) -> None:
        if session.hctl is None:
            raise ParseError(_PROBE, number, "a disk without its LUN")
        session.disks.append(AdmDisk(session.hctl, disk[1], disk[2].strip()))
        session.hctl = None

    def _open(self, number: int) -> None:
        if not (self.target and self.portal):
            raise ParseError(_PROBE, number, "a session without its target and portal")
        self._close(number - 1)
        self.session = _Session(self.begins or number, self.target, self.portal)
        self.begins = 0

    def _close(self, last: int) -> None:
        session, self.session = self.session, None
        if session is None:
            return
        values = session.values
        missing = [key for key in ("SID", *_STATES, _DEVICES) if key not in values]
        if missing or not re.fullmatch(r"[0-9]{1,10}", values["SID"]):
            raise ParseError(_PROBE, last, f"a session without {', '.join(missing) or 'its number'}: cut off")
        connection, state, internal = (values[key] for key in _STATES)
        self.sessions.append(
            AdmSession(
                sid=int(values["SID"]),
                target=session.target,
                portal=session.portal,
                connection_state=connection,
                session_state=state,
                internal_state=internal,
                host=session.host,
                disks=tuple(session.disks),
                span=lines_from(_PROBE, self.lines, session.first, last),
            )
        )


def parse(text: str) -> AdmSessions:
    return _Reader(split_lines(_PROBE, text)).read()


PARSER = Parser(_PROBE, AdmSessions, parse)
