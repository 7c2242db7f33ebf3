"""Whose mount point it is: the pod named in its path, or the pods of the volume staged there; and whether they run."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.facts.cluster import PersistentVolumes, Pod, Pods
from analyzer.rules.mounts.occupied import Occupied


@dataclass(frozen=True, slots=True)
class Users:
    """Without `is_known` an empty tuple says nothing."""

    pods: tuple[Pod, ...]
    is_known: bool

    @property
    def runs(self) -> bool:
        return any(pod.phase == "Running" for pod in self.pods)

    @property
    def is_gone(self) -> bool:
        return self.is_known and not self.pods


def users(one: Occupied, node: str, volumes: PersistentVolumes | Unknown, pods: Pods | Unknown) -> Users:
    if isinstance(pods, Unknown):
        return Users((), False)
    if one.pod_uid:
        # the uid is the pod's own; a finished pod uses nothing, and one of that uid is on no other node
        return Users(tuple(pod for pod in pods.items if pod.uid == one.pod_uid and not pod.is_finished), True)
    volume = None if isinstance(volumes, Unknown) else next((v for v in volumes.items if v.name == one.pv), None)
    if volume is None:
        return Users((), False)
    here = (pod for pod in pods.items if pod.node == node and not pod.is_finished)
    own = (pod for pod in here if pod.namespace == volume.claim_namespace and volume.claim_name in pod.claims)
    return Users(tuple(own), True)
