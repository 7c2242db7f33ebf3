"""Which pods wait for which volumes of the driver, and since when.

A pod that was scheduled a moment ago waits rightly: only after `PATIENCE` does it count, by the collector's clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from analyzer.facts import Unknown
from analyzer.facts.claims import PersistentVolumeClaims
from analyzer.facts.cluster import Event, Events, PersistentVolume, PersistentVolumes, Pod, Pods, VolumeAttachment
from analyzer.facts.driver import Driver, driver_names
from analyzer.facts.taken import ClusterTaken
from analyzer.facts.times import moment
from analyzer.findings import Affected

PATIENCE = timedelta(minutes=2)
FAILED_ATTACH = "FailedAttachVolume"


@dataclass(frozen=True, slots=True)
class Wait:
    """A pod on its node, and one of the driver's volumes that it needs."""

    pod: Pod
    volume: PersistentVolume
    since: datetime

    @property
    def affected(self) -> Affected:
        return Affected(self.pod.namespace, self.pod.name, self.volume.claim_name, self.volume.name)

    def minutes(self, taken: ClusterTaken) -> int:
        at = now(taken)
        return int((at - self.since).total_seconds()) // 60 if at else 0


def now(taken: ClusterTaken) -> datetime | None:
    """When the cluster was asked; None for a bundle that does not say."""
    return moment(taken.at)


def older(text: str, than: timedelta, taken: ClusterTaken) -> bool:
    """Whether this was so long ago when the cluster was asked; a time that is not known was not."""
    at, then = now(taken), moment(text)
    return at is not None and then is not None and at - then > than


def waits(
    pods: Pods,
    volumes: PersistentVolumes,
    claims: PersistentVolumeClaims | Unknown,
    driver: Driver,
    taken: ClusterTaken,
) -> Iterator[Wait]:
    """Pods that are being created on a node for longer than a healthy one takes, and the volumes that they need."""
    at = now(taken)
    for pod in pods.items:
        since = moment(pod.scheduled_at or pod.started or pod.created)
        if not pod.is_creating or pod.deleting or since is None or at is None or at - since <= PATIENCE:
            continue
        for volume in volumes_of(pod, volumes, claims, driver):
            yield Wait(pod, volume, since)


def volumes_of(
    pod: Pod, volumes: PersistentVolumes, claims: PersistentVolumeClaims | Unknown, driver: Driver
) -> Iterator[PersistentVolume]:
    """The driver's volumes behind this pod's bound claims."""
    for volume in volumes.items:
        if volume.driver not in driver_names(driver) or volume.claim_namespace != pod.namespace:
            continue
        if volume.claim_name in pod.claims and _is_bound(volume, claims):
            yield volume


def is_pending(attachment: VolumeAttachment, taken: ClusterTaken) -> bool:
    """Asked for a while ago, and neither done nor refused."""
    waits_on = not attachment.attached and not attachment.attach_error and not attachment.deleting
    return waits_on and older(attachment.created, PATIENCE, taken)


def is_exclusive(volume: PersistentVolume) -> bool:
    """It may be attached to one node at a time."""
    return bool(volume.access_modes) and set(volume.access_modes) <= {"ReadWriteOnce", "ReadWriteOncePod"}


def _is_bound(volume: PersistentVolume, claims: PersistentVolumeClaims | Unknown) -> bool:
    if isinstance(claims, Unknown):
        return volume.phase == "Bound"
    claim = claims.of(volume.claim_namespace, volume.claim_name)
    return claim is not None and claim.phase == "Bound" and claim.volume == volume.name


def attach_events(events: Events | Unknown, pod: Pod) -> Iterator[Event]:
    """What Kubernetes said of attaching this pod's volumes; not of an earlier pod of its name."""
    if isinstance(events, Unknown):
        return
    for event in events.items:
        about = (event.kind, event.namespace, event.name) == ("Pod", pod.namespace, pod.name)
        if about and event.reason == FAILED_ATTACH and not is_before(event.last, pod.created):
            yield event


def is_before(text: str, other: str) -> bool:
    first, second = moment(text), moment(other)
    return first is not None and second is not None and first < second


def affected_by(found: Iterable[Wait]) -> tuple[Affected, ...]:
    return tuple(sorted({one.affected for one in found}))
