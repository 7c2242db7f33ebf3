"""`/sys/class/fc_host` and `/sys/class/fc_remote_ports` -> FcPorts.

Input    `/sys/class/fc_host/host3/port_name:0x2100…` and `/sys/class/fc_remote_ports/rport-3:0-1/port_state:Online`,
         a file and its content a line (grep -sH '').
Output   every host port and remote port in the order of its first line; names verbatim; None for an attribute that
         is empty or not there.
Errors   ParseError on a line of another form, a number that is none, and on a last line without its end.
Source   kernel, drivers/scsi/scsi_transport_fc.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.facts import ParseError
from analyzer.facts.transport import FcPort, FcPorts
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, scattered

_PROBE = "sysfs_fc"
_LINE = re.compile(
    r"/sys/class/(?:fc_host/(host([0-9]{1,9}))|fc_remote_ports/(rport-([0-9]{1,9}):[0-9]+-[0-9]+))/([a-z_]+):(.*)"
)
_NUMBER = re.compile(r"-?[0-9]{1,10}")


@dataclass(slots=True)
class _Port:
    host: int
    is_remote: bool
    attributes: dict[str, str] = field(default_factory=dict)
    lines: list[tuple[int, str]] = field(default_factory=list)


def parse(text: str) -> FcPorts:
    ports: dict[str, _Port] = {}
    for number, line in numbered(_PROBE, text):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ParseError(_PROBE, number, f"not an attribute of a Fibre Channel port: {line!r}")
        local, host, remote, remote_host, attribute, value = match.groups()
        port = ports.setdefault(local or remote, _Port(int(host or remote_host), remote is not None))
        port.attributes[attribute] = value.strip()
        port.lines.append((number, line))
    return FcPorts(
        hosts=tuple(_closed(name, port) for name, port in ports.items() if not port.is_remote),
        remote_ports=tuple(_closed(name, port) for name, port in ports.items() if port.is_remote),
    )


def _closed(name: str, port: _Port) -> FcPort:
    target = port.attributes.get("scsi_target_id", "")
    if target and not _NUMBER.fullmatch(target):
        raise ParseError(_PROBE, port.lines[-1][0], f"not a target number: {target!r}")
    return FcPort(
        host=port.host,
        name=name,
        port_name=port.attributes.get("port_name") or None,
        port_state=port.attributes.get("port_state") or None,
        roles=port.attributes.get("roles") or None,
        scsi_target_id=int(target) if target else None,
        span=scattered(_PROBE, port.lines),
    )


PARSER = Parser(_PROBE, FcPorts, parse)
