"""The files of a recorded node, rebuilt below a folder: /sys, /dev, /etc, /var, and what lies over /proc."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

from bundle.capture import Capture, NodeSnapshot
from samples.composing import host

LISTED = re.compile(r"^(?P<line>l\S+ .* (?P<name>\S+) -> (?P<target>\S+))$", re.MULTILINE)
HOST_NAMES = tuple(f"worker-{number}" for number in range(1, 21))
OUT_OF_REACH = ("blocked", "transport-offline", "offline")


def text_of(captures: Mapping[str, Capture], probe: str) -> str:
    return captures[probe].out.decode("utf-8", "surrogateescape") if probe in captures else ""


def build(root: Path, node: NodeSnapshot) -> None:
    captures = node.by_probe()
    for folder in ("proc", "dev/mapper", "dev/shm", "run", "root", "var/tmp", "etc", "sys/block", "tmp"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for open_to_all in ("tmp", "var/tmp", "dev/shm"):
        (root / open_to_all).chmod(0o1777)
    _sys(root / "sys", captures)
    _links(root / "dev/disk/by-id", text_of(captures, "disk_by_id"))
    _links(root / "dev/disk/by-path", text_of(captures, "disk_by_path"))
    _devices(root, captures)
    for capture in node.captures:
        for file in capture.files:
            _write(root / file.path.lstrip("/"), file.content)
    for line in text_of(captures, "driver_wwn_files").splitlines():
        path, _, wwn = line.rpartition(":")
        _write(root / path.lstrip("/"), wwn.encode())
    (root / "var/lib/kubelet/plugins/kubernetes.io/csi").mkdir(parents=True, exist_ok=True)
    for point in re.findall(r"^(\S+) rc=\d+", text_of(captures, "mount_stat"), re.MULTILINE):
        (root / point.lstrip("/")).mkdir(parents=True, exist_ok=True)
    _initiator_names(root, text_of(captures, "initiators"))
    _write(root / "etc/os-release", text_of(captures, "os_release").partition("\n")[2].encode())


def over_proc(captures: Mapping[str, Capture]) -> Mapping[str, str]:
    """Files of /proc -> what they hold on this node."""
    return {
        "1/mountinfo": text_of(captures, "mountinfo"),
        "swaps": text_of(captures, "swaps"),
        "modules": modules(text_of(captures, "lsmod")),
        "sys/kernel/random/boot_id": text_of(captures, "host").splitlines()[-1] + "\n",
        "sys/fs/nr_open": text_of(captures, "nr_open"),
    }


def modules(lsmod: str) -> str:
    """`lsmod` -> the lines of /proc/modules."""
    rows = (line.split() for line in lsmod.splitlines()[1:])
    return "".join(f"{row[0]} {row[1]} {row[2]} {row[3] + ',' if row[3:] else '-'} Live 0x0\n" for row in rows)


def _sys(sys: Path, captures: Mapping[str, Capture]) -> None:
    block = text_of(captures, "sysfs_block")
    for name, target in _listed(block):
        if "/" not in name:
            _link(sys / "block" / name, target)
    for dm in sorted(set(re.findall(r"^(dm-\d+)/", block, re.MULTILINE))):
        _link(sys / "block" / dm, f"../devices/virtual/block/{dm}")
    for name, target in _listed(block):
        if name.endswith("/device"):
            device = (sys / "block" / name).resolve().parent / target
            device.resolve().mkdir(parents=True, exist_ok=True)
            (sys / "block" / name).symlink_to(target)
            _write(device.resolve() / "delete", b"", 0o200)
    for path, value in re.findall(r"^([^\s:]+/[^\s:]+):(?! )(.*)$", block, re.MULTILINE):
        _write(sys / "block" / path, f"{value}\n".encode())
    for holder in re.findall(r"^\S+/(?:holders|slaves): (.*)$", block, re.MULTILINE):
        _holders(sys / "block", holder.split())
    for device, number in re.findall(r"^(\S+)/dev:(\d+:\d+)$", block, re.MULTILINE):
        _link(sys / "dev/block" / number, f"../../block/{device}")
    _file_systems(sys, text_of(captures, "ext4_errors"))
    _nvme_multipath(sys / "module/nvme_core", text_of(captures, "nvme_multipath").strip())
    _iscsi(sys, text_of(captures, "sysfs_iscsi"))
    for line in text_of(captures, "sysfs_fc").splitlines():  # an rport's name has a colon, no value has
        path, _, value = line.rpartition(":")
        _write(sys.parent / path.lstrip("/"), f"{value}\n".encode())


def _file_systems(sys: Path, counters: str) -> None:
    for line in counters.splitlines():
        path, _, value = line.rpartition(":")
        _write(sys.parent / path.lstrip("/"), f"{value}\n".encode())
    if counters:
        _write(sys / "fs/ext4/features/lazy_itable_init", b"supported\n")


def _nvme_multipath(module: Path, said: str) -> None:
    if said in ("Y", "N"):
        _write(module / "parameters/multipath", f"{said}\n".encode())
    elif said:
        module.mkdir(parents=True)


def _initiator_names(root: Path, digests: str) -> None:
    """Names that have the recorded digests, if they were made of the samples' salt."""
    named = {host.digest(host.iqn(name))[:16]: host.iqn(name) for name in HOST_NAMES}
    for line in digests.splitlines():
        kind, _, said = line.partition(" ")
        if kind == "iscsi" and said != "missing":
            _write(root / "etc/iscsi/initiatorname.iscsi", f"InitiatorName={named.get(said, '')}\n".encode(), 0o600)


def _holders(block: Path, names: list[str]) -> None:
    for name in names:
        device, kind, other = name.split("/")
        (block / device / kind).mkdir(exist_ok=True)
        if other != "*":
            folder = (block / device / kind).resolve()
            (folder / other).symlink_to(os.path.relpath((block / other).resolve(), folder))


def _iscsi(sys: Path, listing: str) -> None:
    folder = sys / "class"
    for line in listing.splitlines():
        if line.startswith("/sys/"):
            folder = sys.parent / line.rstrip(":/").lstrip("/")
            folder.mkdir(parents=True, exist_ok=True)
        for name, target in _listed(line):
            _link(folder / name, target)
    for session, attribute, value in re.findall(r"^(session\d+) (\w+)=(.*)$", listing, re.MULTILINE):
        _write(sys / "class/iscsi_session" / session / attribute, f"{value}\n".encode())


def _devices(root: Path, captures: Mapping[str, Capture]) -> None:
    """A node that can be opened for each disk that answers or refuses, one that cannot for each out of reach."""
    states = dict(re.findall(r"^(sd\w+)/device/state:(.*)$", text_of(captures, "sysfs_block"), re.MULTILINE))
    names = dict(re.findall(r"^(dm-\d+)/dm/name:(.*)$", text_of(captures, "sysfs_block"), re.MULTILINE))
    for disk, state in states.items():
        _device(root / "dev" / disk, opens=state not in OUT_OF_REACH)
    for dm, name in names.items():
        _device(root / "dev" / dm, opens=True)
        (root / "dev/mapper" / name).symlink_to(f"../{dm}")


def _device(path: Path, *, opens: bool) -> None:
    if not opens:  # opening a socket fails as opening such a disk does: No such device or address
        with socket.socket(socket.AF_UNIX) as unreachable:
            unreachable.bind(str(path))
        return
    try:
        os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
    except PermissionError:
        path.touch(0o600)  # the caller lays /dev/null over it


def _listed(text: str) -> Iterator[tuple[str, str]]:
    return ((found["name"], found["target"]) for found in LISTED.finditer(text))


def _links(folder: Path, listing: str) -> None:
    for name, target in _listed(listing):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).symlink_to(target)


def _link(link: Path, target: str) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    (link.parent / target).mkdir(parents=True, exist_ok=True)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)
