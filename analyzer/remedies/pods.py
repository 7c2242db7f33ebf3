"""Pods: made anew by their workload, so that their volumes are attached and mounted anew; and whether they run.

How      by the kind of the workload.  A ReplicaSet, StatefulSet, DaemonSet or Job makes a deleted pod anew by itself; a
         bare pod nobody makes anew, so its manifest is saved before it is deleted, and applied by hand afterwards.
Safety   each deletion re-reads the pod's uid; a force deletion is never proposed.  A cordon is taken back only when the
         new pods that keep their name have got a node.
Errors   a name that no command is built from, a static pod and an unknown kind of owner become steps by hand.
Source   Kubernetes: pod lifecycle, StatefulSet, `kubectl drain`; static pods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer.facts.cluster import Pod
from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.findings import Affected
from analyzer.remedies import pod_steps as steps
from analyzer.remedies.pod_steps import KnownPod
from analyzer.runbook import Phase, Step
from analyzer.texts import Text


def see_whether_they_run(users: Iterable[Affected]) -> Iterator[Step]:
    """One reading step per pod; a name that no command is built from is left out."""
    for user in users:
        try:
            namespace, name = KubernetesName(user.namespace), KubernetesName(user.pod)
        except UnsafeValueError:
            continue
        yield steps.see(
            f"pod-{namespace}-{name}",
            Text(en="See whether pod {pod} runs", zh="查看 Pod {pod} 是否已运行").fill(pod=f"{namespace}/{name}"),
            ("kubectl", "get", "pod", name, "-n", namespace, "-o", "wide"),
        )


def recreate(pods: Iterable[Pod], *, away_from: str | None = None) -> tuple[Step, ...]:
    """Steps on the admin host that have these pods made anew, on another node than `away_from` if that is told.

    A finished pod needs none.  Leave `away_from` out for a node that was cordoned before: it must stay so.
    """
    anew = [pod for pod in pods if not pod.is_finished]
    made = tuple(step for pod in anew for step in _made_anew(pod))
    deleted = {step.target for step in made if step.phase is Phase.RECREATE and step.guards}
    movable = [one for one in _known(anew) if one.target in deleted and one.pod.owner_kind != "DaemonSet"]
    return (*made, *(_kept_away(movable, away_from) if away_from and movable else ()))


def _made_anew(pod: Pod) -> tuple[Step, ...]:
    if (by_hand := steps.only_by_hand(pod)) is not None:
        return (by_hand,)
    try:
        return tuple(_by_its_kind(KnownPod.of(pod)))
    except UnsafeValueError as unsafe:
        return (steps.unsafe_name(pod, unsafe),)


def _by_its_kind(one: KnownPod) -> Iterator[Step]:
    if one.is_bare:
        yield steps.save(one)
        yield steps.delete(one, steps.BARE)
        yield steps.apply_by_hand(one)
    else:
        yield steps.delete(one, steps.BY_WORKLOAD[one.pod.owner_kind])
    yield steps.see_anew(one, (one.name,) if one.keeps_its_name else steps.selector(one.pod))


def _known(pods: Iterable[Pod]) -> Iterator[KnownPod]:
    for pod in pods:
        try:
            yield KnownPod.of(pod)
        except UnsafeValueError:
            continue  # a step by hand by now


def _kept_away(movable: list[KnownPod], away_from: str) -> tuple[Step, ...]:
    try:
        node = KubernetesName(away_from)
    except UnsafeValueError:
        return ()  # made anew wherever the scheduler likes
    return steps.cordon(node), steps.uncordon(node, tuple(one.is_placed_anew for one in movable if one.keeps_its_name))
