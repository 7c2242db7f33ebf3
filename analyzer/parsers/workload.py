"""A DaemonSet or a Deployment as the API gives it -> Workload.

Output   desired and ready pods: of a DaemonSet from its status, of a Deployment replicas asked for and ready.
Source   Kubernetes API, apps/v1.
"""

from __future__ import annotations

import msgspec

from analyzer.facts.workloads import Workload
from analyzer.parsers.objects.listing import Metadata, Places


class _Container(msgspec.Struct, frozen=True):
    name: str = ""
    image: str = ""
    args: tuple[str, ...] | None = None


class _PodSpec(msgspec.Struct, frozen=True):
    containers: list[_Container] | None = None


class _Template(msgspec.Struct, frozen=True):
    spec: _PodSpec | None = None


class _Spec(msgspec.Struct, frozen=True):
    replicas: int | None = None
    template: _Template | None = None


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    desired_number_scheduled: int | None = None
    number_ready: int | None = None
    replicas: int | None = None
    ready_replicas: int | None = None


class WorkloadObject(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec | None = None
    status: _Status | None = None


def workload(kind: str, item: WorkloadObject, places: Places) -> Workload:
    spec, status = item.spec or _Spec(), item.status or _Status()
    containers = _containers(spec)
    desired = next(
        (count for count in (status.desired_number_scheduled, spec.replicas, status.replicas) if count is not None), 0
    )
    ready = status.number_ready or status.ready_replicas or 0
    name = f"{item.metadata.namespace}/{item.metadata.name}"
    return Workload(
        namespace=item.metadata.namespace,
        name=item.metadata.name,
        desired=desired,
        ready=ready,
        images=tuple((one.name, one.image) for one in containers),
        arguments=tuple((one.name, one.args or ()) for one in containers),
        span=places.span(item.metadata.name, f"{kind} {name} ready={ready}/{desired}"),
    )


def _containers(spec: _Spec) -> list[_Container]:
    if spec.template is None or spec.template.spec is None:
        return []
    return spec.template.spec.containers or []
