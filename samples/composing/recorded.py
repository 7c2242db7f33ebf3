"""A folder of recorded command outputs (`<slug>.out|.err|.rc`, `INDEX.tsv`) -> captures of the probes they answer.

The bytes of a recorded answer are kept as they are.  An early or late moment of a run recorded fewer commands than its
main moment: what does not change within a run comes from there, what does is put together from what was recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bundle.capture import Capture, Status

SLUGS = {
    "ps": "ps",
    "lsmod": "lsmod",
    "mountinfo": "proc-self-mountinfo",
    "multipath_ll": "multipath-ll",
    "multipathd_show_maps": "multipathd-show-maps-format",
    "multipathd_show_paths": "multipathd-show-paths",
    "dmsetup_info": "dmsetup-info-c-cols",
    "dmsetup_table": "dmsetup-table",
    "dmsetup_status": "dmsetup-status",
    "dmsetup_tree": "dmsetup-ls-tree",
    "sysfs_block": "sysfs-attrs",
    "sysfs_iscsi": "sysfs-scsi-device",
    "scsi_id": "scsi-id-live",
    "sg_turs": "sg-turs",
    "sg_luns": "sg-luns",
    "disk_by_id": "disk-by-id",
    "disk_by_path": "disk-by-path",
    "lsblk": "lsblk-json",
    "lvm_pvs": "pvs",
    "iscsiadm_session": "iscsiadm-session-P3",
    "kernel_log": "dmesg-tail",
}
UNCHANGING = ("disk_by_path", "lsmod")  # within a run, so a moment may borrow them from the main one
_STATUS_OF_EXIT = {0: Status.COLLECTED, 21: Status.EMPTY, 127: Status.ABSENT}
_NOT_ASKED_COLUMNS = re.compile(rb'^ *"(?:wwn|serial|fstype)": .*\n', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Moment:
    """One folder of recorded outputs, and the main moment of its run (itself, for the main one)."""

    folder: Path
    main: Path

    @classmethod
    def of(cls, folder: Path) -> Moment:
        top = folder if (folder / "README").exists() else folder.parent
        return cls(folder, top)

    def has(self, slug: str) -> bool:
        return (self.folder / f"{slug}.rc").exists()

    def text(self, slug: str) -> str:
        return (self.folder / f"{slug}.out").read_text()

    def out(self, slug: str) -> bytes:
        return (self.folder / f"{slug}.out").read_bytes()

    def durations(self) -> Mapping[str, float]:
        rows = (line.split("\t") for line in (self.folder / "INDEX.tsv").read_text().splitlines()[1:])
        return {row[0]: float(row[2].split()[0]) for row in rows}

    @property
    def started(self) -> str:
        return self.text("date").splitlines()[0]

    def uptime_s(self) -> float:
        """Seconds since boot when `date` ran, from the age of process 1 or the stamps of multipath's stderr."""
        took = self.durations()
        stamped = self.folder / "multipath-ll-v3.err"
        if stamped.exists() and re.match(r"\d+\.\d+ \| ", stamped.read_text()):
            return round(float(stamped.read_text().split()[0]) - took["date"] - took["multipath-ll"], 2)
        before_ps = sum(took[slug] for slug in list(took)[: list(took).index("ps")])
        age = next(line.split()[4] for line in self.text("ps").splitlines() if line.split()[0] == "1")
        return round(float(age) - before_ps, 2)


def recorded(moment: Moment) -> dict[str, Capture]:
    """Every probe this moment answers, composed ones included."""
    found = {probe: _capture(moment, moment.folder, probe, slug) for probe, slug in SLUGS.items() if moment.has(slug)}
    for probe in UNCHANGING:
        if probe not in found and (moment.main / f"{SLUGS[probe]}.rc").exists():
            found[probe] = _capture(moment, moment.main, probe, SLUGS[probe])
    if "dmsetup_info" not in found:
        found["dmsetup_info"] = _answer(moment, "dmsetup_info", _dm_columns(moment))
    if "multipathd_show_maps" not in found and moment.has("multipathd-show-maps-json"):
        found["multipathd_show_maps"] = _daemon_maps(moment)
    if "iscsiadm_session" not in found:
        found["iscsiadm_session"] = _answer(moment, "iscsiadm_session", _sessions(moment).encode())
    if "lsblk" in found:  # the probe asks sysfs and mountinfo only: no column that makes lsblk read a device
        found["lsblk"] = replace(found["lsblk"], out=_NOT_ASKED_COLUMNS.sub(b"", found["lsblk"].out))
    return found


def _capture(moment: Moment, folder: Path, probe: str, slug: str) -> Capture:
    exit_code = int((folder / f"{slug}.rc").read_text())
    err = folder / f"{slug}.err"
    status = _STATUS_OF_EXIT.get(exit_code, Status.FAILED)
    return Capture(
        probe,
        status,
        exit_code=exit_code,
        started=moment.started,
        seconds=Moment(folder, folder).durations()[slug],
        reason="" if status.is_knowledge else _reason(probe, exit_code),
        out=(folder / f"{slug}.out").read_bytes(),
        err=err.read_bytes() if err.exists() else b"",
    )


def _reason(probe: str, exit_code: int) -> str:
    command = probe.split("_", maxsplit=1)[0]
    return f"{command}: not found on this node" if exit_code == 127 else f"{command} ended with exit code {exit_code}"


def _answer(moment: Moment, probe: str, out: bytes) -> Capture:
    return Capture(probe, Status.COLLECTED, exit_code=0, started=moment.started, seconds=0.3, out=out)


def _dm_columns(moment: Moment) -> bytes:
    """`dmsetup info -c` -> the columns the probe asks for; the used devices come from sysfs."""
    if "No devices found" in moment.text("dmsetup-info-c"):
        return b"No devices found\n"
    slaves = dict(re.findall(r"^(dm-\d+)/slaves: (.*)$", moment.text("sysfs-attrs"), re.MULTILINE))
    lines = []
    for line in moment.text("dmsetup-info-c").splitlines()[1:]:
        name, major, minor, attr, opened, segments, _, uuid = line.split()
        used = ",".join(path.rsplit("/", 1)[1] for path in reversed(slaves[f"dm-{minor}"].split()))
        lines.append(f"{name}|{uuid}|{major}|{minor}|{opened}|{segments}|{attr}|Active|dm-{minor}|{used}|")
    return "".join(f"{line}\n" for line in lines).encode()


def _daemon_maps(moment: Moment) -> Capture:
    """`multipathd show maps json` -> the table of the same map."""
    answer = _capture(moment, moment.folder, "multipathd_show_maps", "multipathd-show-maps-json")
    if not answer.out:
        return answer
    sizes = dict(re.findall(r"\((3\w+)\).*\nsize=(\S+)", moment.text("multipath-ll")))
    keys = ("name", "uuid", "sysfs", "failback", "queueing", "paths", "dm_st", "size", "path_faults", "map_loads")
    heads = ("name", "uuid", "sysfs", "failback", "queueing", "paths", "dm-st", "size", "failures", "map_loads")
    rows = [(*heads, "total_q_time")]
    for each in json.loads(answer.out)["maps"]:
        values = {**each, "size": sizes[each["uuid"]]}
        rows.append(tuple(str(values[key]) for key in (*keys, "total_q_time")))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    text = "".join(" ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + "\n" for row in rows)
    return replace(answer, out=text.encode())


def _sessions(moment: Moment) -> str:
    """`iscsiadm -m session -P3` of the main moment with this moment's session and disk states."""
    text = (moment.main / "iscsiadm-session-P3.out").read_text()
    states = dict(re.findall(r"^session(\d+) state=(.*)$", moment.text("sysfs-scsi-device"), re.MULTILINE))
    disks = dict(re.findall(r"^(sd\w+)/device/state:(.*)$", moment.text("sysfs-attrs"), re.MULTILINE))
    lines, sid = [], ""
    blocks = text.replace("\tCurrent Portal", "\0\tCurrent Portal").split("\0")
    for block in blocks:
        found = re.search(r"SID: (\d+)", block)
        sid = found.group(1) if found else ""
        lines.append(_session(block, states.get(sid, ""), disks))
    return "".join(lines)


def _session(block: str, state: str, disks: Mapping[str, str]) -> str:
    if not state:
        return block
    up = state == "LOGGED_IN"
    block = re.sub(r"(Connection State: ).*", rf"\g<1>{'LOGGED IN' if up else 'TRANSPORT WAIT'}", block)
    block = re.sub(r"(iSCSI Session State: ).*", rf"\g<1>{state}", block)
    block = re.sub(r"(Internal iscsid Session State: ).*", rf"\g<1>{'NO CHANGE' if up else 'REOPEN'}", block)
    return re.sub(r"(\t\tscsi.*\n)\t\t\tAttached scsi disk (\w+)\t\tState: .*\n", lambda m: _disk(m, disks), block)


def _disk(found: re.Match[str], disks: Mapping[str, str]) -> str:
    name = found.group(2)
    return f"{found.group(1)}\t\t\tAttached scsi disk {name}\t\tState: {disks[name]}\n" if name in disks else ""
