"""What kubectl gave of the driver's pods becomes knowledge of the nodes they run on."""

import json

import pytest

from analyzer.facts.logs import Signals
from analyzer.reading import cluster_facts, node_facts, pod_logs_by_node
from bundle.capture import Capture, ClusterSnapshot, NodeSnapshot, Status

POD = "huawei-csi-node-abc"
FILE, CONSOLE = "--logging-module=file", "--logging-module=console"
STAGED = b"2026-07-03 10:15:12.914022 28417 [INFO]: [requestID:1] Volume fc.pvc-1 is staged\n"
LATER = b"2026-07-03 10:19:12.914022 28417 [INFO]: nothing\n"
TAKEN = b"F0703 02:15:01.204511       1 main.go:148] failed: listen tcp :9808: bind: address already in use\n"


def signals(logs: dict[str, bytes], argument: str = FILE, *captures: Capture) -> object:
    spec = {"nodeName": "n1", "containers": [{"name": "huawei-csi-driver", "args": [argument]}]}
    pods = json.dumps({"items": [{"metadata": {"name": POD, "namespace": "huawei-csi"}, "spec": spec}]})
    cluster = ClusterSnapshot((Capture("pods", Status.COLLECTED, out=pods.encode()),), logs)
    facts = cluster_facts(cluster)
    return node_facts(NodeSnapshot("n1", captures), facts, pod_logs_by_node(cluster, facts)["n1"])[Signals]


def test_every_container_of_a_node_pod_is_heard():
    found = signals({f"{POD}/liveness-probe": TAKEN, f"{POD}/huawei-csi-driver": STAGED})
    assert isinstance(found, Signals)
    assert [hit.signal for hit in found.hits] == ["driver-volume-staged", "sidecar-port-in-use"]


def test_the_driver_on_the_console_tells_from_when_to_when():
    found = signals({f"{POD}/huawei-csi-driver": STAGED + LATER}, CONSOLE)
    assert isinstance(found, Signals)
    reach = found.reach(f"{POD}/huawei-csi-driver")
    assert reach is not None
    assert (reach.first[:19], reach.last[:19]) == ("2026-07-03 10:15:12", "2026-07-03 10:19:12")
    assert found.scanned == ("driver_logs",)


@pytest.mark.parametrize(("argument", "log"), [(FILE, STAGED), (CONSOLE, b"panic: x\n"), (CONSOLE, TAKEN)])
def test_what_is_not_the_drivers_own_log_does_not_count_as_it(argument: str, log: bytes):
    kernel = Capture("kernel_log", Status.COLLECTED, out=b"x\n")
    found = signals({f"{POD}/huawei-csi-driver": log}, argument, kernel)
    assert isinstance(found, Signals)
    assert found.scanned == ("kernel_log",)


def test_each_line_of_a_sidecar_is_a_record_of_its_own():
    found = signals({f"{POD}/liveness-probe": TAKEN * 3})
    assert isinstance(found, Signals)
    (hit,) = found.hits
    assert (hit.total, len(hit.spans[0].text)) == (3, 1)
