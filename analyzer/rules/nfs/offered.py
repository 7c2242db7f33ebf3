"""Which NFS versions a share can be mounted with instead: those that timed mounts took, else those the array offers.

Input    a failed mount; timed mounts of its share; the backend's capabilities, which the failed mount knows.
Output   versions, the newest first; () when neither tells.
"""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.facts import Unknown
from analyzer.facts.host import NfsMountTests
from analyzer.rules.nfs.mounts import FailedMount, tests_of

NEWEST_FIRST = ("4.2", "4.1", "4.0", "3")


def offered(one: FailedMount, tests: NfsMountTests | Unknown) -> tuple[str, ...]:
    """A timed mount that was refused is believed before a capability."""
    found = tests_of(one.share, tests)
    done = {test.version for test in found if test.exit_code == 0}
    if done:
        return tuple(version for version in NEWEST_FIRST if version in done)
    tried = {test.version for test in found if test.exit_code is not None}
    return tuple(version for version in NEWEST_FIRST if version not in tried and one.supports(version))


def instead_of(version: str, by_mount: Iterable[tuple[str, ...]]) -> str:
    """The newest that each of these mounts can take, as far as told, and that was not asked for; "" if there is none.

    Without a version the host begins with NFSv4, so that no NFSv4 is another one.
    """
    choices = [set(versions) for versions in by_mount if versions]
    common = set.intersection(*choices) if choices else set()
    return next((one for one in NEWEST_FIRST if one in common and not one.startswith(version or "4")), "")


def v4_of(by_mount: Iterable[tuple[str, ...]]) -> str:
    """The newest NFSv4 that each of these mounts can take; "" when there is none."""
    return instead_of("3", by_mount)
