"""What became of a command, for a program that called it: the object that `--json` prints.

Input    what the command knows at its end.
Output   a dictionary of JSON's own types, `"schema": 1`; keys may be added, and none is ever renamed or taken away.
Source   docs/collecting.md, "For a program".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bundle.capture import Status
from collector.results import NodeResult
from collector.signed_runbook import NotSigned, Signed
from collector.verifying import Verdict

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Written:
    """The bundle's file; `size` in bytes, `sha256` of the file as it lies there; `map` of hidden names."""

    bundle: str
    size: int
    sha256: str
    encrypted: bool
    map: str | None = None


def of_bundle(
    written: Written,
    results: Sequence[NodeResult],
    *,
    whole: bool,
    not_asked: Sequence[str] = (),
    cluster: Mapping[str, Status] | None = None,
) -> dict[str, object]:
    """Of `collect` and `join`; `cluster` is the status of every kind, None where no cluster was asked."""
    return {
        "schema": SCHEMA,
        **asdict(written),
        "whole": whole,
        "nodes": [_node(result) for result in sorted(results, key=lambda result: result.node)],
        "not_asked": sorted(not_asked),
        "cluster": None if cluster is None else {kind: str(status) for kind, status in sorted(cluster.items())},
        "exit_code": 0 if whole else 1,
    }


def of_verdict(file: str, verdict: Verdict, *, encrypted: bool) -> dict[str, object]:
    """Of `verify`, for a bundle."""
    return {
        "schema": SCHEMA,
        "bundle": file,
        "encrypted": encrypted,
        "name": verdict.name,
        "format": verdict.format,
        "started": verdict.started,
        "nodes": verdict.nodes,
        "targets": verdict.targets,
        "has_cluster": verdict.has_cluster,
        "unanswered": list(verdict.unanswered),
        "problems": list(verdict.problems),
        "secrets": list(verdict.secrets),
        "removed": None if verdict.removed is None else {path: dict(kinds) for path, kinds in verdict.removed.items()},
        "sound": verdict.sound,
        "exit_code": 0 if verdict.sound else 1,
    }


def of_script(file: str, found: Signed | NotSigned) -> dict[str, object]:
    """Of `verify`, for a runbook script."""
    sound = isinstance(found, Signed)
    told = asdict(found)
    return {"schema": SCHEMA, "script": file, **told, "sound": sound, "exit_code": 0 if sound else 1}


def of_error(sentence: str) -> dict[str, object]:
    return {"schema": SCHEMA, "error": sentence, "exit_code": 2}


def _node(result: NodeResult) -> dict[str, object]:
    """`answers` of the `of` probes are knowledge."""
    return {
        "node": result.node,
        "outcome": str(result.outcome),
        "via": result.via,
        "seconds": result.seconds,
        "answers": result.known,
        "of": result.asked,
        "reason": result.reason,
    }
