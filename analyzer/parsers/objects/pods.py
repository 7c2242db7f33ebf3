"""Pods -> Pods.

Input    `cluster/pods.json`.
Output   every pod in the order listed, with the claims its volumes name; a generic ephemeral volume's claim is named
         `<pod>-<volume>`.
Source   Kubernetes API, core/v1 PodSpec and EphemeralVolumeSource.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from analyzer.facts.cluster import Container, Pod, Pods
from analyzer.parsers import in_tree
from analyzer.parsers.objects import ObjectParser
from analyzer.parsers.objects.listing import Metadata, Owner, Places, items_of

KIND = "pods"


class _Claim(msgspec.Struct, frozen=True, rename="camel"):
    claim_name: str = ""
    read_only: bool = False


class _Ephemeral(msgspec.Struct, frozen=True):
    """A generic ephemeral volume; nothing of its template is needed."""


class _Volume(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    iscsi: in_tree.Iscsi | None = None
    fc: in_tree.Fc | None = None
    host_path: in_tree.Place | None = None
    persistent_volume_claim: _Claim | None = None
    ephemeral: _Ephemeral | None = None


class _Container(msgspec.Struct, frozen=True):
    name: str = ""
    image: str = ""
    args: tuple[str, ...] | None = None


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    node_name: str | None = None
    volumes: list[_Volume] | None = None
    containers: list[_Container] | None = None
    init_containers: list[_Container] | None = None


class _Waiting(msgspec.Struct, frozen=True):
    reason: str = ""
    message: str = ""


class _Running(msgspec.Struct, frozen=True):
    """That it is there is all that counts."""


class _State(msgspec.Struct, frozen=True):
    waiting: _Waiting | None = None
    running: _Running | None = None
    terminated: _Waiting | None = None


class _ContainerStatus(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    ready: bool = False
    restart_count: int = 0
    state: _State | None = None
    last_state: _State | None = None


class _Condition(msgspec.Struct, frozen=True, rename="camel"):
    type: str = ""
    status: str = ""
    reason: str = ""
    message: str = ""
    last_transition_time: str | None = None


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    phase: str = ""
    reason: str = ""
    message: str = ""
    start_time: str | None = None
    container_statuses: list[_ContainerStatus] | None = None
    init_container_statuses: list[_ContainerStatus] | None = None
    conditions: list[_Condition] | None = None


class _Pod(msgspec.Struct, frozen=True):
    metadata: Metadata = Metadata()
    spec: _Spec = _Spec()
    status: _Status | None = None


def parse(text: str) -> Pods:
    places = Places(KIND, text)
    return Pods(tuple(_pod(item, places) for item in items_of(KIND, text, _Pod)))


def _pod(item: _Pod, places: Places) -> Pod:
    metadata, node, status = item.metadata, item.spec.node_name or "", item.status or _Status()
    owner = next(iter(metadata.owner_references or ()), Owner())
    scheduled = next((one for one in status.conditions or () if one.type == "PodScheduled"), None)
    return Pod(
        namespace=metadata.namespace,
        name=metadata.name,
        uid=metadata.uid,
        node=node,
        phase=status.phase,
        claims=tuple(_claims(item)),
        deleting=metadata.deletion_timestamp is not None,
        labels=tuple(sorted((metadata.labels or {}).items())),
        span=places.span(metadata.name, _quote(item, status)),
        created=metadata.creation_timestamp or "",
        started=status.start_time or "",
        owner_kind=owner.kind,
        owner_name=owner.name,
        scheduled=scheduled.status == "True" if scheduled else None,
        scheduled_at=scheduled.last_transition_time or "" if scheduled else "",
        unschedulable=scheduled.message if scheduled and scheduled.status == "False" else "",
        containers=tuple(_containers(item.spec.containers, status.container_statuses)),
        read_only_claims=tuple(
            one.persistent_volume_claim.claim_name
            for one in item.spec.volumes or ()
            if one.persistent_volume_claim is not None and one.persistent_volume_claim.read_only
        ),
        may_be=tuple(
            hint for one in item.spec.volumes or () for hint in in_tree.may_be(one.iscsi, one.fc, one.host_path)
        ),
        reason=status.reason,
        init_containers=tuple(_containers(item.spec.init_containers, status.init_container_statuses)),
        message=status.message,
        deleted=item.metadata.deletion_timestamp or "",
    )


def _containers(asked: list[_Container] | None, told: list[_ContainerStatus] | None) -> Iterator[Container]:
    states = {one.name: one for one in told or ()}
    for container in asked or ():
        state = states.get(container.name, _ContainerStatus())
        waiting = state.state.waiting if state.state else None
        ended = state.last_state.terminated if state.last_state else None
        yield Container(
            name=container.name,
            image=container.image,
            args=container.args or (),
            ready=state.ready,
            restarts=state.restart_count,
            waiting=waiting.reason if waiting else "",
            message=waiting.message if waiting else "",
            ended=ended.reason if ended else "",
            runs=state.state is not None and state.state.running is not None,
        )


def _quote(item: _Pod, status: _Status) -> str:
    told = (*(status.init_container_statuses or ()), *(status.container_statuses or ()))
    waiting = (one.state.waiting.reason for one in told if one.state and one.state.waiting)
    reasons = ",".join(dict.fromkeys(reason for reason in waiting if reason))
    shown = f" waiting={reasons}" if reasons else ""
    name = f"{item.metadata.namespace}/{item.metadata.name}"
    return f"Pod {name} node={item.spec.node_name or ''} phase={status.phase}{shown}"


def _claims(item: _Pod) -> Iterator[str]:
    for volume in item.spec.volumes or ():
        if volume.persistent_volume_claim is not None:
            yield volume.persistent_volume_claim.claim_name
        elif volume.ephemeral is not None:
            yield f"{item.metadata.name}-{volume.name}"


PARSER = ObjectParser(KIND, Pods, parse)
