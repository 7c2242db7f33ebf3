"""iSCSI sessions and Fibre Channel ports, of a truth."""

from __future__ import annotations

from tests.analyzer.random_nodes.seen import all_paths, link_state
from tests.analyzer.random_nodes.truth import Link, LinkState, Node

_SYSFS = {LinkState.UP: "LOGGED_IN", LinkState.FREE: "FREE", LinkState.FAILED: "FAILED", LinkState.SILENT: "LOGGED_IN"}
_ADM = {
    LinkState.UP: ("LOGGED IN", "LOGGED_IN", "NO CHANGE"),
    LinkState.FREE: ("TRANSPORT WAIT", "FREE", "REOPEN"),
    LinkState.FAILED: ("TRANSPORT WAIT", "FAILED", "REOPEN"),
    LinkState.SILENT: ("LOGGED IN", "LOGGED_IN", "NO CHANGE"),
}
_PORT = {
    LinkState.UP: "Online",
    LinkState.FREE: "Not Present",
    LinkState.FAILED: "Blocked",
    LinkState.SILENT: "Online",
}


def sysfs_iscsi(node: Node) -> str:
    links = [link for link in node.links if not link.is_fc]
    lines = ["/sys/class/iscsi_session:", "total 0"]
    lines += [
        f"lrwxrwxrwx 1 root root 0 Nov 22 15:04 session{link.session} -> "
        f"../../devices/platform/host{link.host}/session{link.session}/iscsi_session/session{link.session}"
        for link in links
    ]
    for link in links:
        state = _SYSFS[link_state(node, "sysfs_iscsi", link)]
        lines += [f"session{link.session} state={state}", f"session{link.session} targetname={link.array}"]
    return "".join(f"{line}\n" for line in lines)


def iscsiadm_session(node: Node) -> str:
    links = [link for link in node.links if not link.is_fc]
    return "iSCSI Transport Class version 2.0-870\nversion 2.1.8\n" + "".join(_session(node, link) for link in links)


def _session(node: Node, link: Link) -> str:
    connection, state, internal = _ADM[link_state(node, "iscsiadm_session", link)]
    disks = [path for _, path in all_paths(node, "iscsiadm_session") if path.link is link]
    attached = "".join(
        f"\t\tscsi{link.host} Channel 00 Id 0 Lun: {path.lun}\n\t\t\tAttached scsi disk {path.disk}\t\tState: running\n"
        for path in disks
    )
    return (
        f"Target: {link.array} (non-flash)\n\tCurrent Portal: 192.0.2.{link.host % 200}:3260,1\n"
        f"\tPersistent Portal: 192.0.2.{link.host % 200}:3260,1\n\t\t**********\n\t\tInterface:\n\t\t**********\n"
        f"\t\tIface Name: default\n\t\tSID: {link.session}\n\t\tiSCSI Connection State: {connection}\n"
        f"\t\tiSCSI Session State: {state}\n\t\tInternal iscsid Session State: {internal}\n"
        "\t\t************************\n\t\tAttached SCSI devices:\n\t\t************************\n"
        f"\t\tHost Number: {link.host}\tState: running\n{attached}"
    )


def sysfs_fc(node: Node) -> str:
    links = [link for link in node.links if link.is_fc]
    hosts = dict.fromkeys(link.host for link in links)
    lines = [f"fc_host/host{host}/port_state:Online" for host in hosts]
    for link in links:
        port = f"fc_remote_ports/rport-{link.host}:0-{link.target}"
        lines += [
            f"{port}/port_name:0x{link.wwpn}",
            f"{port}/port_state:{_PORT[link_state(node, 'sysfs_fc', link)]}",
            f"{port}/roles:FCP Target",
            f"{port}/scsi_target_id:{link.target}",
        ]
    return "".join(f"/sys/class/{line}\n" for line in lines)
