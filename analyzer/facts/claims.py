"""What users ask for: PersistentVolumeClaims, and the StorageClasses they name."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class PersistentVolumeClaim:
    namespace: str
    name: str
    phase: str  # Pending, Bound, Lost
    storage_class: str  # "" when it names none
    volume: str  # the PV it is bound to, "" when unbound
    volume_mode: str
    requested: str  # spec.resources.requests.storage, "10Gi"
    capacity: str  # status.capacity.storage
    created: str
    deleting: bool
    span: Span

    @property
    def full_name(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class PersistentVolumeClaims:
    items: tuple[PersistentVolumeClaim, ...]

    def of(self, namespace: str, name: str) -> PersistentVolumeClaim | None:
        return next((one for one in self.items if (one.namespace, one.name) == (namespace, name)), None)


@dataclass(frozen=True, slots=True)
class StorageClass:
    name: str
    provisioner: str
    parameters: tuple[tuple[str, str], ...]
    mount_options: tuple[str, ...]
    binding_mode: str  # Immediate, WaitForFirstConsumer
    is_default: bool
    span: Span

    def parameter(self, name: str) -> str:
        return dict(self.parameters).get(name, "")


@dataclass(frozen=True, slots=True)
class StorageClasses:
    items: tuple[StorageClass, ...]

    def of(self, name: str) -> StorageClass | None:
        return next((one for one in self.items if one.name == name), None)
