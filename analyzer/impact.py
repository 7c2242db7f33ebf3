"""Who suffers from a volume that does not work: its pods, their claims, and the volume itself.

Input    the cluster's bindings, which may be unknown, and names of PVs or WWIDs.
Output   `Affected`, sorted, each once.
Nothing is said while the cluster is unknown: an empty answer then means "not known", as the report tells beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings, Claim
from analyzer.facts.cluster import Pods
from analyzer.findings import Affected


def users_of_volumes(bindings: Bindings | Unknown, pvs: Collection[str]) -> tuple[Affected, ...]:
    return _users(bindings, lambda claim: claim.pv in pvs)


def users_held_up(
    bindings: Bindings | Unknown, pods: Pods | Unknown, pvs: Collection[str], nodes: Collection[str]
) -> tuple[Affected, ...]:
    """Of volumes that fail on these nodes: pods that run on another node have what they need, and are left out."""
    items = () if isinstance(pods, Unknown) else pods.items
    fine = {(pod.namespace, pod.name) for pod in items if pod.phase == "Running" and pod.node not in ("", *nodes)}
    return tuple(one for one in users_of_volumes(bindings, pvs) if (one.namespace, one.pod) not in fine)


def users_of_luns(bindings: Bindings | Unknown, wwids: Iterable[str]) -> tuple[Affected, ...]:
    wwns = {wwid.removeprefix("3") for wwid in wwids}
    return _users(bindings, lambda claim: claim.wwn in wwns)


def _users(bindings: Bindings | Unknown, concerned: Callable[[Claim], bool]) -> tuple[Affected, ...]:
    if isinstance(bindings, Unknown):
        return ()
    users = {Affected(one.namespace, one.pod, one.pvc, one.pv) for one in bindings.claims if concerned(one)}
    return tuple(sorted(users))
