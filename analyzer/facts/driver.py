"""The CSI driver in this cluster: its name, its versions, its pods, and what it was started with.

Input    the cluster's pods, CSIDrivers, CSINodes, VolumeAttachments, PersistentVolumes and backends, as far as known.
Output   `Driver`; unknown when the pods are.
Source   eSDK_K8S_Plugin, helm/esdk: container `huawei-csi-driver`, labels `app=huawei-csi-node|-controller` and
         `provisioner=csi.huawei.com` (a constant also when the driver is renamed), argument `--driver-name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import total_ordering

from analyzer.facts import Unknown
from analyzer.facts.cluster import Container, Pod, Pods, StorageBackends
from analyzer.facts.workloads import CsiDrivers
from bundle.capture import Status

DEFAULT_NAME = "csi.huawei.com"
# and the name it has on Huawei's own container platform
HUAWEI_DRIVERS = frozenset({DEFAULT_NAME, "csi.oceanstor.com"})
CONTAINER = "huawei-csi-driver"
ATTACHER = "csi-attacher"
NODE_APP, CONTROLLER_APP = "huawei-csi-node", "huawei-csi-controller"

_TAG = re.compile(r"[vV]?(?P<numbers>[0-9]{1,4}(?:\.[0-9]{1,4}){1,4})")
# V2.2.5.1 came after V2.2.16
_ODD: dict[tuple[int, ...], tuple[int, ...]] = {(2, 2, 5, 1): (2, 2, 16, 1)}


@total_ordering
@dataclass(frozen=True, slots=True)
class DriverVersion:
    """A release of the driver, such as `4.10.1`; compared by age."""

    text: str
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> DriverVersion | None:
        """None for what is no release: `latest`, a digest."""
        match = _TAG.match(text)
        return cls(text, tuple(map(int, match["numbers"].split(".")))) if match else None

    @property
    def _age(self) -> tuple[int, ...]:
        numbers = _ODD.get(self.numbers, self.numbers)
        return (*numbers, *(0,) * (5 - len(numbers)))

    def __lt__(self, other: DriverVersion) -> bool:
        return self._age < other._age

    def is_between(self, first: str, last: str) -> bool:
        """From `first` to `last`, both included; of `last` every patch release that it does not name."""
        return self >= _release(first) and self.numbers[: last.count(".") + 1] <= _release(last).numbers


def _release(text: str) -> DriverVersion:
    return DriverVersion(text, tuple(map(int, text.split("."))))


@dataclass(frozen=True, slots=True)
class Driver:
    """`attach_required` is None when CSIDrivers are not known; an absent object means that it is required."""

    name: str
    namespace: str
    attach_required: bool | None
    node_pods: tuple[Pod, ...]
    controller_pods: tuple[Pod, ...]
    provider_versions: tuple[str, ...]  # as the backends' contents have it

    @property
    def versions(self) -> tuple[DriverVersion, ...]:
        """Of the driver's containers, oldest first; of the backends when no image tag tells."""
        tags = (container.image.rpartition(":")[2] for container in self._containers(CONTAINER))
        found = {one for tag in tags if (one := DriverVersion.of(tag)) is not None}
        found = found or {one for text in self.provider_versions if (one := DriverVersion.of(text)) is not None}
        return tuple(sorted(found))

    @property
    def has_attacher(self) -> bool | None:
        """Whether a controller pod has the csi-attacher; None when there is no controller pod."""
        if not self.controller_pods:
            return None
        return any(True for _ in self._containers(ATTACHER))

    def node_pod(self, node: str) -> Pod | None:
        return next((pod for pod in self.node_pods if pod.node == node), None)

    def version_on(self, node: str) -> DriverVersion | None:
        """Of the driver's pod on this node; the oldest in the cluster when that is not told."""
        pod = self.node_pod(node)
        tags = (one.image.rpartition(":")[2] for one in pod.containers if one.name == CONTAINER) if pod else ()
        own = next((version for tag in tags if (version := DriverVersion.of(tag))), None)
        return own or next(iter(self.versions), None)

    def argument(self, name: str, pods: Iterable[Pod] | None = None) -> str | None:
        """The value of `--name=value` of the driver's container; None when no pod is started with it."""
        for container in self._containers(CONTAINER, pods):
            for word in container.args:
                key, equals, value = word.lstrip("-").partition("=")
                if key == name:
                    return value if equals else "true"
        return None

    def _containers(self, name: str, pods: Iterable[Pod] | None = None) -> Iterable[Container]:
        chosen = (*self.node_pods, *self.controller_pods) if pods is None else pods
        return (container for pod in chosen for container in pod.containers if container.name == name)


def driver_names(driver: object) -> frozenset[str]:
    """Of Huawei's drivers, and of the one in this cluster where a `Driver` tells another."""
    return HUAWEI_DRIVERS | {driver.name} if isinstance(driver, Driver) else HUAWEI_DRIVERS


def assemble(facts: Mapping[type, object]) -> Driver | Unknown:
    pods = facts.get(Pods)
    if not isinstance(pods, Pods):
        return pods if isinstance(pods, Unknown) else Unknown("pods", Status.ABSENT, "the pods are not known")
    nodes = tuple(pod for pod in pods.items if _is(pod, NODE_APP))
    controllers = tuple(pod for pod in pods.items if _is(pod, CONTROLLER_APP))
    bare = Driver(DEFAULT_NAME, "", None, nodes, controllers, ())
    name = bare.argument("driver-name") or DEFAULT_NAME
    drivers, backends = facts.get(CsiDrivers), facts.get(StorageBackends)
    own = drivers.of(name) if isinstance(drivers, CsiDrivers) else None
    required = (own is None or own.attach_required) if isinstance(drivers, CsiDrivers) else None
    versions = backends.items if isinstance(backends, StorageBackends) else ()
    return Driver(
        name=name,
        namespace=next((pod.namespace for pod in (*nodes, *controllers)), ""),
        attach_required=required,
        node_pods=nodes,
        controller_pods=controllers,
        provider_versions=tuple(sorted({one.provider_version for one in versions if one.provider_version})),
    )


def _is(pod: Pod, app: str) -> bool:
    if pod.label("app") == app:
        return True
    return pod.name.startswith(f"{app}-") and any(one.name == CONTAINER for one in pod.containers)
