"""The driver's attachments without publishInfo, and what of the cluster decides whether that matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.cluster import (
    PersistentVolume,
    PersistentVolumes,
    Pod,
    Pods,
    StorageBackends,
    VolumeAttachment,
    VolumeAttachments,
)
from analyzer.facts.driver import Driver, DriverVersion, driver_names

FILE_PROTOCOLS = ("nfs", "nfs+", "dpc", "dtfs")  # staging them never looks at publishInfo
FIRST_NEEDING, LAST_NEEDING = "4.0", "4.10"


@dataclass(frozen=True, slots=True)
class DTree:
    """A volume that is a folder with a quota in a file system of the array."""

    pv: str
    backend: str
    parent: str  # the file system; "" when the PV does not tell, as of a static one


@dataclass(frozen=True, slots=True)
class Cluster:
    """The objects a rule looks into, each perhaps unknown."""

    attachments: VolumeAttachments | Unknown
    volumes: PersistentVolumes | Unknown
    backends: StorageBackends | Unknown
    pods: Pods | Unknown
    driver: Driver | Unknown

    @property
    def drivers(self) -> frozenset[str]:
        return driver_names(self.driver)

    @property
    def is_never_attached(self) -> bool:
        """Nothing calls ControllerPublishVolume: the CSIDriver says so, or the container that would is not there."""
        if isinstance(self.driver, Unknown):
            return False
        return self.driver.attach_required is False or self.driver.has_attacher is False

    @property
    def is_surely_attached(self) -> bool:
        """Kubernetes attaches this driver's volumes, and what does it is there."""
        return not isinstance(self.driver, Unknown) and bool(self.driver.attach_required and self.driver.has_attacher)

    def version_on(self, node: str) -> DriverVersion | None:
        return None if isinstance(self.driver, Unknown) else self.driver.version_on(node)

    def volume(self, pv: str) -> PersistentVolume | None:
        items = () if isinstance(self.volumes, Unknown) else self.volumes.items
        return next((one for one in items if one.name == pv), None)

    def dtrees(self, pvs: Iterable[str]) -> tuple[DTree, ...]:
        """Those whose PV is known."""
        volumes = (self.volume(pv) for pv in sorted(pvs))
        return tuple(
            DTree(one.name, one.backend, dict(one.attributes).get("dTreeParentName", ""))
            for one in volumes
            if one is not None
        )

    def attachment(self, pv: str, node: str) -> VolumeAttachment | None:
        return next((one for one in self._own() if (one.pv, one.node) == (pv, node)), None)

    def users(self, pv: str, node: str) -> tuple[Pod, ...]:
        """Every pod on the node that claims the volume: as long as one does, the attachment stays as it is."""
        volume = self.volume(pv)
        if volume is None or isinstance(self.pods, Unknown):
            return ()
        here = (pod for pod in self.pods.items if pod.node == node and not pod.is_finished)
        return tuple(pod for pod in here if pod.namespace == volume.claim_namespace and volume.claim_name in pod.claims)

    def bare_luns(self) -> Iterator[VolumeAttachment]:
        """Attachments of LUNs that have no publishInfo; a volume that may be a file system share is left out."""
        for one in self._own():
            if one.attached and not one.deleting and not one.has_publish_info and self._is_lun(one.pv):
                yield one

    def _own(self) -> Iterator[VolumeAttachment]:
        items = () if isinstance(self.attachments, Unknown) else self.attachments.items
        return (one for one in items if one.driver in self.drivers)

    def _is_lun(self, pv: str) -> bool:
        volume = self.volume(pv)
        if volume is None:
            return False
        return bool(volume.lun_wwn) or self._protocol(volume.backend) not in ("", *FILE_PROTOCOLS)

    def _protocol(self, backend: str) -> str:
        items = () if isinstance(self.backends, Unknown) else self.backends.items
        return next((one.protocol.lower() for one in items if one.name == backend), "")


def needs_publish_info(version: DriverVersion) -> bool:
    """Older ones find the LUN without it; from v4.11 on the node attaches the volume by itself."""
    return version.is_between(FIRST_NEEDING, LAST_NEEDING)


def is_before(version: DriverVersion, release: str) -> bool:
    """For `is_between` has no open end."""
    other = DriverVersion.of(release)
    return other is not None and version < other
