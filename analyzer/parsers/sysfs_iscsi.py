"""`/sys/class/iscsi_session` -> IscsiSessions.

Input    `ls -l` of the classes scsi_device, scsi_host, iscsi_session and iscsi_connection, then a line
         `session11 state=LOGGED_IN` for each of state, targetname, tpgt and recovery_tmo of each session.
Skipped  the listing's headings, `total 0`, links of the other classes, and the message that a class does not exist
         (its kernel module is not loaded, so it has no member).
Output   every session in the order printed; the SCSI host number from the session's link; None for an attribute that
         is empty or not there.
Errors   ParseError on a line of no known form, a session link without a state line (cut off), a last line without end.
Source   kernel, drivers/scsi/scsi_transport_iscsi.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.facts import ParseError
from analyzer.facts.transport import IscsiSession, IscsiSessions
from analyzer.parsers import Parser
from analyzer.parsers.lines import link_of, numbered, scattered

_PROBE = "sysfs_iscsi"
_HEADING = re.compile(
    r"/sys/class/[a-z_]+/?:|total [0-9]+|ls: (?:cannot access )?'?/sys/class/[a-z_]+/?'?: No such file or directory"
)
_ATTRIBUTE = re.compile(r"(session[0-9]+) ([a-z_]+)=(.*)")
_SESSION = re.compile(r"session[0-9]+")
_HOST = re.compile(r"/host([0-9]{1,9})/session[0-9]+/")


@dataclass(slots=True)
class _Session:
    host: int | None = None
    attributes: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[int, str]] = field(default_factory=list)


def parse(text: str) -> IscsiSessions:
    sessions: dict[str, _Session] = {}
    for number, line in numbered(_PROBE, text):
        if not _HEADING.fullmatch(line):
            _read(sessions, number, line)
    return IscsiSessions(tuple(_closed(name, session) for name, session in sessions.items()))


def _read(sessions: dict[str, _Session], number: int, line: str) -> None:
    if (attribute := _ATTRIBUTE.fullmatch(line)) is not None:
        session = sessions.setdefault(attribute[1], _Session())
        session.attributes[attribute[2]] = attribute[3]
        session.lines.append((number, line))
    elif (link := link_of(line)) is not None:
        if _SESSION.fullmatch(link.name):
            session = sessions.setdefault(link.name, _Session())
            host = _HOST.search(link.target)
            session.host = int(host[1]) if host else None
            session.lines.append((number, line))
    else:
        raise ParseError(_PROBE, number, f"not a line of the iSCSI classes: {line!r}")


def _closed(name: str, session: _Session) -> IscsiSession:
    if "state" not in session.attributes:
        raise ParseError(_PROBE, session.lines[-1][0], f"{name} without its state: cut off, or gone meanwhile")
    return IscsiSession(
        name=name,
        host=session.host,
        state=session.attributes["state"] or None,
        target=session.attributes.get("targetname") or None,
        span=scattered(_PROBE, session.lines),
    )


PARSER = Parser(_PROBE, IscsiSessions, parse)
