"""Pods made anew by a script, run by three shells, with a kubectl that answers from files as the API server would."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from analyzer.facts import Span
from analyzer.facts.cluster import Pod
from analyzer.host_runbooks import runbooks
from analyzer.remedies.pods import recreate
from analyzer.report.to_shell import render
from analyzer.runbook import ADMIN, Runbook, ordered
from samples.apiserver import serve
from tests.analyzer.report.example import FC
from tests.analyzer.report.fake_node import FakeNode, Ran

UID = "0c87fa8a-c3d6-4623-acb8-71d6206d030d"
NEW = "9b1f0a77-5d3e-4f0a-9d6c-2f8f4d0f6a11"
FILE = "pod-shop-orders-0-0c87fa8a.yaml"
DELETE = "kubectl delete pod orders-0 -n shop --timeout=5m"
KUBECTL = """\
echo "kubectl $*" >>"$NODE/asked"
[ ! -e "$NODE/refused" ] || { echo "Unable to connect to the server" >&2; exit 1; }
case $1 in
get)
    case "$*" in
    *nodes*) cat "$NODE/boots" ;;
    *jsonpath*) [ ! -e "$NODE/pod" ] || printf %s "$(cat "$NODE/pod")" ;;
    *yaml) [ -e "$NODE/pod" ] || { echo 'pods "orders-0" not found' >&2; exit 1; }; echo "kind: Pod" ;;
    esac ;;
delete)
    rm "$NODE/pod"
    if [ -e "$NODE/anew" ]; then mv "$NODE/anew" "$NODE/pod"; fi
    echo 'pod "orders-0" deleted' ;;
cordon | uncordon) echo "node/$2 $1ed" ;;
esac
"""


def pod_of(kind: str, uid: str) -> Pod:
    return Pod(
        *("shop", "orders-0", uid, "worker-1", "Pending", (), False, ()),
        span=Span("cluster/pods.json", 1, 1, ("",)),
        owner_kind=kind,
        owner_name="orders",
    )


def script(kind: str = "StatefulSet", uid: str = UID, boots: tuple[str, ...] = ()) -> str:
    pod = pod_of(kind, uid)
    return render(Runbook(ADMIN, ADMIN, "", "csi-bundle", ordered(recreate([pod], away_from="worker-1")), boots))


def stand(node: FakeNode, pod: str | None = f"{UID} worker-1", anew: str | None = f"{NEW} worker-2") -> FakeNode:
    node.tool("kubectl", KUBECTL)
    if pod is not None:
        node.write("pod", pod)
    if anew is not None:
        node.write("anew", anew)
    return node


def acted(node: FakeNode) -> list[str]:
    return node.asked("kubectl delete", "kubectl cordon", "kubectl uncordon")


def apply(node: FakeNode, text: str) -> Ran:
    return node.run(text, "--apply", "--yes")


def test_nothing_changes_by_default_and_the_dry_run_foresees_the_new_pod(node: FakeNode) -> None:
    ran = stand(node).run(script())
    assert (ran.code, ran.err, acted(node)) == (0, "", [])
    assert ran.out.count("would run") == 4
    assert "[DESTROYS]  kubectl delete pod orders-0 -n shop" in ran.out


def test_the_pod_is_deleted_while_its_node_takes_none(node: FakeNode) -> None:
    ran = apply(stand(node), script())
    assert (ran.code, ran.err) == (0, "")
    assert acted(node) == ["kubectl cordon worker-1", DELETE, "kubectl uncordon worker-1"]


def test_it_asks_before_the_node_is_closed(guarded: FakeNode) -> None:
    ran = stand(guarded).run(script(), "--apply", answers="no\n")
    assert (ran.code, ran.err, acted(guarded)) == (5, "Stopped at step 1: not answered with yes.\n", [])
    assert "uncordon" not in ran.out.partition("Stopped")[2]


def test_a_deletion_that_is_declined_opens_the_node_again(node: FakeNode) -> None:
    ran = stand(node).run(script(), "--apply", answers="yes\nno\n")
    assert (ran.code, acted(node)) == (5, ["kubectl cordon worker-1", "kubectl uncordon worker-1"])
    assert "Taken back, for no pod was deleted: kubectl uncordon worker-1\n" in ran.out


def test_a_deletion_that_is_refused_opens_the_node_again(guarded: FakeNode) -> None:
    changed = KUBECTL.replace('echo "node/$2 $1ed"', 'echo "node/$2 $1ed"; [ $1 = uncordon ] || touch "$NODE/refused"')
    stand(guarded).tool(
        "kubectl", changed.replace('[ ! -e "$NODE/refused" ]', '[ ! -e "$NODE/refused" ] || [ $1 = uncordon ]')
    )
    ran = apply(guarded, script())
    assert (ran.code, acted(guarded)) == (3, ["kubectl cordon worker-1", "kubectl uncordon worker-1"])


@pytest.mark.parametrize(
    "fault", ["echo forbidden >&2; exit 1", "echo 'timed out waiting' >&2; rm \"$NODE/pod\"; exit 1"]
)
def test_after_a_deletion_that_failed_it_is_told_how_to_open_the_node(guarded: FakeNode, fault: str) -> None:
    stand(guarded).tool("kubectl", KUBECTL.replace('    rm "$NODE/pod"\n', f"    {fault}\n"))
    ran = apply(guarded, script())
    assert (ran.code, acted(guarded)) == (4, ["kubectl cordon worker-1", DELETE])
    assert "Not taken back yet: run `kubectl uncordon worker-1`" in ran.out
    assert "Not taken back yet" in ran.transcript


def test_a_node_that_was_closed_before_is_not_opened(guarded: FakeNode) -> None:
    stand(guarded).tool("kubectl", KUBECTL.replace('$1ed"', 'already $1ed"'))
    ran = guarded.run(script(), "--apply", answers="yes\nno\n")
    assert (ran.code, acted(guarded)) == (5, ["kubectl cordon worker-1"])
    assert "Not taken back yet: run `kubectl uncordon worker-1`" in ran.out


def test_a_new_pod_under_the_old_name_is_left_alone(node: FakeNode) -> None:
    ran = apply(stand(node, pod=f"{NEW} worker-2"), script())
    assert (ran.code, ran.err) == (0, "")
    assert DELETE not in acted(node)
    assert f"shop/orders-0 is another pod by now: expected uid {UID}, found {NEW}; the new one is left alone" in ran.out


def test_a_pod_that_is_gone_is_done(guarded: FakeNode) -> None:
    ran = apply(stand(guarded, pod=None), script("ReplicaSet"))
    assert (ran.code, DELETE in acted(guarded)) == (0, False)
    assert "already done" in ran.out


def test_a_cluster_that_does_not_answer_refuses_before_anything_is_done(guarded: FakeNode) -> None:
    stand(guarded).write("refused", "")
    ran = apply(guarded, script())
    assert (ran.code, acted(guarded)) == (3, [])
    assert "ended with exit code 1" in ran.err


def test_without_kubectl_it_refuses(guarded: FakeNode) -> None:
    text = script().replace(":$callers_path", "").replace(" kubectl get", " kubectl-of-nobody get")
    ran = apply(guarded, text)
    assert (ran.code, "kubectl-of-nobody is not installed" in ran.err) == (3, True)


def test_a_new_pod_without_a_node_keeps_the_old_node_closed_and_says_so(guarded: FakeNode) -> None:
    ran = apply(stand(guarded, anew=NEW), script())
    assert ran.code == 3
    assert "the new pod shop/orders-0 has no node yet" in ran.err
    assert "kubectl uncordon worker-1" not in acted(guarded)
    assert "Not taken back yet: run `kubectl uncordon worker-1`" in ran.out
    guarded.write("pod", f"{NEW} worker-2")
    assert apply(guarded, script()).code == 0
    assert (acted(guarded).count(DELETE), acted(guarded)[-1]) == (1, "kubectl uncordon worker-1")


# --- a bare pod ------------------------------------------------------------------------------------------------------


def test_a_bare_pod_is_saved_for_its_owner_only_before_it_is_deleted(node: FakeNode) -> None:
    ran = apply(stand(node, anew=None), script(""))
    saved = node.cwd / FILE
    assert (saved.read_text(), stat.S_IMODE(saved.stat().st_mode)) == ("kind: Pod\n", 0o600)
    assert sorted(path.suffix for path in node.cwd.iterdir()) == [".json", ".log", ".yaml"]
    assert (ran.code, acted(node)[-1]) == (3, DELETE)  # uncordoned once it was made anew by hand
    assert "has no node yet" in ran.err


def test_a_bare_pod_whose_manifest_cannot_be_saved_is_not_deleted(guarded: FakeNode) -> None:
    stand(guarded).tool("kubectl", KUBECTL.replace('echo "kind: Pod"', "echo partly; exit 1"))
    ran = apply(guarded, script(""))
    assert (ran.code, DELETE in acted(guarded)) == (4, False)
    assert not (guarded.cwd / FILE).exists()


def test_a_manifest_saved_earlier_is_not_written_over(guarded: FakeNode) -> None:
    ran = apply(stand(guarded), f"echo of an earlier run >{FILE}\n{script('')}")
    assert (ran.code, "nobody confirmed as done: step 4." in ran.out) == (6, True)
    assert (guarded.cwd / FILE).read_text() == "of an earlier run\n"
    assert DELETE in acted(guarded)


def test_the_saving_is_shown_as_one_would_type_it(guarded: FakeNode) -> None:
    ran = stand(guarded).run(script(""))
    assert f"(umask 077; set -C; kubectl get pod orders-0 -n shop -o yaml >{FILE})" in ran.out


# --- the real kubectl ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize(
    ("uid", "pods", "word"),
    [(UID, ["orders-0"], "would run"), (NEW, ["orders-0"], "is another pod by now"), (UID, [], "already done")],
)
def test_kubectl_itself_tells_which_pod_has_the_name(tmp_path: Path, uid: str, pods: list[str], word: str) -> None:
    items = [
        {"metadata": {"name": name, "namespace": "shop", "uid": UID}, "spec": {"nodeName": "worker-1"}} for name in pods
    ]
    listed = {"kind": "PodList", "apiVersion": "v1", "items": [{"kind": "Pod", "apiVersion": "v1", **i} for i in items]}
    (tmp_path / "pods.json").write_text(json.dumps(listed))
    (tmp_path / "runbook.sh").write_text(script("ReplicaSet", uid=uid), encoding="utf-8")
    with serve(tmp_path) as api:
        environ = {**os.environ, "KUBECONFIG": str(api.write_kubeconfig(tmp_path / "config")), "HOME": str(tmp_path)}
        ran = subprocess.run(
            ["sh", "runbook.sh"], check=False, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60
        )
    assert word in ran.stdout.partition("kubectl delete")[2].partition("kubectl uncordon")[0], ran.stdout + ran.stderr


@pytest.mark.parametrize("options", [(), ("--apply", "--yes")])
def test_another_cluster_is_refused_though_its_nodes_and_pods_have_the_same_names(
    guarded: FakeNode, options: tuple[str, ...]
) -> None:
    stand(guarded).write("boots", "boot-x\n\nboot-y\n")
    ran = guarded.run(script(boots=("boot-1", "boot-2")), *options)
    assert (ran.code, acted(guarded)) == (3, [])
    assert "kubectl talks to another cluster" in ran.err


def test_a_cluster_is_known_by_one_node_that_has_not_restarted(guarded: FakeNode) -> None:
    stand(guarded).write("boots", "boot-9\nboot-2\n")
    assert apply(guarded, script(boots=("boot-1", "boot-2"))).code == 0


def test_a_bundle_that_knows_no_node_of_its_cluster_says_so(guarded: FakeNode) -> None:
    assert "does not say which cluster this is for" in stand(guarded).run(script()).out


def test_the_engine_binds_the_kubectl_steps_to_the_nodes_of_the_cluster() -> None:
    step = recreate([pod_of("StatefulSet", UID)], away_from="worker-1")[0]
    finding = replace(FC, steps=(step,))
    bound = runbooks([finding], {}, "b", ("boot-2", "", "boot-1"))
    assert [(one.host, one.boot_ids) for one in bound] == [(ADMIN, ("boot-1", "boot-2"))]
