"""A node's captures as what its tools answer: plain data that goes into the node."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

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
ALWAYS = ("ls", "uname", "dd", "stat", "sudo", "mount.nfs")  # the host's own, with the node's answers in between
TOOLS = (*sorted(set(OWNERS.values())), "iscsid", "lvm", "sg_inq", "sg_vpd", "insmod", "rmmod", "mount.nfs", "blkid")
LSBLK = "-J -o NAME,KNAME,PKNAME,TYPE,SIZE,MOUNTPOINTS,STATE,HCTL,RO,VENDOR,MODEL,TRAN"
TOO_LONG = ("services",)  # its arguments are longer than a file's name may be
Said = tuple[str, str, int]  # stdout, stderr, exit code
ROOT_ONLY = ("multipath", "multipathd", "dmsetup", "scsi_id", "sg_turs", "sg_luns", "pvs", "iscsiadm", "dmesg")


def recording(node: NodeSnapshot, *, without: Sequence[str] = (), hangs: Sequence[str] = ()) -> dict[str, object]:
    captures = node.by_probe()
    present = {tool for probe, tool in OWNERS.items() if _is_present(captures[probe])}
    hanging = {OWNERS[probe] for probe in OWNERS if captures[probe].status is Status.TIMEOUT}
    installed, missing = _installed(captures)
    return {
        "tools": sorted((present | set(ALWAYS)) - set(without)),
        "installed": sorted(installed - set(without)),
        "missing": sorted(missing | set(without)),
        "hangs": sorted({*hangs, *hanging}),
        "root_only": list(ROOT_ONLY),
        "answers": {capture.probe: _answer(capture) for capture in node.captures},
        "listed": _listed(node),
    }


def _installed(captures: Mapping[str, Capture]) -> tuple[set[str], set[str]]:
    """Which commands the node has, and which it has not."""
    rows = (line.split() for line in text_of(captures, "tools").splitlines() if not line.startswith("nvme-version "))
    paths = {row[0]: row[1] for row in rows}
    return {name for name in paths if paths[name] != "-"}, {name for name in paths if paths[name] == "-"}


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


def said(node: NodeSnapshot) -> dict[tuple[str, str], Said]:
    """`(tool, arguments)` -> what was said to exactly that call."""
    captures = node.by_probe()
    found: dict[tuple[str, str], Said] = {}
    for capture in node.captures:
        tool = capture.argv[0] if capture.argv else ""
        if tool in (*OWNERS.values(), "ls") and capture.status.is_knowledge and capture.probe not in TOO_LONG:
            found[tool, " ".join(capture.argv[1:])] = _said(capture)
    found["uname", "-r"] = (text_of(captures, "os_release").partition("\n")[0] + "\n", "", 0)
    found["lsblk", LSBLK] = _said(captures["lsblk"])
    if captures["lvm_pvs"].exit_code == 0:
        found["pvs", "-o +devices --reportformat json"] = _said(captures["lvm_pvs"])
    found |= _each(text_of(captures, "scsi_id"), "scsi_id", "-g -u -d ", r"^(/dev/\w+) ((?:\w+\n)?) rc=(\d+)$")
    found |= _each(text_of(captures, "sg_turs"), "sg_turs", "-vv ", r"^== (/dev/\w+)\n(.*?)^rc=(\d+)$")
    found |= _each(text_of(captures, "sg_luns"), "sg_luns", "", r"^== (/dev/\w+)\n(.*?)^rc=(\d+)$")
    found |= _stats(text_of(captures, "mount_stat"))
    found |= _reads(text_of(captures, "direct_read"), captures["direct_read"].err.decode())
    for kind in ("table", "status"):
        of_maps = [line for line in text_of(captures, f"dmsetup_{kind}").splitlines(True) if " multipath " in line]
        found["dmsetup", f"{kind} --target multipath"] = ("".join(of_maps) or "No devices found\n", "", 0)
    rows = [line.split("|") for line in text_of(captures, "dmsetup_info").splitlines() if "|" in line]
    names = "".join(f"{row[0]}|{row[7]}\n" for row in rows) or "No devices found\n"
    found["dmsetup", "info -c --noheadings --separator | -o name,suspended"] = (names, "", 0)
    for unit in ("containerd", "docker", "crio"):
        found["systemctl", f"cat --no-pager {unit}"] = _unit_file(captures, unit)
    listing = text_of(captures, "sysfs_iscsi").partition("\nsession")[0]
    links = LISTED.findall(text_of(captures, "sysfs_block"))
    for line, name, _ in links:
        if "/" not in name:
            device = next((other for other, link, _ in links if link == f"{name}/device"), "")
            found["ls", f"-ld {name} {name}/device"] = (f"{line}\n{device}\n", "", 0)
    folders = " ".join(
        f"/sys/class/{name}" for name in ("scsi_device/", "scsi_host", "iscsi_session", "iscsi_connection")
    )
    if listing:
        found["ls", f"-l {folders}"] = (f"{listing.rstrip()}\n", "", 0)
    return found


def _unit_file(captures: Mapping[str, Capture], unit: str) -> Said:
    if unit == "containerd":
        return text_of(captures, "runtime_unit_files"), "", 0
    return "", f"No files found for {unit}.service.\n", 1


def _said(capture: Capture) -> Said:
    answer = _answer(capture)
    return answer["out"], answer["err"], answer["code"]  # type: ignore[return-value]


def _each(text: str, tool: str, options: str, form: str) -> dict[tuple[str, str], Said]:
    """One device's part of an answer that names device after device."""
    parts = re.findall(form, text, re.MULTILINE | re.DOTALL)
    return {(tool, f"{options}{device}"): (out, "", int(code)) for device, out, code in parts}


def _stats(out: str) -> dict[tuple[str, str], Said]:
    """What `stat` said of each mount point that it was refused at."""
    rows = re.findall(r"^(\S+) rc=(\d+) (.+)$", out, re.MULTILINE)
    return {("stat", point): ("", f"{words}\n", int(code)) for point, code, words in rows}


def _reads(out: str, err: str) -> dict[tuple[str, str], Said]:
    """What a direct read of each device said."""
    words = dict(re.findall(r"^== (\S+)\n((?:(?!== ).*\n)*)", err, re.MULTILINE))
    return {
        ("dd", f"if={device} bs=4096 count=1 iflag=direct"): ("", words.get(device, ""), int(code))
        for device, code in re.findall(r"^(\S+) rc=(\d+) bytes=0$", out, re.MULTILINE)
    }
