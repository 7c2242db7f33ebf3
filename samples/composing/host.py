"""What the driver needs of the host, and whether its file systems work: services, commands, initiator names, counters.

Composed for Debian 12 from what else was recorded of the node: a tool that was absent there is absent here too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping

from bundle.capture import Capture, Status
from collector.probes.services import TOOLS
from collector.probes.services import UNITS as ASKED
from samples.composing.recorded import Moment

SALT = "0123456789abcdef" * 2  # of all samples
SBIN = ("multipath", "multipathd", "iscsiadm", "mount.nfs", "blkid", "blockdev", "mkfs.ext4", "mkfs.xfs")
NOT_INSTALLED = ("nvme", "upadmin", "upadmin_plus")
OWN_PROBE = {"multipath": "multipath_ll", "multipathd": "multipath_ll", "iscsiadm": "iscsiadm_session"}
RUNS, EXITED = ("active", "running", "enabled"), ("active", "exited", "enabled")
UNITS: Mapping[str, tuple[str, str, str]] = {
    "multipathd.service": RUNS,
    "multipathd.socket": RUNS,
    "iscsid.service": RUNS,
    "iscsid.socket": RUNS,
    "open-iscsi.service": EXITED,
    "rpcbind.service": RUNS,
    "rpcbind.socket": RUNS,
    "rpc-statd.service": ("inactive", "dead", "static"),
    "kubelet.service": RUNS,
}
ALIASES = {"iscsi.service": "open-iscsi.service"}
ATTRIBUTES = ("errors_count", "first_error_time", "last_error_time")
_MOUNT = re.compile(r"\d+ \d+ (\d+:\d+) \S+ (\S+) .*? - (\S+) (\S+) ")
_CSI = re.compile(r"/plugins/kubernetes\.io/csi/|/volumes/kubernetes\.io~csi/")

Answers = Mapping[str, Capture]


def composed(moment: Moment, node: str, answers: Answers) -> dict[str, Capture]:
    """The answers of `node`, as it is called in the sample; `answers` are all others."""
    texts = {
        "services": _services(answers),
        "tools": _tools(answers),
        "initiators": _initiators(node, answers),
        "ext4_errors": _ext4_errors(moment, answers),
    }
    found = {
        probe: Capture(
            probe, Status.COLLECTED, exit_code=0, started=moment.started, seconds=0.2, out="".join(lines).encode()
        )
        for probe, lines in texts.items()
    }
    not_loaded = Capture("nvme_multipath", Status.EMPTY, exit_code=21, started=moment.started)
    return {**found, "nvme_multipath": not_loaded, "mount_stat": _mount_stat(moment, answers)}


def iqn(hostname: str) -> str:
    """The recorded initiator's name ends in the host's."""
    return f"iqn.1993-08.org.debian:01:{hostname}"


def digest(name: str, salt: str = SALT) -> str:
    return hashlib.sha256(f"{salt}{name}".encode()).hexdigest()


def _is_absent(answers: Answers, probe: str) -> bool:
    return answers[probe].status is Status.ABSENT or answers[probe].exit_code == 127


def _services(answers: Answers) -> Iterator[str]:
    for number, asked in enumerate(ASKED):
        unit = ALIASES.get(asked, asked)
        names = " ".join(sorted({unit, *(alias for alias, of in ALIASES.items() if of == unit)}))
        missing = unit not in UNITS or (unit.startswith("multipathd") and _is_absent(answers, "multipath_ll"))
        active, sub, enabled = ("inactive", "dead", "") if missing else UNITS[unit]
        yield "\n" if number else ""
        yield f"Id={unit}\nNames={names}\nLoadState={'not-found' if missing else 'loaded'}\n"
        yield f"ActiveState={active}\nSubState={sub}\nUnitFileState={enabled}\n"


def _tools(answers: Answers) -> Iterator[str]:
    for name in TOOLS:
        probe = OWN_PROBE.get(name, name)
        missing = name in NOT_INSTALLED or (probe in answers and _is_absent(answers, probe))
        folder = "/usr/lib/udev" if name == "scsi_id" else f"/usr/{'sbin' if name in SBIN else 'bin'}"
        yield f"{name} {'-' if missing else f'{folder}/{name}'}\n"


def _initiators(node: str, answers: Answers) -> Iterator[str]:
    yield f"salt {digest('')[:8]}\n"
    yield f"iscsi {digest(iqn(node))[:16]}\n"
    yield "nvme missing\n"
    ports = re.findall(r"^/sys/class/fc_host/\w+/port_name:(.*)$", answers["sysfs_fc"].out.decode(), re.MULTILINE)
    yield from (f"fc {digest(port)[:16]}\n" for port in ports)


def _ext4_errors(moment: Moment, answers: Answers) -> Iterator[str]:
    """As recorded, else without errors; the probe asks file system by file system."""
    text = moment.text("sys-fs-ext4") if moment.has("sys-fs-ext4") else ""
    recorded = dict(re.findall(r"^(/sys/fs/ext4/\S+?):(\d+)$", text, re.MULTILINE))
    names = dict(re.findall(r"^(dm-\d+)/dm/name:(.*)$", answers["sysfs_block"].out.decode(), re.MULTILINE))
    devices = {f"/dev/mapper/{name}": dm for dm, name in names.items()}
    mounted = {
        devices.get(source, source.rpartition("/")[2]) for _, _, kind, source in _mounts(answers) if kind == "ext4"
    }
    for device in sorted(mounted):
        for path in (f"/sys/fs/ext4/{device}/{attribute}" for attribute in ATTRIBUTES):
            yield f"{path}:{recorded.get(path, '0')}\n"


def _mounts(answers: Answers) -> list[tuple[str, str, str, str]]:
    """(device number, mount point, file system, source) of each mount."""
    return [match.groups() for match in map(_MOUNT.match, answers["mountinfo"].out.decode().splitlines()) if match]  # type: ignore[misc]


def _mount_stat(moment: Moment, answers: Answers) -> Capture:
    """Every CSI mount answers; none over a blocked disk is asked."""
    volumes = [(number, point) for number, point, _, source in _mounts(answers) if _CSI.search(point)]
    why = {number: reason for number, _ in volumes if (reason := _would_hang(number, answers))}
    out = "".join(f"{point} rc=0\n" for number, point in volumes if number not in why)
    err = "".join(f"skipped: {point}: {why[number]}\n" for number, point in volumes if number in why)
    status, code = (Status.COLLECTED, 0) if out else (Status.FAILED, 75) if err else (Status.EMPTY, 21)
    return Capture(
        *("mount_stat", status),
        exit_code=code,
        started=moment.started,
        seconds=0.4,
        reason=err.strip().rpartition("\n")[2] if code == 75 else "",
        out=out.encode(),
        err=err.encode(),
    )


def _would_hang(number: str, answers: Answers) -> str:
    block = answers["sysfs_block"].out.decode()
    (device,) = re.findall(rf"^(\S+)/dev:{number}$", block, re.MULTILINE)
    (slaves,) = re.findall(rf"^{device}/slaves: (.*)$", block, re.MULTILINE)
    states = dict(re.findall(r"^(sd\w+)/device/state:(.*)$", block, re.MULTILINE))
    below = [states.get(path.rpartition("/")[2], "") for path in slaves.split()]
    return next((f"a disk below it is {state}" for state in below if "blocked" in state), "")
