"""Steps on the admin host that look at one object of the cluster."""

from __future__ import annotations

from typing import Literal

from analyzer.facts.identifiers import KubernetesName, UnsafeValueError
from analyzer.runbook import ADMIN, Command, Effect, Phase, Step
from analyzer.texts import Text

Kind = Literal["claim", "pod"]
_RESOURCES: dict[Kind, str] = {"claim": "pvc", "pod": "pod"}


def look_at(
    verb: Literal["describe", "get"],
    kind: Kind,
    namespace: str,
    name: str,
    does: Text,
    expect: Text,
    if_fails: Text,
    phase: Phase = Phase.CHECK,
) -> tuple[Step, ...]:
    """No step for a name that no command is built from."""
    try:
        known, where = KubernetesName(name), KubernetesName(namespace)
    except UnsafeValueError:
        return ()
    return (
        Step(
            host=ADMIN,
            phase=phase,
            target=f"{kind}-{where}-{known}",
            effect=Effect.READS,
            does=does,
            command=Command(("kubectl", verb, _RESOURCES[kind], known, "-n", where)),
            expect=expect,
            if_fails=if_fails,
        ),
    )
