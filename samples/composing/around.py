"""The answers that no recording holds: the host around the disks, in the tools' own formats.

Everything here is composed; addresses that are not part of a recorded answer are documentation addresses.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bundle.capture import Capture, CollectedFile, Status
from samples.composing import driver_log
from samples.composing.recorded import Moment
from samples.composing.volumes import PORTALS, Volume

KERNEL = "6.1.0-56-amd64"
NO_PHYSICAL_VOLUMES = b"""  {
      "report": [
          {
              "pv": [
              ]
          }
      ]
  }
"""
UNITS = ("kubelet", "containerd", "multipathd", "iscsid")
KUBELET = "/var/lib/kubelet"


@dataclass(frozen=True, slots=True)
class Around:
    """What the composed answers of one node need to know."""

    captures: Path  # the checkout of recorded outputs
    hostname: str
    boot_id: str
    started: str
    uptime_s: float
    staged: Sequence[Volume] = ()  # a .wwn file of the driver lies there
    driver_log: str = ""
    openers: str = ""
    portals_up: Sequence[bool] = (True, True)


def composed(around: Around) -> dict[str, Capture]:
    """The probes around the disks that are the same for every node but for names and times."""
    texts = {
        "host": f"{around.hostname}\n{around.boot_id}\n",
        "clock": f"{around.started.replace('Z', '+0000')}\n{around.uptime_s:.2f} {around.uptime_s * 0.6:.2f}\n",
        "os_release": f"{KERNEL}\n{_os_release(around.captures)}",
        "swaps": "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
        "runtime_units": _units(around.captures),
        "runtime_limits": _limits(around.captures),
        "nr_open": "1048576\n",
        "portals": _portals(around.portals_up),
    }
    found = {probe: _known(around, probe, text.encode()) for probe, text in texts.items()}
    found["modprobe_iscsi_tcp"] = _known(around, "modprobe_iscsi_tcp", b"")
    found["block_openers"] = _known(around, "block_openers", around.openers.encode())
    found["driver_wwn_files"] = _driver_wwn_files(around)
    found["driver_logs"] = _files(around, "driver_logs", _driver_log(around))
    found["kubelet_volumes"] = _files(around, "kubelet_volumes", _volume_data(around))
    found["iscsi_conf"] = _files(around, "iscsi_conf", {"/etc/iscsi/iscsid.conf": ISCSID_CONF})
    found["runtime_unit_files"] = _unit_files(around)
    for probe in ("modules_conf", "nfs_conf", "syslog"):
        found[probe] = _files(around, probe, {})
    for probe, tool in (("nvme_list_subsys", "nvme"), ("upadmin_show_vlun", "upadmin")):
        found[probe] = absent(around.started, probe, f"{tool}: not found on this node")
    return found


def multipath_conf(moment: Moment) -> Capture:
    """/etc/multipath.conf as recorded, and the files multipath keeps itself."""
    files = {"/etc/multipath.conf": moment.text("multipath-conf")} if moment.text("multipath-conf") else {}
    source = moment if moment.has("multipath-wwids") else Moment(moment.main, moment.main)
    wwids, _, bindings = source.text("multipath-wwids").partition("---\n")
    for name, text in (("wwids", wwids), ("bindings", bindings)):
        if text:
            files[f"/etc/multipath/{name}"] = text
    return _captured_files(moment.started, "multipath_conf", files)


def journals(moment: Moment) -> dict[str, Capture]:
    """`journalctl -u UNIT` out of one recorded journal: what the unit wrote, and what systemd says of it."""
    source = moment if moment.has("journal") else Moment(moment.main, moment.main)
    until = moment.started.removesuffix("Z")[:16]
    lines = [line for line in source.text("journal").splitlines() if source is moment or line[:16] <= until]
    return {
        f"journal_{unit}": _journal(moment, unit, lines) for unit in ("kubelet", "containerd", "multipathd", "iscsid")
    }


def direct_read(moment: Moment, answers: Mapping[str, Capture]) -> Capture:
    """One block from each dead map that does not queue, and from each dead disk that no map holds, as `dd` answered."""
    err = _queueing(answers["dmsetup_table"].out.decode(), answers["dmsetup_status"].out.decode())
    targets = {} if err else _dead_maps(answers)
    dead = re.findall(r"^/dev/(sd\w+)  rc=1$", answers["scsi_id"].out.decode(), re.MULTILINE)
    running = re.findall(r"^(sd\w+)/device/state:running$", answers["sysfs_block"].out.decode(), re.MULTILINE)
    held = re.findall(r"^(sd\w+)/holders: \1/holders/[^*]", answers["sysfs_block"].out.decode(), re.MULTILINE)
    said = dict(re.findall(r"== (/dev/\w+)\n([^=]+)", _err(moment, "dd-sd")))
    out = ""
    for name, dm in targets.items():
        words = _err(moment, f"dd-{dm}").replace(f"/dev/{dm}", f"/dev/mapper/{name}")
        out, err = out + f"/dev/mapper/{name} rc=1 bytes=0\n", err + f"== /dev/mapper/{name}\n{words}"
    for disk in (disk for disk in dead if disk in running and disk not in held):
        words = said[f"/dev/{disk}"]
        code = 1 if "rror" in words else 0
        out, err = out + f"/dev/{disk} rc={code} bytes=0\n", err + f"== /dev/{disk}\n{words}"
    status, code = (Status.COLLECTED, 0) if out else (Status.EMPTY, 21)
    return Capture(
        "direct_read", status, exit_code=code, started=moment.started, seconds=0.8, out=out.encode(), err=err.encode()
    )


def _dead_maps(answers: Mapping[str, Capture]) -> dict[str, str]:
    """Names of maps without an active path, with their dm names, in the order of `dmsetup status`."""
    names = dict(re.findall(r"^(dm-\d+)/dm/name:(.*)$", answers["sysfs_block"].out.decode(), re.MULTILINE))
    dm_of = {name: dm for dm, name in names.items()}
    lines = [line for line in answers["dmsetup_status"].out.decode().splitlines() if " multipath " in line]
    dead = [line.partition(": ")[0] for line in lines if not re.search(r"\d+:\d+ A ", line)]
    return {name: dm_of[name] for name in dead}


def _queueing(table: str, status: str) -> str:
    queues = re.findall(r"^(\S+): .*queue_if_no_path", table, re.MULTILINE)
    dead = [line.partition(": ")[0] for line in status.splitlines() if not re.search(r"\d+:\d+ A ", line)]
    return "".join(f"skipped: map {name} queues without a usable path\n" for name in queues if name in dead)


def _err(moment: Moment, slug: str) -> str:
    path = moment.folder / f"{slug}.err"
    return path.read_text() if path.exists() else ""


def absent(started: str, probe: str, reason: str) -> Capture:
    return Capture(probe, Status.ABSENT, started=started, reason=reason)


def path_fds(moment: Moment) -> str:
    """`<pid> <device> multipathd` for each path of a map: multipathd keeps its paths open."""
    pid = re.search(r"^ *(\d+) .*/multipathd -d", moment.text("ps"), re.MULTILINE)
    disks = re.findall(r"\d+:\d+:\d+:\d+ +(sd\w+)", moment.text("multipath-ll"))
    return "".join(f"{pid.group(1)} /dev/{disk} multipathd\n" for disk in sorted(disks)) if pid else ""


def _known(around: Around, probe: str, out: bytes) -> Capture:
    return Capture(probe, Status.COLLECTED, exit_code=0, started=around.started, seconds=0.1, out=out)


def _files(around: Around, probe: str, files: Mapping[str, str]) -> Capture:
    return _captured_files(around.started, probe, files)


def _captured_files(started: str, probe: str, files: Mapping[str, str]) -> Capture:
    collected = tuple(CollectedFile(path, text.encode()) for path, text in files.items())
    status, code = (Status.COLLECTED, 0) if files else (Status.EMPTY, 21)
    return Capture(probe, status, exit_code=code, started=started, seconds=0.1, files=collected)


def _os_release(captures: Path) -> str:
    return (captures / "healthy/uname.out").read_text().partition("\n")[2]


def _units(captures: Path) -> str:
    """`systemctl show containerd docker crio -p …`: a block a unit, the units that do not exist too."""
    running = (captures / "healthy/systemctl-show-containerd.out").read_text()
    missing = (captures / "containerd/steps/absent-1.out").read_text()
    blocks = [_with_id(running, "containerd"), _with_id(missing, "docker"), _with_id(missing, "crio")]
    return "\n".join(blocks)


def _limits(captures: Path) -> str:
    """The driver's container inherits what its runtime has."""
    table = (captures / "containerd/steps/package-4.out").read_text()
    return f"== 270 containerd\n{table}== {driver_log.PID} huawei-csi\n{table}"


def _with_id(block: str, unit: str) -> str:
    return block.replace("ActiveState=", f"Id={unit}.service\nActiveState=")


def _unit_files(around: Around) -> Capture:
    text = (around.captures / "containerd/steps/package-2.out").read_bytes()
    err = b"No files found for docker.service.\nNo files found for crio.service.\n"
    return Capture(
        "runtime_unit_files", Status.COLLECTED, exit_code=0, started=around.started, seconds=0.3, out=text, err=err
    )


def _portals(up: Sequence[bool]) -> str:
    words = {True: "ok", False: "fail"}
    lines = (f"{address} 3260 ping={words[ok]} tcp={words[ok]}\n" for address, ok in zip(PORTALS, up, strict=True))
    return "".join(lines)


def _driver_wwn_files(around: Around) -> Capture:
    folder = f"{KUBELET}/plugins/csi.huawei.com/disks"
    text = "".join(f"{folder}/{volume.handle[-64:]}.wwn:{volume.wwn}\n" for volume in around.staged)
    return _known(around, "driver_wwn_files", text.encode())


def _volume_data(around: Around) -> dict[str, str]:
    folder = f"{KUBELET}/plugins/kubernetes.io/csi/csi.huawei.com"
    return {
        f"{folder}/{volume.stage_hash}/vol_data.json": json.dumps(
            {"driverName": "csi.huawei.com", "volumeHandle": volume.handle}, separators=(",", ":")
        )
        for volume in around.staged
        if volume.mode == "Filesystem"
    }


def _driver_log(around: Around) -> dict[str, str]:
    return {"/var/log/huawei/huawei-csi-node": around.driver_log} if around.driver_log else {}


def _journal(moment: Moment, unit: str, lines: Sequence[str]) -> Capture:
    own = re.compile(rf"^\S+ \S+ (?:{unit}\[\d+\]: |systemd\[\d+\]: .*\b{unit}\.service\b)")
    kept = [line for line in lines if own.match(line)]
    out = "".join(f"{line}\n" for line in kept).encode()
    return Capture(f"journal_{unit}", Status.COLLECTED, exit_code=0, started=moment.started, seconds=0.3, out=out)


ISCSID_CONF = """iscsid.startup = /bin/systemctl start iscsid.socket
node.startup = manual
node.leading_login = No
node.session.timeo.replacement_timeout = 5
node.conn[0].timeo.login_timeout = 15
node.conn[0].timeo.logout_timeout = 15
node.session.auth.username = csi-node
node.session.auth.password = ********
"""
