"""Why a mount was refused: what mount printed, the version asked for, what the array offers, and timed mounts.

Input    a failed mount; timed mounts of its share; portal checks; the host's tools.
Output   whether the NFS version, the host's NFS client or rpc.statd is to blame, and how sure that is.
How      what mount prints depends on the version more than on the cause.  `Protocol not supported`: NFSv4 is refused.
         `requested NFS version or transport protocol is not supported` has three causes: NFSv3 is refused, the NFS
         service is stopped while rpcbind answers, UDP was asked for.  `an incorrect mount option was specified` is the
         host's own word, before the array is asked: its kernel does not know the version, or another option.
Source   recorded with mount.nfs 2.6.2: nfs (servers that speak both, NFSv3 only, NFSv4 only, NFSv4.0 only, nothing).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.host import NfsMountTest, NfsMountTests, PortalChecks
from analyzer.facts.tools import Tools
from analyzer.findings import Certainty
from analyzer.rules.nfs.mounts import NFS, FailedMount, plain_test_of, tests_of, version_of
from analyzer.rules.nfs.ruled_out import is_unreachable

V4_REFUSED = "Protocol not supported"
THREE_CAUSES = "requested NFS version or transport protocol is not supported"
BAD_OPTION = re.compile(r"an incorrect mount option was specified|mount system call failed")
INCORRECT = "an incorrect mount option was specified"
HELPER = re.compile(
    r"need a /sbin/mount\.|wrong fs type, bad option, bad superblock|unknown filesystem type|mount\.\w+: not found"
    r"|mount\.nfs4?: No such device"
)
STATD = "rpc.statd is not running but is required"
VERSIONS = ("3", "4", "4.0", "4.1", "4.2")
HELPER_OF = {"nfs": "mount.nfs", "nfs+": "mount.nfs", "dpc": "mount.dpc", "dtfs": "mount.dtfs"}


@dataclass(frozen=True, slots=True)
class Refused:
    """The version that was refused, and by what that is known."""

    version: str  # "" when none was asked for
    certainty: Certainty
    array_off: bool = False  # the backend's content says that the version is not enabled
    tested: tuple[NfsMountTest, ...] = ()  # timed mounts that say so: one refused, others done
    three_causes: bool = False
    by_udp: bool = False
    works_now: NfsMountTest | None = None  # over TCP, as all timed mounts
    by_host: bool = False  # the host refused it itself: the array was not asked


def version_refused(
    one: FailedMount, tests: NfsMountTests | Unknown, checks: PortalChecks | Unknown, *, taken_elsewhere: bool = False
) -> Refused | None:
    """None: nothing speaks for the version, or the portal is out of reach.

    `taken_elsewhere`: another node mounts from this portal with this version.
    """
    if one.timed_out or one.protocol not in (*NFS, "") or is_unreachable(one, checks):
        return None
    found = tests_of(one.share, tests)
    array_off = one.supports(one.version or "4") is False
    if _is_by_host(one, found, array_off=array_off and not taken_elsewhere):
        return _by_host(one, found, spoken=taken_elsewhere or one.supports(one.version) is True)
    tested = _tested(one.version, found, V4_REFUSED, THREE_CAUSES)
    certainty = _by_words(one, array_off=array_off, tested=bool(tested))
    if certainty is None:
        return None
    works_now = _done(one.version, found) or _done_without(one, tests)
    told = one.output != ""
    by_udp = one.asks_udp and THREE_CAUSES in one.output
    if by_udp:
        certainty = Certainty.CONFIRMED if works_now else Certainty.LIKELY  # the tests are made over TCP
    elif works_now is not None:
        certainty = Certainty.POSSIBLE
    elif tested or (array_off and told):
        certainty = Certainty.CONFIRMED
    return Refused(
        version=one.version,
        certainty=certainty,
        array_off=array_off and works_now is None,
        tested=() if works_now else tested,
        three_causes=THREE_CAUSES in one.output,
        by_udp=by_udp,
        works_now=works_now,
    )


def _is_by_host(one: FailedMount, found: tuple[NfsMountTest, ...], *, array_off: bool) -> bool:
    """A version that the array does not offer is its own matter, unless a timed mount had the host's word too."""
    if one.protocol == "nfs+" or not one.version or not BAD_OPTION.search(one.output):
        return False
    if one.version not in VERSIONS:
        return True
    return INCORRECT in one.output and (not array_off or bool(_tested(one.version, found, INCORRECT)))


def _by_host(one: FailedMount, found: tuple[NfsMountTest, ...], *, spoken: bool) -> Refused:
    tested = _tested(one.version, found, INCORRECT)
    works_now = _done(one.version, found)
    alone = version_of(one.options or "") == one.version and "," not in (one.options or "")
    if works_now:
        certainty = Certainty.POSSIBLE
    elif tested and spoken:
        certainty = Certainty.CONFIRMED
    elif tested or one.version not in VERSIONS or (spoken and alone):
        certainty = Certainty.LIKELY
    else:
        certainty = Certainty.POSSIBLE
    return Refused(one.version, certainty, tested=() if works_now else tested, works_now=works_now, by_host=True)


def _done(version: str, found: tuple[NfsMountTest, ...]) -> NfsMountTest | None:
    return next((test for test in found if test.exit_code == 0 and test.version == version), None)


def _done_without(one: FailedMount, tests: NfsMountTests | Unknown) -> NfsMountTest | None:
    """The timed mount that asked for no version, as this one did."""
    plain = plain_test_of(one.share, tests) if one.version_known and not one.version else None
    return plain if plain is not None and plain.exit_code == 0 else None


def _by_words(one: FailedMount, *, array_off: bool, tested: bool) -> Certainty | None:
    """What mount's words alone make of it."""
    if V4_REFUSED in one.output:
        return Certainty.POSSIBLE if one.version == "3" else Certainty.LIKELY
    if THREE_CAUSES in one.output:
        return Certainty.POSSIBLE
    if BAD_OPTION.search(one.output):
        return Certainty.POSSIBLE if one.version and one.protocol != "nfs+" else None
    if not one.output and one.failure.says.endswith("exit status 32") and (array_off or tested):
        return Certainty.LIKELY
    return None


def _tested(version: str, found: tuple[NfsMountTest, ...], *words: str) -> tuple[NfsMountTest, ...]:
    """Timed mounts of which the version asked for was refused with such words, and another was done."""
    asked = [test for test in found if _is_asked(test.version, version)]
    refused = [test for test in asked if any(said in test.message for said in words)]
    done = [test for test in found if test.exit_code == 0]
    return (*refused, *done) if refused and done and len(refused) == len(asked) else ()


def _is_asked(tested: str, version: str) -> bool:
    """Without a version the host begins with NFSv4."""
    return tested.startswith("4") if version in ("", "4") else tested == version


def helper_missing(one: FailedMount, tools: Tools | Unknown) -> Certainty | None:
    """The host lacks the program that mounts this kind of share."""
    if one.timed_out:
        return None
    absent = not isinstance(tools, Unknown) and one.protocol in (*NFS, "") and tools.has("mount.nfs") is False
    if HELPER.search(one.output):
        return Certainty.CONFIRMED if absent else Certainty.LIKELY
    if BAD_OPTION.search(one.output) and one.protocol == "nfs+":
        return Certainty.LIKELY
    return Certainty.LIKELY if absent and not one.output else None


def statd_missing(one: FailedMount) -> bool:
    return STATD in one.output
