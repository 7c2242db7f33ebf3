"""Rules: one a file, named after the problem.  The types of a rule's parameters are its needs.

A parameter of type `Fact` must be known, or the rule is not called and the report says what is missing; one of type
`Fact | Unknown` may be unknown, and the rule deals with it.  A parameter of type `Across[Fact]`, for rules that see the
whole cluster, has the fact of every node.  A rule yields findings; if it yields none, it is cleared on that node.  It
may also yield `Inconclusive` where only looking closer shows that it cannot know.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.findings import Finding, Inconclusive, Severity
from analyzer.texts import Text

Judge = Callable[..., Iterator[Finding | Inconclusive]]


class Scope(StrEnum):
    NODE = "node"  # called once a node; its first parameter is the node's name
    CLUSTER = "cluster"  # called once


@dataclass(frozen=True, slots=True)
class Need:
    parameter: str
    fact: type
    optional: bool
    across: bool = False  # of every node


class Through(StrEnum):
    """What a cause must have in common with its symptom."""

    NODE = "node"  # a node
    SUBJECT = "subject"  # a node and the subject
    VOLUME = "volume"  # a PV, or a claim without one, on whatever node
    CLUSTER = "cluster"  # nothing: it is felt everywhere


@dataclass(frozen=True, slots=True)
class Cause:
    """Another rule whose finding explains this rule's, which is then told as its symptom.

    `says` replaces the cause that the symptom gave for itself: it listed what else it may have been.
    """

    rule: str
    through: Through = Through.NODE
    says: Text | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """`document` is its module's docstring; the same in Chinese lies beside the module as `<module>.zh.txt`.

    A fallback is told only of volumes that no other finding concerns.
    """

    id: str
    module: str
    scope: Scope
    severity: Severity
    title: Text
    needs: tuple[Need, ...]
    judge: Judge
    document: str
    explained_by: tuple[Cause, ...] = ()
    is_fallback: bool = False

    @property
    def family(self) -> str:
        """The folder the rule lies in."""
        return self.module.split(".")[-2]


def node_rule(
    rule_id: str, severity: Severity, title: Text, *, explained_by: tuple[Cause, ...] = ()
) -> Callable[[Judge], Rule]:
    """Make a rule that sees one node's facts, and the cluster's: `def rule(node: str, fact: Fact, …)`."""
    return lambda judge: _rule(rule_id, Scope.NODE, severity, title, judge, explained_by)


def cluster_rule(
    rule_id: str, severity: Severity, title: Text, *, explained_by: tuple[Cause, ...] = (), is_fallback: bool = False
) -> Callable[[Judge], Rule]:
    """Make a rule that sees the cluster's facts, and nodes side by side: `def rule(fact: Fact, all: Across[Fact])`."""
    return lambda judge: replace(
        _rule(rule_id, Scope.CLUSTER, severity, title, judge, explained_by), is_fallback=is_fallback
    )


def _rule(
    rule_id: str, scope: Scope, severity: Severity, title: Text, judge: Judge, explained_by: tuple[Cause, ...]
) -> Rule:
    module = inspect.getmodule(judge)
    hints = typing.get_type_hints(judge)
    names = list(inspect.signature(judge).parameters)[scope is Scope.NODE :]
    return Rule(
        id=rule_id,
        module=judge.__module__,
        scope=scope,
        severity=severity,
        title=title,
        needs=tuple(_need(name, hints[name]) for name in names),
        judge=judge,
        document=inspect.cleandoc(module.__doc__ or "") if module else "",
        explained_by=explained_by,
    )


def _need(name: str, hint: object) -> Need:
    if typing.get_origin(hint) is Across:
        (fact,) = typing.get_args(hint)
        return Need(name, fact, optional=True, across=True)
    if isinstance(hint, type):
        return Need(name, hint, optional=False)
    if isinstance(hint, types.UnionType) and Unknown in (kinds := typing.get_args(hint)) and len(kinds) == 2:
        return Need(name, next(kind for kind in kinds if kind is not Unknown), optional=True)
    raise TypeError(f"parameter {name}: {hint!r} is no fact, `Fact | Unknown` or `Across[Fact]`")


@cache
def all_rules() -> tuple[Rule, ...]:
    """The `RULE`s of this package: every module-level `Rule`, by id."""
    found: dict[str, Rule] = {}
    for info in pkgutil.walk_packages(__path__, prefix=f"{__name__}."):
        for value in vars(importlib.import_module(info.name)).values():
            if isinstance(value, Rule):
                found[value.id] = value
    return tuple(found[rule_id] for rule_id in sorted(found))


@cache
def rule_titles() -> Mapping[str, Text]:
    """By id."""
    return {rule.id: rule.title for rule in all_rules()}
