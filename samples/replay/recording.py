"""A node's captures as what its tools answer: plain data that goes into the node."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bundle.capture import Capture, NodeSnapshot, Status
from samples.replay.tree import LISTED, text_of

# probe -> the tool that gives its answer
OWNERS = {
    "multipath_ll": "multipath",
    "multipathd_show_maps": "multipathd",
    "multipathd_show_paths": "multipathd",
    "dmsetup_info": "dmsetup",
    "dmsetup_table": "dmsetup",
    "dmsetup_status": "dmsetup",
    "dmsetup_tree": "dmsetup",
    "scsi_id": "scsi_id",
    "sg_turs": "sg_turs",
    "sg_luns": "sg_luns",
    "lsblk": "lsblk",
    "lvm_pvs": "pvs",
    "iscsiadm_session": "iscsiadm",
    "nvme_list_subsys": "nvme",
    "upadmin_show_vlun": "upadmin",
    "lsmod": "lsmod",
    "modprobe_iscsi_tcp": "modprobe",
    "ps": "ps",
    "kernel_log": "dmesg",
    "journal_kubelet": "journalctl",
    "runtime_units": "systemctl",
}
ALWAYS = ("ls", "uname", "dd", "sudo")  # the host's own, with the node's answers in between
TOOLS = (*sorted(set(OWNERS.values())), "iscsid", "lvm", "sg_inq", "sg_vpd", "insmod", "rmmod", "mount.nfs", "blkid")
ROOT_ONLY = ("multipath", "multipathd", "dmsetup", "scsi_id", "sg_turs", "sg_luns", "pvs", "iscsiadm", "dmesg")


def recording(node: NodeSnapshot, *, without: Sequence[str] = (), hangs: Sequence[str] = ()) -> dict[str, object]:
    captures = node.by_probe()
    present = {tool for probe, tool in OWNERS.items() if _is_present(captures[probe])}
    hanging = {OWNERS[probe] for probe in OWNERS if captures[probe].status is Status.TIMEOUT}
    return {
        "tools": sorted((present | set(ALWAYS)) - set(without)),
        "hangs": sorted({*hangs, *hanging}),
        "root_only": list(ROOT_ONLY),
        "answers": {capture.probe: _answer(capture) for capture in node.captures},
        "listed": _listed(node),
        "kernel": text_of(captures, "os_release").partition("\n")[0],
        "reads": _reads(text_of(captures, "direct_read"), captures["direct_read"].err.decode()),
    }


def _is_present(capture: Capture) -> bool:
    return capture.status not in (Status.ABSENT, Status.UNREACHABLE)


def _answer(capture: Capture) -> dict[str, object]:
    out, err = (content.decode("utf-8", "surrogateescape") for content in (capture.out, capture.err))
    return {"out": out, "err": err, "code": capture.exit_code if capture.exit_code is not None else 1}


def _listed(node: NodeSnapshot) -> dict[str, str]:
    """`name -> target` of each recorded symbolic link to the whole line `ls -l` printed."""
    probes = ("sysfs_block", "sysfs_iscsi", "disk_by_id", "disk_by_path")
    text = "\n".join(text_of(node.by_probe(), probe) for probe in probes)
    return {f"{found['name']} -> {found['target']}": found["line"] for found in LISTED.finditer(text)}


def _reads(out: str, err: str) -> dict[str, dict[str, object]]:
    """What a direct read of each device said."""
    said = dict(re.findall(r"^== (\S+)\n((?:(?!== ).*\n)*)", err, re.MULTILINE))
    return {
        device: {"code": int(code), "err": said.get(device, "")}
        for device, code in re.findall(r"^(\S+) rc=(\d+) bytes=0$", out, re.MULTILINE)
    }
