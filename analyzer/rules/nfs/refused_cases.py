"""Mounts whose NFS version was refused, on every node.

Input    failures, log hits, timed mounts and portal checks of the nodes; the cluster's volumes and backends.
Output   a `Case` each, with the versions that the share could be mounted with instead.
How      a timed mount that another node made from the same portal shows that the array takes the version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import PersistentVolume, PersistentVolumes, StorageBackends
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.host import NfsMountTests, PortalChecks
from analyzer.facts.logs import Signals
from analyzer.findings import Certainty
from analyzer.rules.nfs.mounts import FailedMount, failed_mounts, portal_of
from analyzer.rules.nfs.offered import offered
from analyzer.rules.nfs.refusals import Refused, version_refused

CERTAINTIES = tuple(Certainty)


@dataclass(frozen=True, slots=True)
class Case:
    node: str
    mount: FailedMount
    refused: Refused
    offered: tuple[str, ...]

    @property
    def backend(self) -> str:
        """Its name; "" when neither the cluster nor the volume's handle tells."""
        if self.mount.backend is not None:
            return self.mount.backend.name
        return self.mount.volume.backend if self.mount.volume else ""

    @property
    def spans(self) -> tuple[Span, ...]:
        backend = self.mount.backend
        tested = tuple(test.span for test in self.refused.tested)
        own = (backend.span,) if backend is not None and self.refused.array_off else ()
        now = (self.refused.works_now.span,) if self.refused.works_now else ()
        volume = (self.mount.volume.span,) if self.mount.volume else ()
        return (*self.mount.spans, *volume, *own, *tested, *now)


def cases_on(
    node: str,
    failures: VolumeFailures | Unknown,
    signals: Across[Signals],
    tests: Across[NfsMountTests],
    checks: Across[PortalChecks],
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
) -> Iterator[Case]:
    timed, asked = tests.of(node) or NfsMountTests(()), checks.of(node) or PortalChecks(())
    for one in failed_mounts(failures, signals.of(node) or Signals((), ()), volumes, backends):
        refused = version_refused(one, timed, asked, taken_elsewhere=_is_taken_elsewhere(node, one, tests))
        if refused is not None:
            yield Case(node, one, refused, offered(one, timed))


def _is_taken_elsewhere(node: str, one: FailedMount, tests: Across[NfsMountTests]) -> bool:
    return one.portal != "" and any(
        test.exit_code == 0 and test.version == one.version and portal_of(test.share) == one.portal
        for other, known in tests.known()
        if other != node
        for test in known.tests
    )


def surest(cases: list[Case]) -> Case:
    return min(cases, key=lambda case: CERTAINTIES.index(case.refused.certainty))


def volumes_of(cases: list[Case]) -> tuple[PersistentVolume, ...]:
    """Each once, by name."""
    found = {case.mount.volume.name: case.mount.volume for case in cases if case.mount.volume}
    return tuple(found[name] for name in sorted(found))


def pvs_of(cases: list[Case]) -> frozenset[str]:
    return frozenset(case.mount.failure.pv for case in cases if case.mount.failure.pv)
