"""Logs of the driver's pods, as `kubectl logs` would show them: bounded, newest lines, secrets removed.

Input    the pods that were read.  Output  `<pod>/<container>` -> bytes, and one capture that says how it went.
The controller's containers are always read.  Of the node pods, whose logs lie on the nodes too, only those that are not
ready, were restarted, or write to the console.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bundle.capture import Capture, Status
from bundle.layout import is_safe_name, log_path
from collector.cluster.kubectl import Kubectl, Reply
from collector.cluster.objects import Json, is_of_driver
from collector.periods import seconds_of
from collector.redaction.redact import redact

NAME = "driver_pod_logs"
MOST_CONTAINERS = 200
TAIL_LINES = 20_000
MOST_BYTES = 4 * 1024 * 1024
LIMIT_S = 30.0
PATH = "/api/v1/namespaces/NAMESPACE/pods/POD/log?container=CONTAINER"


@dataclass(frozen=True, slots=True)
class LogQuestion:
    """What is asked, for `plan`."""

    reads: str


LOGS = LogQuestion(
    f"the last {TAIL_LINES} lines of the controller's containers, and of node pods that are not ready or were restarted"
)


@dataclass(frozen=True, slots=True)
class _Container:
    namespace: str
    pod: str
    name: str
    previous: bool

    @property
    def key(self) -> str:
        return f"{self.pod}/{self.name}{'.previous' if self.previous else ''}"


def collect_logs(
    kubectl: Kubectl, pods: Iterable[Json], *, driver_name: str, since: str, pool: Executor
) -> tuple[Mapping[str, bytes], Capture]:
    started, begun = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), time.monotonic()
    wanted = [container for pod in pods if is_of_driver(pod, driver_name) for container in _containers(pod)]
    chosen, left_out = wanted[:MOST_CONTAINERS], wanted[MOST_CONTAINERS:]
    replies = tuple(pool.map(lambda container: _read(kubectl, container, since), chosen))
    clean = {
        container.key: redact(reply.out)
        for container, reply in zip(chosen, replies, strict=True)
        if reply.status is Status.COLLECTED and reply.out
    }
    status, reason = _verdict(replies, len(left_out))
    argv = ("kubectl", "get", "--raw", f"{PATH}&tailLines={TAIL_LINES}")
    seconds = round(time.monotonic() - begun, 3)
    about = Capture(NAME, status, argv, None, started, seconds, bool(left_out), reason)
    removed = {log_path(key): log.kinds for key, log in clean.items() if log.kinds}
    return {key: log.data for key, log in clean.items()}, replace(about, redactions=removed)


def _containers(pod: Json) -> Iterator[_Container]:
    meta, spec = pod["metadata"], pod.get("spec") or {}
    states = {state.get("name"): state for state in (pod.get("status") or {}).get("containerStatuses") or ()}
    names = [container.get("name", "") for container in spec.get("containers") or ()] or list(states)
    if not all(map(is_safe_name, (meta.get("namespace", ""), meta.get("name", ""), *names))):
        return
    restarted = {name for name, state in states.items() if state.get("restartCount")}
    if _on_every_node(pod) and not restarted and not _troubled(states) and not _to_console(spec):
        return
    for name in names:
        yield _Container(meta["namespace"], meta["name"], name, previous=False)
        if name in restarted:
            yield _Container(meta["namespace"], meta["name"], name, previous=True)


def _on_every_node(pod: Json) -> bool:
    return any(owner.get("kind") == "DaemonSet" for owner in pod["metadata"].get("ownerReferences") or ()) or (
        (pod["metadata"].get("labels") or {}).get("app") == "huawei-csi-node"
    )


def _troubled(states: Mapping[str, Json]) -> bool:
    return any(not state.get("ready") for state in states.values())


def _to_console(spec: Json) -> bool:
    arguments = (str(word) for container in spec.get("containers") or () for word in container.get("args") or ())
    return any(re.search(r"logging-module=console", word) for word in arguments)


def _read(kubectl: Kubectl, container: _Container, since: str) -> Reply:
    path = f"/api/v1/namespaces/{container.namespace}/pods/{container.pod}/log?container={container.name}"
    which = "previous=true" if container.previous else f"sinceSeconds={seconds_of(since)}"
    return kubectl.get(f"{path}&tailLines={TAIL_LINES}&limitBytes={MOST_BYTES}&{which}", LIMIT_S)


def _verdict(replies: tuple[Reply, ...], left_out: int) -> tuple[Status, str]:
    refused = [reply for reply in replies if reply.status is not Status.COLLECTED]
    if not replies:
        return Status.EMPTY, ""
    if not refused:
        return Status.COLLECTED, f"{left_out} more containers were left out" if left_out else ""
    reason = f"{len(refused)} of {len(replies)} logs could not be read, the first because: {refused[0].reason}"
    return (refused[0].status if len(refused) == len(replies) else Status.FAILED), reason
