"""The ways to a node, and the order in which they are tried.

Input    what the command line asked for, the cluster's pods, kubectl.
Output   one `Transport` for a node; `WAYS` and `ORDER` tell the same to people.
Errors   none here; a way that cannot be gone says so when its turn has come.
"""

from __future__ import annotations

import shlex
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bundle.capture import Status
from collector.cluster.kubectl import Kubectl
from collector.inventory import Node
from collector.transports import Installed, Transport, TransportError
from collector.transports.driver_pods import CONTAINER, DriverPods
from collector.transports.elevation import SHELL as SH
from collector.transports.first_that_opens import FirstThatOpens, Way
from collector.transports.kubectl_debug import CONTAINER as DEBUGGER
from collector.transports.kubectl_debug import OPTIONS, KubectlDebug, asleep
from collector.transports.kubectl_exec import KubectlExec, end_of, shell
from collector.wishes import Via, Wishes

SSH, EXEC, DEBUG = "ssh", "kubectl exec", "kubectl debug"
ORDER = (
    "SSH first where the command line says how (--nodes or an SSH option), else the driver's pod first; the other one "
    "next; then, if --debug-image names an image, a pod made for it. Without --kubeconfig there is SSH alone."
)


@dataclass(frozen=True, slots=True)
class WayShown:
    """What a way runs, and what the kubeconfig's user must be allowed: pairs of a verb and a resource."""

    kind: str
    commands: tuple[str, ...]
    allowed: tuple[tuple[str, str], ...] = ()

    @property
    def rights(self) -> tuple[str, ...]:
        return tuple(" ".join(pair) for pair in self.allowed)


_POD, _DEBUG_POD = f"-n NAMESPACE POD -c {CONTAINER}", "-n NAMESPACE node-debugger-NODE-XXXXX"
_SHELL, _END = shlex.join(shell("MARK")), shlex.join(end_of("PID", "MARK"))
_ASLEEP = shlex.join(asleep("MARK", "SECONDS"))
_IN_DEBUG_POD = f"{_DEBUG_POD} -c {DEBUGGER}"
WAYS = (
    WayShown(SSH, (shlex.join(SH),)),
    WayShown(
        EXEC,
        (f"kubectl exec -i {_POD} -- {_SHELL}", f"kubectl exec {_POD} -- {_END}"),
        (("get", "pods"), ("create", "pods/exec")),
    ),
    WayShown(
        DEBUG,
        (
            f"kubectl debug node/NODE -n NAMESPACE --image=IMAGE {shlex.join(OPTIONS)} -- {_ASLEEP}",
            f"kubectl exec -i {_IN_DEBUG_POD} -- {_SHELL}",
            f"kubectl exec {_IN_DEBUG_POD} -- {_END}",
            f"kubectl delete pod {_DEBUG_POD} --wait=false",
        ),
        (("get", "nodes"), ("create", "pods"), ("get", "pods"), ("create", "pods/exec"), ("delete", "pods")),
    ),
)


def ways_by(via: str) -> tuple[WayShown, ...]:
    """What must be allowed for `--via`: to go through the driver's pod, or through one made for it."""
    kinds = (EXEC,) if via == Via.KUBECTL else (DEBUG,)
    return tuple(way for way in WAYS if way.kind in kinds)


@dataclass(frozen=True, slots=True)
class Ways:
    """`ssh` makes the transport of SSH; `kubectl` is None without a kubeconfig."""

    wishes: Wishes
    ssh: Callable[[Node], Transport]
    kubectl: Kubectl | None
    pods: DriverPods
    cancelled: threading.Event

    def to(self, node: Node) -> Transport:
        ways = self._of(node)
        if len(ways) == 1:
            return ways[0].open()
        return FirstThatOpens(node.name, node.address or node.name, ways, self.cancelled)

    def _of(self, node: Node) -> tuple[Way, ...]:
        ssh = Way(SSH, partial(self.ssh, node))
        sends_nothing = isinstance(self.wishes.sudo, Installed)  # into a pod a program would have to be sent
        if self.kubectl is None or self.wishes.via is Via.SSH or sends_nothing:
            return (ssh,)
        into_pod = Way(EXEC, partial(self._exec, node, self.kubectl))
        debug = Way(DEBUG, partial(self._debug, node, self.kubectl))
        match self.wishes.via:
            case Via.KUBECTL:
                return (into_pod, debug)
            case Via.DEBUG:
                return (debug,)
        return (ssh, into_pod, debug) if self.wishes.says_how_to_log_in else (into_pod, ssh, debug)

    def _exec(self, node: Node, kubectl: Kubectl) -> Transport:
        return KubectlExec(node.name, node.address or node.name, kubectl, self.pods.of(node.name))

    def _debug(self, node: Node, kubectl: Kubectl) -> Transport:
        image = self.wishes.debug_image
        if not image:
            raise TransportError(Status.UNREACHABLE, "not tried, since --debug-image names no image")
        return KubectlDebug(node.name, node.address or node.name, kubectl, image, self.pods.namespace)
