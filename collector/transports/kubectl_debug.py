"""kubectl debug: a pod made for the purpose on the node, entered as by `kubectl exec`, and deleted in the end.

Input    a node, an image with `sh`, `sleep` and `nsenter` (busybox will do), the namespace for the pod; a program.
Output   a stream of the program's standard output, as root of the node.  Where the pod could not be deleted, the note
         gives the command that does.
Errors   TransportError: kubectl is too old, denied (RBAC, admission), the pod does not start; each with what was said.
Source   `kubectl debug node/… --profile=sysadmin`, kubectl 1.30 and newer: privileged, hostPID, host namespaces.

The pod only sleeps, and the program comes by exec: what an attached container prints would go into the log that the
node keeps of it, with all that is in it, and from there to wherever logs are shipped; an attach also tells its pod's
name in the middle of the answer.  The sleep ends by itself: a pod that nobody could delete does not stay at work.
It is known as ours by a mark among its words, so nothing is deleted that another hand has made.
"""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shlex
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bundle.capture import Status
from bundle.layout import is_safe_name
from collector.cluster.kubectl import REQUEST_LIMIT_S, Kubectl, Reply
from collector.sentences import printable
from collector.transports import Deadline, Running, TransportError
from collector.transports.kubectl_exec import Container, KubectlExec, kept_until_done, unhurried

CONTAINER = "debugger"
START_S = 90.0
LOOK_S = 0.5
TIDY_S = 60.0  # how much longer than the collecting the pod may live
OPTIONS = ("--profile=sysadmin", "--image-pull-policy=IfNotPresent")
_MADE = re.compile(rb"Creating debugging pod (\S+) with container debugger on node ")
_TOO_OLD = re.compile(r"unknown flag: --profile|unknown profile|unknown command .?debug")
_STARTING = ("", "ContainerCreating", "PodInitializing")


def asleep(mark: str, seconds: str) -> tuple[str, ...]:
    """All that the pod itself does."""
    return ("sh", "-c", 'exec sleep "$1"', mark, seconds)


@dataclass(frozen=True, slots=True)
class KubectlDebug:
    name: str
    address: str
    kubectl: Kubectl
    image: str
    namespace: str  # one in which privileged pods are admitted
    kind: str = "kubectl debug"

    @contextlib.contextmanager
    def run(self, program: str, *, deadline_s: float) -> Iterator[Running]:
        deadline = Deadline(deadline_s, self.kubectl.cancelled)
        mark = f"csi-triage-{secrets.token_hex(8)}"
        told: Running | TransportError | None = None
        pod = ""
        with kept_until_done(deadline_s + TIDY_S):
            try:
                pod = self._made(mark, deadline)
                self._await(pod, deadline)
                way = KubectlExec(self.name, self.address, self.kubectl, Container(self.namespace, pod, CONTAINER))
                with way.run(program, deadline_s=deadline.left()) as told:
                    yield told
            except TransportError as error:
                told = error
                raise
            finally:
                left = self._delete(pod, mark) if pod else ""
                if left:
                    _add(told, left)

    def _made(self, mark: str, deadline: Deadline) -> str:
        """The name of the new pod.  It is told before the pod is asked for, so also of one that was refused."""
        lives_s = int(deadline.left() + TIDY_S)
        reply = self.kubectl.run(
            ("debug", f"node/{self.name}", "-n", self.namespace, f"--image={self.image}", *OPTIONS),
            deadline.left(REQUEST_LIMIT_S),
            inside=asleep(mark, str(lives_s)),
        )
        found = _MADE.search(reply.out)
        if reply.status is Status.COLLECTED and found:
            return _name(found)
        problem = _refusal(reply)
        if found and problem.status is not Status.DENIED and (left := self._delete(_name(found), mark)):
            _add(problem, left)
        raise problem

    def _await(self, pod: str, deadline: Deadline) -> None:
        state = "it was not seen"
        until = Deadline(deadline.left(START_S), deadline.cancelled)
        while until.left():
            deadline.check("waiting for the debug pod")
            seen = self._look(self.kubectl, pod)
            if isinstance(seen, dict):
                state, ended = _state(seen)
                if state == "running":
                    return
                if ended:
                    break
            else:
                state = seen.reason
            time.sleep(LOOK_S)
        raise TransportError(Status.UNREACHABLE, f"the debug pod of the image {self.image} does not run: {state}")

    def _look(self, kubectl: Kubectl, pod: str) -> dict[str, Any] | Reply:
        reply = kubectl.get(f"/api/v1/namespaces/{self.namespace}/pods/{pod}")
        if reply.status is not Status.COLLECTED:
            return reply
        try:
            found = json.loads(reply.out)
        except ValueError:
            found = None
        return found if isinstance(found, dict) else Reply(Status.FAILED, reason="kubectl's answer is no pod")

    def _delete(self, pod: str, mark: str) -> str:
        """What is left to do by hand; "" when the pod is gone or was never there."""
        kubectl = unhurried(self.kubectl)
        seen = self._look(kubectl, pod)
        if isinstance(seen, dict):
            if mark not in _words(seen):
                return ""
            reply = kubectl.run(("delete", "pod", pod, "-n", self.namespace, "--wait=false"), REQUEST_LIMIT_S)
        else:
            reply = seen
        if reply.status in (Status.COLLECTED, Status.ABSENT):
            return ""
        by_hand = shlex.join(("kubectl", "delete", "pod", pod, "-n", self.namespace))
        return f"the debug pod could not be deleted ({reply.reason}): run `{by_hand}`"


def _add(told: Running | TransportError | None, sentence: str) -> None:
    if isinstance(told, Running):
        told.note = "; ".join(filter(None, (told.note, sentence)))
    elif told is not None:
        told.sentence = f"{told.sentence}; {sentence}"


def _name(found: re.Match[bytes]) -> str:
    name = found[1].decode(errors="replace")
    if not is_safe_name(name) or not name.startswith("node-debugger-"):
        raise TransportError(Status.FAILED, f"kubectl names its pod {printable(name)!r}, which cannot be a pod's name")
    return name


def _refusal(reply: Reply) -> TransportError:
    if _TOO_OLD.search(reply.reason):
        return TransportError(
            Status.FAILED, "this kubectl has no `debug --profile=sysadmin`; it comes with kubectl 1.30 and newer"
        )
    status = Status.FAILED if reply.status.is_knowledge or reply.status is Status.ABSENT else reply.status
    return TransportError(status, reply.reason or "kubectl did not say the name of the debug pod")


def _state(pod: dict[str, Any]) -> tuple[str, bool]:
    """How the debugger's container is, and whether it will come to nothing."""
    status = pod.get("status") or {}
    states = [one.get("state") or {} for one in status.get("containerStatuses") or ()]
    if any("running" in state for state in states):
        return "running", False
    for state in states:
        for how in ("terminated", "waiting"):
            about = state.get(how) or {}
            reason, message = str(about.get("reason") or ""), str(about.get("message") or "")
            if how in state:
                ended = how == "terminated" or reason not in _STARTING
                return printable(": ".join(filter(None, (reason or how, message))))[:500], ended
    ended = status.get("phase") in ("Failed", "Succeeded")
    why = (status.get("phase") or "Pending", status.get("reason"), status.get("message"))
    return printable(": ".join(str(word) for word in why if word))[:500], ended


def _words(pod: dict[str, Any]) -> list[str]:
    containers = (pod.get("spec") or {}).get("containers") or ()
    return [word for container in containers for word in container.get("command") or ()]
