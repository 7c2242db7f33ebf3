"""scenario.toml -> Telling: what happened, and what must come out.

Input    TOML of the form that samples/scenarios/README.md describes.
Output   `Telling`; its parts in the order written.
Errors   ScenarioError, one sentence that names the file and the field: a key that is not known, a value that cannot be.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import msgspec

from analyzer.findings import Certainty
from analyzer.rules import all_rules
from bundle.capture import Status

CLUSTER = "cluster"  # in the place of a node
EVERY = "*"
AND_OTHERS = "..."
TRUNCATED = "truncated"
LOSSES = (*Status, TRUNCATED)


class ScenarioError(Exception):
    """What is wrong with a scenario, and in which file and field."""


class Class(StrEnum):
    """What a scenario proves."""

    CASE_1 = "case 1"
    CASE_2 = "case 2"
    CASE_3 = "case 3"
    CASE_4 = "case 4"
    CASE_5 = "case 5"
    CASE_6 = "case 6"
    CASE_7 = "case 7"
    CASE_8 = "case 8"
    CASE_9 = "case 9"
    BEYOND = "beyond the cases"  # other faults that a rule is there for
    LOOK_ALIKE = "look-alike"  # resembles a case and is another thing, or nothing
    COMBINATION = "combination"  # several faults at once
    HEALTHY = "healthy"
    BLIND = "blind"  # something that decides was not learned


class ExpectedFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`explained_by` is the rule of the finding it is folded under; "" when it stands for itself."""

    rule: str
    nodes: tuple[str, ...]
    subject: str
    certainty: Certainty
    says: tuple[str, ...] = ()
    explained_by: str = ""


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In one answer of the base: `old` is replaced by `new`, wherever it stands."""

    node: str
    answer: str  # "multipath_ll.out", "files/etc/multipath.conf"
    old: str
    new: str


class Telling(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    says: str
    about: Class = msgspec.field(name="class")
    base: str
    driver: str = ""
    kubernetes: str = ""
    verdict: str = ""
    without_cluster: bool = False
    copies: dict[str, str] = {}
    unreachable: tuple[str, ...] = ()
    lost: dict[str, dict[str, str]] = {}
    edit: tuple[Edit, ...] = ()
    finding: tuple[ExpectedFinding, ...] = ()
    inconclusive: dict[str, tuple[str, ...]] = {}
    allowed: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()


def read_telling(path: Path) -> Telling:
    try:
        told = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Telling)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{path}: no TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise ScenarioError(f"{path}: {_in_words(str(error))}") from None
    for problem in _problems(told):
        raise ScenarioError(f"{path}: {problem}")
    return told


def _in_words(error: str) -> str:
    """msgspec ends its sentences with a path from the root, such as `$.finding[0].nodes`."""
    said, _, where = error.partition(" - at ")
    field = re.sub(r"\[(\d+)\]", lambda found: f" {int(found[1]) + 1}", where.strip("`").removeprefix("$").lstrip("."))
    hint = ", as it stands below a [table] that it belongs to" if field.startswith("lost") else ""
    return f"{field or 'top level'}: {said}{hint}"


def _problems(told: Telling) -> Iterator[str]:
    rules = {rule.id for rule in all_rules()}
    if len(told.says.split()) < 4:
        yield "says: tell the truth in a sentence"
    for number, finding in enumerate(told.finding, 1):
        for rule in filter(None, (finding.rule, finding.explained_by)):
            if rule not in rules:
                yield f"finding {number}: there is no rule {rule!r}"
    for node, named in told.inconclusive.items():
        for rule in named:
            if rule not in rules | {AND_OTHERS}:
                yield f"inconclusive.{node}: there is no rule {rule!r}"
    for node, losses in told.lost.items():
        for what, how in losses.items():
            if how.partition(": ")[0] not in LOSSES:
                yield f"lost.{node}.{what}: {how!r} is none of {', '.join(LOSSES)}"
    if told.without_cluster and CLUSTER in told.lost:
        yield "lost.cluster: there is no cluster to lose from (without_cluster)"
