"""Mounts of shares that failed on a node, joined from all that tells of them.

Input    the node's failed volumes and log hits; the cluster's volumes and backends; timed mounts and portal checks.
Output   one `FailedMount` a volume: what the driver returned, what mount printed, the share, the version asked for.
         Of several failures of one volume the latest counts.  Volumes of block backends are left out.
How      the last part of a share's path is the volume's name on the array; the driver mounts from the backend's first
         portal.  The version is the one of the command in the log, else of the PV's mount options.
Source   eSDK_K8S_Plugin, csi/manage/manager_helper.go; nfs(5); what mount.nfs 2.6.2 prints was recorded: nfs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from analyzer.facts import Span, Unknown
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes, StorageBackend, StorageBackends
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.host import NfsMountTest, NfsMountTests, PortalCheck, PortalChecks
from analyzer.facts.logs import SignalHit, Signals

SHARED = frozenset({"nfs", "nfs+", "dpc", "dtfs"})  # protocols whose volumes are shares
NFS = frozenset({"nfs", "nfs+"})
NFS_PORT = 2049
CAPABILITY = {"3": "SupportNFS3", "4.0": "SupportNFS4", "4.1": "SupportNFS41", "4.2": "SupportNFS42"}

TIMED_OUT, FAILED, COMMAND = "driver-mount-timed-out", "driver-mount-failed", "driver-mount-command-failed"

_EXIT = re.compile(r"(?:^|: )exit status (\d+)$")
_TIMEOUT = re.compile(r"(?:^|: )timeout$")
_NO_ANSWER = re.compile(
    r"Connection timed out|Connection refused|No route to host|Network is unreachable|Connection reset|Host is down"
)
_VERSION = re.compile(r"(?:^|,)(?:nfsvers=|vers=|v)(?P<version>[0-9][0-9.]*)(?=,|$)")
_MINOR = re.compile(r"(?:^|,)minorversion=(?P<minor>\d)")
_UDP = re.compile(r"(?:^|,)(?:proto=udp6?|udp)(?=,|$)")


class How(StrEnum):
    """How a mount ended."""

    TIMEOUT = "timeout"  # the driver's own limit
    DEADLINE = "deadline"  # the kubelet's
    EXIT_255 = "exit status 255"
    EXIT = "exit status"


@dataclass(frozen=True, slots=True)
class FailedMount:
    failure: Failure
    how: How
    backend: StorageBackend | None
    protocol: str  # "" when neither the backend nor a share tells
    share: str  # "" when no portal is known
    options: str | None  # comma-separated; None: not known
    output: str  # mount's own words, "" when it printed none or no log has them
    spans: tuple[Span, ...]
    volume: PersistentVolume | None = None

    @property
    def version(self) -> str:
        """The NFS version asked for: "3", "4", "4.1"; "" when none is."""
        return version_of(self.options or "")

    @property
    def version_known(self) -> bool:
        return self.options is not None

    @property
    def asks_udp(self) -> bool:
        return bool(_UDP.search(self.options or ""))

    @property
    def portal(self) -> str:
        """The address before the share's path."""
        return portal_of(self.share)

    @property
    def parent(self) -> str:
        """The file system that holds a DTree; "" of a share that is a file system."""
        return self.share.partition(":/")[2].rpartition("/")[0]

    @property
    def timed_out(self) -> bool:
        """Ended by a limit, or mount itself got no answer."""
        if self.how in (How.TIMEOUT, How.DEADLINE) or (self.how is How.EXIT_255 and not self.output):
            return True
        return bool(_NO_ANSWER.search(self.output))

    @property
    def name(self) -> str:
        return self.failure.pv or self.failure.volume or "?"

    def supports(self, version: str) -> bool | None:
        """Whether the array has this version enabled, as the backend's content says; None: not told."""
        if self.backend is None:
            return None
        if version == "4":
            told = [self.backend.supports(CAPABILITY[one]) for one in ("4.0", "4.1", "4.2")]
            return True if True in told else None if None in told else False
        return self.backend.supports(CAPABILITY[version]) if version in CAPABILITY else None


def version_of(options: str) -> str:
    match = _VERSION.search(options)
    if match is None:
        return ""
    minor = _MINOR.search(options)
    return f"4.{minor['minor']}" if minor and match["version"] == "4" else match["version"]


def portal_of(share: str) -> str:
    return share.partition(":/")[0].strip("[]")


def failed_mounts(
    failures: VolumeFailures | Unknown,
    signals: Signals | Unknown,
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
) -> tuple[FailedMount, ...]:
    """By the name of the volume."""
    if isinstance(failures, Unknown):
        return ()
    latest: dict[str, tuple[Failure, How]] = {}
    for failure, how in _shaped(failures.items):
        before = latest.get(failure.subject)
        if before is None or (failure.last, bool(failure.pods)) > (before[0].last, bool(before[0].pods)):
            latest[failure.subject] = failure, how
    known = {one.name: one for one in volumes.items} if isinstance(volumes, PersistentVolumes) else {}
    owners = {one.name: one for one in backends.items} if isinstance(backends, StorageBackends) else {}
    joined = (_joined(*latest[name], signals, known, owners) for name in sorted(latest))
    return tuple(one for one in joined if one is not None)


def _shaped(failures: Iterable[Failure]) -> Iterator[tuple[Failure, How]]:
    for one in failures:
        if one.call is Call.ATTACH:
            continue
        code = _EXIT.search(one.says)
        if _TIMEOUT.search(one.says):
            yield one, How.TIMEOUT
        elif one.code == "DeadlineExceeded" or one.says.endswith("context deadline exceeded"):
            yield one, How.DEADLINE
        elif code:
            yield one, How.EXIT_255 if code[1] == "255" else How.EXIT


def _joined(
    failure: Failure,
    how: How,
    signals: Signals | Unknown,
    known: dict[str, PersistentVolume],
    owners: dict[str, StorageBackend],
) -> FailedMount | None:
    volume = known.get(failure.pv)
    backend = owners.get(volume.backend) if volume else None
    name = failure.volume or (volume.array_name if volume else "")
    hits = sorted(_hits_of(name, signals), key=lambda hit: hit.last)
    share = next((hit.field("share") or "" for hit in reversed(hits)), "") or share_of(volume, backend)
    protocol = backend.protocol.lower() if backend and backend.protocol else "nfs" if ":/" in share else ""
    options = _options(hits, volume)
    if (protocol and protocol not in SHARED) or not (protocol or name.startswith("pvc_") or version_of(options or "")):
        return None
    told = next((hit for hit in reversed(hits) if hit.signal == FAILED and _is_of(hit, failure)), None)
    command = next((hit for hit in reversed(hits) if hit.signal == COMMAND), None)
    stopped = tuple(hit.spans[-1] for hit in hits if hit.signal == TIMED_OUT)[-1:] if how is How.TIMEOUT else ()
    output = _output(told) or (_output(command) if how is not How.TIMEOUT else "")
    quoted = told or command
    spans = (*failure.spans, *(quoted.spans[-1:] if quoted else ()), *stopped)
    return FailedMount(failure, how, backend, protocol, share, options, output, tuple(dict.fromkeys(spans)), volume)


def _hits_of(name: str, signals: Signals | Unknown) -> Iterator[SignalHit]:
    if isinstance(signals, Unknown) or not name:
        return
    for hit in signals.of(TIMED_OUT, FAILED, COMMAND):
        if (hit.field("share") or "").rpartition("/")[2] == name:
            yield hit


def _is_of(hit: SignalHit, failure: Failure) -> bool:
    """Its error is the one returned; up to V4.0.0 none is told."""
    error = hit.field("error") or ""
    return not error or failure.says.endswith(error)


def _output(hit: SignalHit | None) -> str:
    said = (hit.field("output") or hit.field("old_output") or "") if hit else ""
    return " ".join(said.split())


def _options(hits: list[SignalHit], volume: PersistentVolume | None) -> str | None:
    """Of the command in the log, else of the PV; None when neither is known."""
    for hit in reversed(hits):
        if hit.signal in (TIMED_OUT, COMMAND):
            return (hit.field("options") or "").rpartition("-o ")[2].strip()
    return ",".join(volume.mount_options) if volume else None


def share_of(volume: PersistentVolume | None, backend: StorageBackend | None) -> str:
    """What the driver mounts: the backend's first portal, and the volume's path on it; "" when that cannot be told."""
    if volume is None or backend is None or not backend.portals or backend.protocol.lower() not in NFS:
        return ""
    portal, parent = backend.portals[0], dict(volume.attributes).get("dTreeParentName", "")
    address = f"[{portal}]" if ":" in portal and not portal.startswith("[") else portal
    return "/".join(part for part in (f"{address}:", parent, volume.array_name) if part)


def address_of(portal: str, port: int = NFS_PORT) -> str:
    """As a subject has it: IPv6 in brackets."""
    return f"[{portal}]:{port}" if ":" in portal else f"{portal}:{port}"


def shortened(says: str, limit: int = 300) -> str:
    """The first words of what mount said; an ellipsis stands for the rest."""
    return says if len(says) <= limit else says[:limit].rpartition(" ")[0] + " …"


def check_of(portal: str, checks: PortalChecks | Unknown, port: int = NFS_PORT) -> PortalCheck | None:
    if isinstance(checks, Unknown):
        return None
    return next((one for one in checks.checks if (one.address, one.port) == (portal, port)), None)


def plain_test_of(share: str, tests: NfsMountTests | Unknown) -> NfsMountTest | None:
    """Of this share, without a version: what the driver asks for where the volume has no mount options."""
    if isinstance(tests, Unknown):
        return None
    return next((one for one in tests.without_version if share and one.share == share), None)


def tests_of(share: str, tests: NfsMountTests | Unknown) -> tuple[NfsMountTest, ...]:
    """Of this share, by version."""
    return () if isinstance(tests, Unknown) else tuple(one for one in tests.tests if share and one.share == share)
