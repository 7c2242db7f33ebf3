"""Pods on made-up hosts, as an API server shows them and as a runtime runs them: created, entered by exec, deleted.

Commands are run for real, in the container of the pod's host.  `Pods.exec` serves one `kubectl exec`.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.collector import spdy, websocket
from tests.collector.made_up_host import Host

Connection = spdy.Connection | websocket.Connection
DRIVER = "huawei-csi-driver"
CHUNK = 64 * 1024
TICK_S = 0.1

_RESOURCES = [
    {"name": "nodes", "singularName": "node", "namespaced": False, "kind": "Node", "verbs": ["get", "list"]},
    {"name": "pods", "singularName": "pod", "namespaced": True, "kind": "Pod", "verbs": ["get", "list", "create"]},
]
DISCOVERY: dict[str, object] = {
    "/api": {"kind": "APIVersions", "versions": ["v1"]},
    "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []},
    "/api/v1": {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "v1", "resources": _RESOURCES},
    "/version": {"major": "1", "minor": "32", "gitVersion": "v1.32.4"},
}


def path_of(name: str, namespace: str = "huawei-csi") -> str:
    return f"/api/v1/namespaces/{namespace}/pods/{name}"


def node(name: str, address: str = "127.0.0.1") -> dict[str, Any]:
    addresses = [{"type": "InternalIP", "address": address}]
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}, "status": {"addresses": addresses}}


def driver_pod(node_name: str, *, waiting: str = "", host_pid: bool = True) -> dict[str, Any]:
    meta = {
        "name": f"huawei-csi-node-{node_name}",
        "namespace": "huawei-csi",
        "labels": {"provisioner": "csi.huawei.com"},
        "ownerReferences": [{"kind": "DaemonSet", "name": "huawei-csi-node"}],
    }
    containers = [{"name": DRIVER, "image": "huawei-csi:4.12.0", "securityContext": {"privileged": True}}]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {"nodeName": node_name, "hostPID": host_pid}}
    pod["spec"] |= {"containers": containers}
    return {**pod, "status": _status(DRIVER, waiting)}


def _status(container: str, waiting: str = "") -> dict[str, Any]:
    state = {"waiting": {"reason": waiting, "message": "the test says so"}} if waiting else {"running": {}}
    return {
        "phase": "Pending" if waiting else "Running",
        "containerStatuses": [{"name": container, "ready": not waiting, "restartCount": 0, "state": state}],
    }


@dataclass
class Pods:
    """`waiting` is why new pods do not start; `holds_output`: a runtime that keeps a pipe which nobody reads.

    `hangs`: commands begin and say nothing; `name_is_taken`: a pod of the same name is there, made by somebody else;
    `slow_s` is how long a pod that has been made is not told to be.
    """

    hosts: Mapping[str, Host]
    objects: dict[str, object]
    waiting: str = ""
    holds_output: bool = False
    hangs: bool = False
    name_is_taken: bool = False
    slow_s: float = 0.0
    created: list[dict[str, Any]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    _at_work: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def add(self, *objects: dict[str, Any]) -> None:
        """Into their lists, and under their own paths."""
        for one in objects:
            meta, kind = one["metadata"], f"{one['kind'].lower()}s"
            namespace = f"/namespaces/{meta['namespace']}" if "namespace" in meta else ""
            self.objects[f"/api/v1{namespace}/{kind}/{meta['name']}"] = one
            listed = self.objects.setdefault(f"/api/v1/{kind}", [])
            assert isinstance(listed, list)
            listed.append(one)

    def create(self, path: str, pod: dict[str, Any]) -> dict[str, Any]:
        container = pod["spec"]["containers"][0]
        pod["metadata"]["namespace"] = path.split("/")[-2]
        self.created.append(pod)
        if self.name_is_taken:
            pod = {**pod, "spec": {**pod["spec"], "containers": [{**container, "command": ["another", "hand"]}]}}
        place = f"{path}/{pod['metadata']['name']}"
        self.objects[place] = {**pod, "status": _status(container["name"], self.waiting)}
        if not self.waiting and not self.name_is_taken:
            self._at_work[place] = self.hosts[pod["spec"]["nodeName"]].start(container["command"])
        time.sleep(self.slow_s)
        return pod

    def delete(self, path: str) -> dict[str, Any]:
        """Its processes are asked to end; what else is at work in its container is killed."""
        pod = self.objects.pop(path)
        assert isinstance(pod, dict)
        self.deleted.append(path)
        if main := self._at_work.pop(path, None):
            host = self.hosts[pod["spec"]["nodeName"]]
            host.kill_all()
            main.wait(10)
        return {"apiVersion": "v1", "kind": "Status", "status": "Success"}

    def exec(self, path: str, query: Mapping[str, Sequence[str]], connection: Connection) -> None:
        pod = self.objects[path.removesuffix("/exec")]
        assert isinstance(pod, dict)
        host = self.hosts[pod["spec"]["nodeName"]]
        command = ("sleep", "600") if self.hangs else query["command"]
        streams = 1 + sum(name in query for name in ("stdin", "stdout", "stderr"))
        _Exec(host, command, streams, connection, self.holds_output).serve()


class _Exec:
    """One command in a container, its standard streams carried by a connection."""

    def __init__(
        self, host: Host, command: Sequence[str], streams: int, connection: Connection, holds_output: bool
    ) -> None:
        self._host, self._command, self._streams = host, command, streams
        self._connection, self._holds_output = connection, holds_output
        self._numbers: dict[str, int] = {}
        self._gone = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def serve(self) -> None:
        for event in self._connection:
            if isinstance(event, spdy.Opened):
                self._numbers[event.headers["streamtype"]] = event.stream
                if len(self._numbers) == self._streams:
                    self._begin()
            elif self._process and self._process.stdin and event.stream == self._numbers.get("stdin"):
                with contextlib.suppress(OSError):
                    self._process.stdin.write(event.content)
                    if event.last:
                        self._process.stdin.close()
        self._gone.set()

    def _begin(self) -> None:
        stdin = subprocess.PIPE if "stdin" in self._numbers else subprocess.DEVNULL
        pipe = subprocess.PIPE
        self._process = process = self._host.start(self._command, stdin=stdin, stdout=pipe, stderr=pipe, bufsize=0)
        ends = {"stdout": process.stdout, "stderr": process.stderr}
        pumps = [threading.Thread(target=self._pump, args=(name, end), daemon=True) for name, end in ends.items()]
        for pump in pumps:
            pump.start()
        threading.Thread(target=self._finish, args=(process, pumps), daemon=True).start()

    def _pump(self, name: str, end: Any) -> None:
        with contextlib.suppress(OSError, ValueError):
            while not self._gone.is_set():
                if select.select((end,), (), (), TICK_S)[0]:
                    if not (content := os.read(end.fileno(), CHUNK)):
                        break
                    self._connection.send(self._numbers[name], content)
        if not self._holds_output:
            end.close()

    def _finish(self, process: subprocess.Popen[bytes], pumps: Sequence[threading.Thread]) -> None:
        for pump in pumps:
            pump.join()
        code = process.wait()
        with contextlib.suppress(OSError, ValueError):  # the client is gone, and its connection closed
            for name in ("stdout", "stderr"):
                self._connection.send(self._numbers[name], b"", last=True)
            self._connection.send(self._numbers["error"], _ended(code), last=True)


def _ended(code: int) -> bytes:
    if not code:
        return json.dumps({"metadata": {}, "status": "Success"}).encode()
    message = f"command terminated with non-zero exit code: exit status {code}"
    causes = [{"reason": "ExitCode", "message": str(code)}]
    failure = {"metadata": {}, "status": "Failure", "reason": "NonZeroExitCode", "message": message}
    return json.dumps({**failure, "details": {"causes": causes}}).encode()
