"""The host itself: identity, clock, release, processes, modules, mounts, swap."""

from __future__ import annotations

from bundle.capture import Status
from collector.probes.probe import LOOP_EXIT_CODES, MIB, AnyProbe, FileProbe, Probe

# `ls` prints "/proc/7/fd:" and then one line a descriptor.  Without root the descriptors of others cannot be read, and
# an empty answer would wrongly say that nobody holds a disk.
_BLOCK_OPENERS = r"""
pattern='^/proc/[0-9]+/fd:$| -> /dev/(dm-|sd|mapper/|nvme)'
ls -l /proc/[0-9]*/fd 2>/dev/null | grep -E "$pattern" | while IFS= read -r line; do
  case $line in
    /proc/*/fd:) pid=${line#/proc/} pid=${pid%/fd:} ;;
    *)
      comm='?'
      read -r comm 2>/dev/null <"/proc/$pid/comm"
      echo "$pid ${line##* -> } $comm" ;;
  esac
done
if [ -r /proc/1/fd ] && ls /proc/1/fd >/dev/null 2>&1; then exit 0; fi
echo "the open files of other users' processes: permission denied" >&2
exit 77
"""

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "host",
        ("cat", "/proc/sys/kernel/hostname", "/proc/sys/kernel/random/boot_id"),
        reads="host name and boot id, to which a runbook is bound",
    ),
    Probe(
        "clock",
        ("sh", "-c", "date +%FT%T%z; cat /proc/uptime"),
        reads="the node's clock, UTC offset and uptime, to date log lines",
    ),
    Probe(
        "os_release",
        ("sh", "-c", "uname -r; cat /etc/os-release"),
        reads="kernel and distribution release",
    ),
    Probe(
        "ps",
        ("ps", "-eo", "pid,ppid,stat,wchan:32,etimes,args"),
        reads="processes and what they wait for, to find those in uninterruptible sleep",
    ),
    Probe(
        "block_openers",
        ("sh", "-c", _BLOCK_OPENERS),
        reads="which processes hold a disk or a map open",
        root="open files of other users' processes",
        exit_codes=LOOP_EXIT_CODES,
        limit_s=60,
        needs=("ls", "grep"),
    ),
    Probe("lsmod", ("lsmod",), reads="loaded kernel modules"),
    Probe(
        "modprobe_iscsi_tcp",
        ("modprobe", "-n", "-v", "iscsi_tcp"),
        reads="whether the iscsi_tcp module exists and may be loaded (a dry run: nothing is loaded)",
        exit_codes={0: Status.COLLECTED, 1: Status.COLLECTED},  # 1: no such module, said on stderr
    ),
    FileProbe(
        "modules_conf",
        ("/etc/modules-load.d/*.conf", "/etc/modprobe.d/*.conf", "/etc/modules"),
        reads="modules loaded at boot, and blacklisted ones",
        total_bytes=4 * MIB,
    ),
    Probe(
        "mountinfo", ("cat", "/proc/1/mountinfo"), reads="mounts in the namespace of process 1", limit_bytes=16 * MIB
    ),
    Probe("swaps", ("cat", "/proc/swaps"), reads="swap areas, so that none is taken for an unused disk"),
)
