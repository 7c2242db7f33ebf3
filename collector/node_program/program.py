"""The probe catalogue -> one POSIX sh program for a node.

Input    probes; the portals ("10.10.2.1:3260", "[fd00::1]:3260") and NFS shares ("10.10.2.9:/share") of the cluster.
Output   the text of a program for `sh -s`, which writes concatenated tar archives: for each probe `<probe>/out`, `/err`
         (only when not empty), `/files/<number>`, and last `<probe>/meta`.
Errors   ValueError, one sentence, for a portal, share, period or salt outside its grammar: nothing else reaches the
         shell, and every word is quoted by shlex.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import shlex
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from collector.node_program.limits import Limits
from collector.periods import seconds_of
from collector.probes import AnyProbe, FileProbe, Keep, Probe
from collector.probes.logs import SINCE

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/udev:/lib/udev"  # scsi_id: udev

FOLDERS = ("/dev/shm", "/run", "/tmp", "/var/tmp")  # noqa: S108  the first two are in memory where they exist

_FIRST, _LAST = b"#!/bin/sh\n", b"\n}\ncsi_triage_program\n"
LONG_S = 120  # what may take longer begins first, so that it ends within the node's time; the others keep their order

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_PORTAL = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<port>[0-9]{1,5})")
_SHARE = re.compile(r"(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9.-]+)):(?P<path>/[A-Za-z0-9._/-]{0,1023})")
_SALT = re.compile(r"[0-9a-f]{0,64}")


def new_salt() -> str:
    """Chosen once a run, for all its nodes, and kept nowhere: the digests in a bundle can be compared, not undone."""
    return secrets.token_hex(16)


def render(
    probes: Iterable[AnyProbe],
    *,
    active: bool = True,
    portals: Sequence[str] = (),
    shares: Sequence[str] = (),
    since: str = "72h",
    salt: str = "",
    deadline_s: int = 1800,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    folders: Sequence[str] = FOLDERS,
) -> str:
    """The program.  After `deadline_s` it gives up by itself, also when nobody reads it; `limits` bound what it costs.

    Its private folder is made in the first of `folders` that can be written and has room.
    """
    seconds_of(since)  # a word outside its grammar goes no further
    if not _SALT.fullmatch(salt):
        raise ValueError("a salt is up to 64 hexadecimal digits.")
    arguments = {"portals": tuple(map(portal_words, portals)), "nfs_mount": tuple(map(share_word, shares))}
    lines = [
        _line(probe, arguments.get(probe.name, ()), since) if active or not probe.active else f"off {probe.name}"
        for probe in sorted(probes, key=lambda probe: probe.limit_s <= LONG_S)
    ]
    values = {
        "@BOUNDS@": _shell_text("bounds.sh"),
        "@SENDING@": _shell_text("sending.sh"),
        "@FAMILY@": shlex.quote(_shell_text("family.sh")),
        "@GUARD@": shlex.quote(_shell_text("guard.sh")),
        "@LIMITS@": limits.shell,
        "@PATH@": SEARCH_PATH,
        "@FOLDERS@": shlex.join(folders),
        "@SALT@": salt,
        "@DEADLINE@": str(int(deadline_s)),
        "@PROBES@": "\n".join(lines),
    }
    text = _shell_text("program.sh")
    for mark, value in values.items():
        text = text.replace(mark, value)
    return text


def is_program_text(content: bytes) -> bool:
    """A whole program, as `render` makes them; a cut-off one would do nothing."""
    return content.startswith(_FIRST) and content.endswith(_LAST)


def portal_words(portal: str) -> str:
    """ "10.10.2.1:3260" -> "10.10.2.1,3260"."""
    match = _PORTAL.fullmatch(portal)
    if not match or not _is_host(match) or not 0 < int(match["port"]) < 65536:
        raise ValueError(f"{portal!r} is not a portal: write ADDRESS:PORT, an IPv6 address in brackets.")
    return f"{match['v6'] or match['host']},{int(match['port'])}"


def share_word(share: str) -> str:
    match = _SHARE.fullmatch(share)
    if not match or not _is_host(match) or "/../" in f"{match['path']}/":
        raise ValueError(f"{share!r} is not an NFS share: write ADDRESS:/PATH, an IPv6 address in brackets.")
    return share


def _is_host(match: re.Match[str]) -> bool:
    if match["v6"] is None:
        return _HOST.fullmatch(match["host"]) is not None
    try:
        ipaddress.IPv6Address(match["v6"])
    except ValueError:
        return False
    return True


def _line(probe: AnyProbe, arguments: tuple[str, ...], since: str) -> str:
    command = _files_command(probe, since) if isinstance(probe, FileProbe) else probe
    words = [f"--since=-{since}" if word == SINCE else word for word in (*command.argv, *arguments)]
    needs = shlex.quote(" ".join(command.commands))
    head = f"probe {probe.name} {probe.limit_s} {probe.limit_bytes} {command.keep} {needs}"
    if words[0] == "sh":  # the shell that runs the program runs its loops too
        return f"{head} $sh {shlex.join(words[1:])}"
    return f"{head} {shlex.join(words)}"


def _files_command(probe: FileProbe, since: str) -> Probe:
    window_s = seconds_of(since) if probe.log else 0
    options = (probe.limit_bytes, probe.total_bytes, int(probe.newest_first), int(probe.follow_links), window_s)
    argv = ("sh", "-c", _shell_text("files.sh"), "files", *map(str, options), *probe.globs)
    keep = Keep.LAST if probe.log else Keep.FIRST
    return Probe(probe.name, argv, reads=probe.reads, limit_bytes=probe.limit_bytes, keep=keep)


@cache
def _shell_text(name: str) -> str:
    return files("collector.node_program").joinpath(name).read_text(encoding="utf-8")
