"""The answers of a replayed node's tools, as recorded, less what was removed since.

Runs inside the node with nothing but the standard library.
"""

import json
import os
import re
from pathlib import Path

import changes

INFO_COLUMNS = (
    *("name", "uuid", "major", "minor", "open", "segments"),
    *("attr", "suspended", "blkdevname", "blkdevs_used", "names_using_dev"),
)
QUEUES = "1 queue_if_no_path"
# tool -> the probe that recorded its answer, whatever it is asked
ONE_ANSWER = {"pvs": "lvm_pvs", "upadmin": "upadmin_show_vlun", "ps": "ps", "dmesg": "kernel_log"}


def answer(recorded, tool, arguments):
    """(stdout, stderr, exit code), or None when the call was not recorded."""
    if tool in ONE_ANSWER:
        return recorded.of(ONE_ANSWER[tool])
    found = globals().get(f"_{tool}")
    return found(recorded, arguments) if found else None


def _multipath(recorded, arguments):
    if arguments[:1] == ["-f"] and len(arguments) == 2:
        name = recorded.map_called(arguments[1])
        stamp = f"{float(Path('/proc/uptime').read_text().split()[0]):.6f} | "
        if name is None:
            return "", f"{stamp}'{arguments[1]}' is not a valid argument\n", 1
        if recorded.in_use(name):
            return "", f"{stamp}{name}: map in use\n", 1
        changes.flush_map(name)
        return "", "", 0
    if arguments != ["-ll"]:
        return None
    out, err, code = recorded.of("multipath_ll")
    blocks = re.split(r"(?m)^(?=\S+ .*dm-\d+ )", out)
    return "".join(_kept_map(recorded, block) for block in blocks), err, code


def _kept_map(recorded, block):
    name = block.split(" ", 1)[0]
    if name in recorded.changed["maps"]:
        return ""
    if name in recorded.changed["unqueued"]:
        block = block.replace(f"features='{QUEUES}'", "features='0'")
    return _without_disks(recorded, block)


def _without_disks(recorded, text):
    gone = "|".join(recorded.changed["disks"])
    return re.sub(rf"(?m)^.*\b(?:{gone})\b.*\n", "", text) if gone else text


def _multipathd(recorded, arguments):
    if arguments[:3] == ["show", "maps", "format"]:
        out, err, code = recorded.of("multipathd_show_maps")
        return _without_maps(recorded, out, r"^{} "), err, code
    if arguments == ["show", "paths"]:
        out, err, code = recorded.of("multipathd_show_paths")
        return _without_disks(recorded, out), err, code
    if arguments[:2] == ["disablequeueing", "map"] and len(arguments) == 3:
        name = recorded.map_called(arguments[2])
        if name is None:
            return "fail\n", "", 1
        changes.stop_queueing(name)
        return "ok\n", "", 0
    return None


def _without_maps(recorded, text, pattern):
    for name in recorded.changed["maps"]:
        text = re.sub(rf"(?m){pattern.format(re.escape(name))}.*\n", "", text)
    return text


def _dmsetup(recorded, arguments):
    words = list(arguments)
    command = words.pop(0) if words else ""
    if command == "message":
        return _message(recorded, words)
    if command == "info":
        return _info(recorded, words)
    if command in ("table", "status"):
        return _table(recorded, command, words)
    if arguments == ["ls", "--tree"]:
        out, err, code = recorded.of("dmsetup_tree")
        return _without_maps(recorded, out, r"^{} (?:.*\n )*"), err, code
    if command == "remove" and len(words) == 1 and recorded.map_called(words[0]):
        name = recorded.map_called(words[0])
        if recorded.in_use(name):
            return "", f"device-mapper: remove ioctl on {name}  failed: Device or resource busy\n", 1
        changes.flush_map(name)
        return "", "", 0
    return None


def _message(recorded, words):
    if words[:1] == ["-u"]:
        words = words[1:]
    if len(words) != 3 or words[1:] != ["0", "fail_if_no_path"]:
        return None
    name = recorded.map_called(words[0])
    if name is None:
        return "", "device-mapper: message ioctl on   failed: No such device or address\nCommand failed.\n", 1
    changes.stop_queueing(name)
    return "", "", 0


def _info(recorded, words):
    if "-c" not in words or "-o" not in words or "--noheadings" not in words:
        return None
    out, err, code = recorded.of("dmsetup_info")
    if "|" not in out:
        return out, err, code
    asked = words[words.index("-o") + 1].split(",")
    between = words[words.index("--separator") + 1] if "--separator" in words else ":"
    if not set(asked) <= set(INFO_COLUMNS):
        return None
    lines = []
    for line in out.splitlines():
        row = dict(zip(INFO_COLUMNS, line.split("|"), strict=False))
        if row["name"] in recorded.changed["maps"]:
            continue
        if row["name"] in recorded.changed["unqueued"]:
            row["open"] = "0"
        used = row["blkdevs_used"].split(",")
        row["blkdevs_used"] = ",".join(disk for disk in used if disk not in recorded.changed["disks"])
        lines.append(between.join(row.get(column, "") for column in asked))
    return "".join(f"{line}\n" for line in lines) or "No devices found\n", err, code


def _table(recorded, command, words):
    out, err, code = recorded.of(f"dmsetup_{command}")
    if ": " not in out:
        return out, err, code
    target = ""
    if "--target" in words:
        at = words.index("--target")
        target = words[at + 1]
        del words[at : at + 2]
    lines = []
    for line in out.splitlines(keepends=True):
        name = line.partition(": ")[0]
        if name in recorded.changed["maps"] or (words and recorded.map_called(words[-1]) != name):
            continue
        if target and line.split()[3] != target:
            continue
        unqueued = name in recorded.changed["unqueued"]
        said = line.replace(f" multipath {QUEUES} ", " multipath 0 ") if unqueued else line
        lines.append(said.partition(": ")[2] if words else said)
    return "".join(lines) or ("" if words else "No devices found\n"), err, code


def _scsi_id(recorded, arguments):
    if not arguments or not arguments[-1].startswith("/dev/"):
        return None
    out, err, code = recorded.of("scsi_id")
    if err and not out:
        return out, err, code
    found = re.search(rf"(?m)^{re.escape(arguments[-1])} ((?:.*\n)?) rc=(\d+)$", out)
    return (found[1], "", int(found[2])) if found else None


def _sg_turs(recorded, arguments):
    return _block(recorded, "sg_turs", arguments)


def _sg_luns(recorded, arguments):
    return _block(recorded, "sg_luns", arguments)


def _block(recorded, probe, arguments):
    """One device's part of an answer in blocks: `== /dev/sda`, what was said, `rc=0`."""
    device = arguments[-1] if arguments else ""
    out, err, code = recorded.of(probe)
    if err and not out:
        return out, err, code
    found = re.search(rf"(?ms)^== {re.escape(device)}\n(.*?)^rc=(\d+)$", out)
    return (found[1], "", int(found[2])) if found else None


def _lsblk(recorded, arguments):
    out, err, code = recorded.of("lsblk")
    gone = {*recorded.changed["disks"], *recorded.changed["maps"]}
    if "-J" not in arguments or not gone or not out:
        return (out, err, code) if "-J" in arguments else None
    tree = json.loads(out)
    tree["blockdevices"] = _kept_devices(tree["blockdevices"], gone)
    return json.dumps(tree, indent=3) + "\n", err, code


def _kept_devices(devices, gone):
    kept = [device for device in devices if device["name"] not in gone]
    for device in kept:
        if "children" in device:
            device["children"] = _kept_devices(device["children"], gone)
    return kept


def _iscsiadm(recorded, arguments):
    if "".join(arguments) != "-msession-P3":
        return None
    out, err, code = recorded.of("iscsiadm_session")
    for disk in recorded.changed["disks"]:
        out = re.sub(rf"\t\tscsi.*\n\t\t\tAttached scsi disk {disk}\t.*\n", "", out)
    return out, err, code


def _nvme(recorded, arguments):
    if arguments == ["version"]:
        found = re.search(r"(?m)^nvme-version (.*)$", recorded.of("tools")[0])
        return (f"nvme version {found[1]}\n", "", 0) if found else ("", "", 1)
    return recorded.of("nvme_list_subsys")


def _lsmod(recorded, arguments):
    out, err, code = recorded.of("lsmod")
    loaded = "".join(f"{name:<19} {28672:>8}  0\n" for name in recorded.changed["modules"])
    head, newline, rest = out.partition("\n")
    return head + newline + loaded + rest, err, code


def _modprobe(recorded, arguments):
    out, err, code = recorded.of("modprobe_iscsi_tcp")
    if not arguments or arguments[-1] != "iscsi_tcp":
        return None
    if "-n" in arguments:
        return ("" if recorded.changed["modules"] else out), err, code
    if "install /bin/false" in out:
        return "", "modprobe: ERROR: could not insert 'iscsi_tcp': Invalid argument\n", 1
    if code == 0 and out:
        changes.load_module("iscsi_tcp")
    return "", err, code


def _journalctl(recorded, arguments):
    if "-u" not in arguments:
        return None
    unit = arguments[arguments.index("-u") + 1]
    return recorded.of(f"journal_{unit}") if f"journal_{unit}" in recorded.answers else None


def _systemctl(recorded, arguments):
    if arguments[:1] == ["show"]:
        return recorded.of("services" if "multipathd.service" in arguments else "runtime_units")
    if arguments[:1] == ["cat"]:
        unit = arguments[-1]
        out, _, _ = recorded.of("runtime_unit_files")
        missing = "" if unit == "containerd" else f"No files found for {unit}.service.\n"
        return (out if unit == "containerd" else ""), missing, 1 if missing else 0
    return None


def _ls(recorded, arguments):
    """The host's `ls`; links of the recorded listings are printed as they were recorded."""
    import subprocess  # noqa: PLC0415  # takes longer to load than most answers take to give

    done = subprocess.run(["ls", *arguments], executable="/usr/bin/ls", capture_output=True, check=False)
    out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
    if any(word.startswith("-l") for word in arguments):
        lines = (_as_listed(recorded, line) for line in out.split("\n"))
        out = "\n".join(lines)
    return out, err, done.returncode


def _as_listed(recorded, line):
    found = re.search(r"([^ ]+ -> [^ ]+)$", line)
    return recorded.listed.get(found[1], line) if found else line


def _sudo(recorded, arguments):
    if os.geteuid() != 0:
        return "", "sudo: a password is required\n", 1
    while arguments and arguments[0].startswith("-"):
        arguments = arguments[2:] if arguments[0] in ("-p", "-u") else arguments[1:]
    return _own(arguments[0], arguments[1:])


def _own(program, arguments):
    """Become the host's program."""
    for folder in ("/usr/bin", "/bin", "/usr/sbin", "/sbin", ""):
        if Path(folder, program).exists():
            os.execv(Path(folder, program), [program, *arguments])
    return "", f"{program}: not found\n", 127
