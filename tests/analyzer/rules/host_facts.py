"""Facts that the tests of the rules about hosts and file systems share; and the rules asked with them."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.facts import Span, Unknown
from analyzer.facts.bindings import Binding, Bindings, Claim
from analyzer.facts.failures import Call, Failure, VolumeFailures
from analyzer.facts.host import Process, Processes
from analyzer.findings import Finding, Inconclusive
from analyzer.judging import judge_node
from analyzer.rules import Rule
from bundle.capture import Status

SPAN = Span("x", 1, 1, ("line",))
UNKNOWN = Unknown("x", Status.TIMEOUT, "why")
NONE_FAILED = VolumeFailures((), ("driver_logs",))
NSENTER = "nsenter -i/proc/1/ns/ipc -m/proc/1/ns/mnt -n/proc/1/ns/net -u/proc/1/ns/uts /bin/sh -c x"
INIT = (1, 0, "Ss", "do_epoll_wait", 90000, "/sbin/init")
DRIVER = (
    900,
    880,
    "Ssl",
    "futex_wait_queue",
    86400,
    "/huawei-csi --endpoint=/csi/csi.sock --driver-name=csi.huawei.com",
)

Line = tuple[int, int, str, str, int, str]


def processes(*lines: Line, driver: bool = True) -> Processes:
    """As ps lists them: process 1, the driver, and these."""
    own = (INIT, DRIVER) if driver else (INIT,)
    return Processes(tuple(Process(*line, Span("ps", n, n, (line[5],))) for n, line in enumerate((*own, *lines), 2)))


def failed(says: str, pv: str = "pvc-1", code: str = "Internal") -> VolumeFailures:
    span = Span("files/var/log/huawei/huawei-csi-node", 7, 7, (says,))
    one = Failure(pv, "pvc-1", Call.STAGE, code, says, 3, "", "", (span,), ("shop/db-0",))
    return VolumeFailures((one,), ("driver_logs",))


def bound(pv: str = "pvc-1", wwn: str = "6" * 32) -> Bindings:
    binding = Binding(wwn, "n1", "VolumeAttachment csi-1", pv, SPAN)
    return Bindings(
        (binding,), (), (Claim(wwn, pv, "shop", "data", "db-0"),), (), frozenset({wwn}), frozenset(), frozenset()
    )


def judged(rule: Rule, given: Mapping[type, object], facts: Mapping[str, object]) -> list[Finding | Inconclusive]:
    """The rule on node n1; `facts` replace, by the name of their kind, what is given."""
    kinds = {kind.__name__: kind for kind in given}
    said = judge_node("n1", {**given, **{kinds[name]: fact for name, fact in facts.items()}}, [rule])
    return [*said.findings, *said.inconclusive]


def the_finding(said: list[Finding | Inconclusive]) -> Finding:
    (finding,) = said
    assert isinstance(finding, Finding)
    return finding
