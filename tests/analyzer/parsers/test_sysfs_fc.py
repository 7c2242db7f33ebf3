"""Composed from drivers/scsi/scsi_transport_fc.c, Linux 3.10 to 6.1."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.sysfs_fc import parse

TEXT = """\
/sys/class/fc_host/host139/port_name:0x21000024ff4c5b1a
/sys/class/fc_host/host139/port_state:Online
/sys/class/fc_host/host139/speed:16 Gbit
/sys/class/fc_remote_ports/rport-139:0-1/port_name:0x2018f898efcf0d01
/sys/class/fc_remote_ports/rport-139:0-2/port_name:0x2008f898efcf0d01
/sys/class/fc_remote_ports/rport-139:0-1/port_state:Online
/sys/class/fc_remote_ports/rport-139:0-2/port_state:Blocked
/sys/class/fc_remote_ports/rport-139:0-1/roles:FCP Target
/sys/class/fc_remote_ports/rport-139:0-2/roles:
/sys/class/fc_remote_ports/rport-139:0-1/scsi_target_id:11
/sys/class/fc_remote_ports/rport-139:0-2/scsi_target_id:-1
"""


def test_a_host_port_with_the_ports_it_sees() -> None:
    ports = parse(TEXT)
    (host,) = ports.hosts
    assert (host.host, host.name, host.port_name, host.port_state) == (139, "host139", "0x21000024ff4c5b1a", "Online")
    online, blocked = ports.remote_ports
    assert (online.host, online.name, online.roles, online.scsi_target_id) == (139, "rport-139:0-1", "FCP Target", 11)
    assert (blocked.port_state, blocked.roles, blocked.scsi_target_id) == ("Blocked", None, -1)
    assert (online.span.first_line, online.span.last_line, len(online.span.text)) == (4, 10, 4)


def test_no_port() -> None:
    assert parse("").hosts == parse("").remote_ports == ()


@pytest.mark.parametrize(
    "text", [TEXT[:-1], TEXT.replace("id:11", "id:eleven"), "/sys/class/fc_host/host3\n", "words\n"]
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
