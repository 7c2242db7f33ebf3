"""Who suffers from a volume that does not work: its pods, their claims, and the volume itself.

Input    the cluster's bindings, which may be unknown, and names of PVs.  Output  `Affected`, sorted, each once.
Nothing is said while the cluster is unknown: an empty answer then means "not known", as the report tells beside it.
"""

from __future__ import annotations

from collections.abc import Collection

from analyzer.facts import Unknown
from analyzer.facts.bindings import Bindings
from analyzer.findings import Affected


def users_of_volumes(bindings: Bindings | Unknown, pvs: Collection[str]) -> tuple[Affected, ...]:
    if isinstance(bindings, Unknown):
        return ()
    users = {Affected(claim.namespace, claim.pod, claim.pvc, claim.pv) for claim in bindings.claims if claim.pv in pvs}
    return tuple(sorted(users))
