"""Volumes that failed on a node, and the portals that each of them needs one of.

Input    failures and log hits of every node; the cluster's volumes, backends and attachments.
Output   a `NeedsPortal` for each share that could not be mounted, and for each volume of which no device was found.
How      a share is mounted from the portal in its name; a LUN is reached over the portals of its attachment.
Source   eSDK_K8S_Plugin, connector/iscsi/iscsi_helper.go: a portal that does not answer ping is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Span, Unknown
from analyzer.facts.across import Across
from analyzer.facts.cluster import PersistentVolumes, StorageBackends, VolumeAttachments
from analyzer.facts.failures import VolumeFailures
from analyzer.facts.logs import Signals
from analyzer.rules.nfs.mounts import NFS_PORT, How, failed_mounts
from analyzer.rules.nfs.refusals import THREE_CAUSES

ISCSI_PORT = 3260
NO_DEVICE = re.compile(r"volume ?device ?not ?found|no portal available|check the host connectivity", re.IGNORECASE)
SKIPPED = "driver-portal-unreachable"


@dataclass(frozen=True, slots=True)
class NeedsPortal:
    """A volume that failed on a node, and the portals it needs one of."""

    node: str
    pv: str
    portals: frozenset[tuple[str, int]]
    is_block: bool
    spans: tuple[Span, ...]


def failed_shares(
    failures: Across[VolumeFailures],
    signals: Across[Signals],
    volumes: PersistentVolumes | Unknown,
    backends: StorageBackends | Unknown,
) -> Iterator[NeedsPortal]:
    for node, known in failures.known():
        heard = signals.of(node)
        for one in failed_mounts(known, heard or Signals((), ()), volumes, backends):
            fits = one.how is How.EXIT and (not one.output or THREE_CAUSES in one.output)
            if one.portal and (one.timed_out or fits):
                portals = frozenset({(one.portal, NFS_PORT)})
                yield NeedsPortal(node, one.failure.pv, portals, is_block=False, spans=one.spans)


def failed_devices(
    failures: Across[VolumeFailures], signals: Across[Signals], attachments: VolumeAttachments | Unknown
) -> Iterator[NeedsPortal]:
    """Volumes of which the driver found no device; the portals are those of their attachment."""
    if isinstance(attachments, Unknown):
        return
    needed = {(one.node, one.pv): one.publish_info.portals for one in attachments.items if one.publish_info}
    for node, known in failures.known():
        for one in known.saying(NO_DEVICE):
            if portals := needed.get((node, one.pv)):
                skipped = _skipped(signals.of(node))
                yield NeedsPortal(
                    node, one.pv, frozenset(map(_split, portals)), is_block=True, spans=one.spans + skipped
                )


def _skipped(signals: Signals | Unknown | None) -> tuple[Span, ...]:
    """The driver's own word that a portal did not answer its ping."""
    return tuple(hit.spans[-1] for hit in signals.of(SKIPPED))[:2] if isinstance(signals, Signals) else ()


def _split(portal: str) -> tuple[str, int]:
    address, colon, port = portal.rpartition(":")
    if colon and port.isascii() and port.isdigit() and (portal.count(":") == 1 or portal.startswith("[")):
        return address.strip("[]"), int(port)
    return portal.strip("[]"), ISCSI_PORT
