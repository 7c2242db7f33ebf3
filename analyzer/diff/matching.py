"""Which finding of a second verdict speaks of the same matter as which of a first.

Input    the findings of both, ranked, and the nodes on which the kernel's names may have changed in between.
Output   every finding in one `Match`, or in several where one has taken the place of more; in the order of the first.
What is the same, the surest first:
1. rule and subject are the same, and a node is: five nodes before and two now are one matter;
2. rule and subject are the same, and the subject is one thing of the whole cluster: it moved to another node;
3. the rule and a node are the same, and a subject names nothing that lasts: `node:…` only repeats the node, the
   driver's version changes, a disk's name is given to another disk by a restart;
4. another rule speaks of the same device on the same node: what is left of it, or what has become of it;
5. a fallback rule fell silent since another rule's finding now concerns its volume.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from analyzer.findings import Finding
from analyzer.judging import volumes_of

# kinds of subject
OF_THE_CLUSTER = frozenset(("pv", "volume", "claim", "pod", "backend", "csidriver", "workload", "lease", "hostname"))
NAMING_NOTHING = (frozenset(("node",)), frozenset(("node", "workload")), frozenset(("driver",)))  # of one another
NAMED_BY_KERNEL = frozenset(("disk",))
UNNAMED = frozenset(("", "?", "unknown"))

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The findings of one matter: none before if it is new, none after if it is gone."""

    before: tuple[Finding, ...]
    after: tuple[Finding, ...]


def match(
    before: Sequence[Finding], after: Sequence[Finding], renamed: Collection[str], fallbacks: Collection[str]
) -> tuple[Match, ...]:
    """`renamed` are the nodes where a disk may have another name now; `fallbacks` the ids of fallback rules."""
    matches = _by_identity(before, after)
    matches = _joined(matches, _in_the_cluster, _always)
    matches = _joined(matches, _rule_on_node, lambda old, new: _is_vague(old, new, renamed))
    matches = _joined(matches, _device_on_node, _always)
    return _told_otherwise(matches, after, fallbacks)


def device_of(subject: str) -> str:
    """The WWN that a subject names, however it is spelled; "" if it names none."""
    kind, _, name = subject.partition(":")
    if kind == "wwn":
        return name.lower()
    return name.lower().removeprefix("3") if kind == "wwid" else ""  # 3 is the type of an NAA identity, scsi_id(8)


def _by_identity(before: Sequence[Finding], after: Sequence[Finding]) -> list[Match]:
    """Findings of one rule and subject hang together through the nodes that they share."""
    group_at: dict[Key, list[tuple[bool, Finding]]] = {}
    groups: dict[int, list[tuple[bool, Finding]]] = {}
    for entry in (*((True, one) for one in before), *((False, one) for one in after)):
        finding = entry[1]
        keys = [(finding.rule, finding.subject, node) for node in finding.nodes or ("",)]
        met = {id(group): group for key in keys if (group := group_at.get(key)) is not None}
        first, *others = met.values() or ([],)
        first += [entry, *(one for group in others for one in group)]
        groups[id(first)] = first
        for group in others:
            del groups[id(group)]
        group_at |= {(one.rule, one.subject, node): first for _, one in first for node in one.nodes or ("",)}
    return [
        Match(tuple(one for old, one in group if old), tuple(one for old, one in group if not old))
        for group in groups.values()
    ]


def _joined(
    matches: Sequence[Match],
    keys: Callable[[Finding], Iterable[Key]],
    may: Callable[[Finding, Finding], bool],
) -> list[Match]:
    """What is gone and what is new become one where they share a key; each is taken once."""
    gone: dict[Key, list[Match]] = {}
    for one in matches:
        if not one.after:
            for key in dict.fromkeys(key for finding in one.before for key in keys(finding)):
                gone.setdefault(key, []).append(one)
    successor: dict[int, Match] = {}
    taken: set[int] = set()
    for new in matches:
        if new.before:
            continue
        candidates = (old for finding in new.after for key in keys(finding) for old in gone.get(key, ()))
        old = next((o for o in candidates if id(o) not in successor and may(o.before[0], new.after[0])), None)
        if old is not None:
            successor[id(old)] = Match(old.before, new.after)
            taken.add(id(new))
    return [successor.get(id(one), one) for one in matches if id(one) not in taken]


def _always(old: Finding, new: Finding) -> bool:
    return True


def _in_the_cluster(finding: Finding) -> Iterable[Key]:
    is_one_thing = finding.subject.partition(":")[0] in OF_THE_CLUSTER or not finding.nodes
    return [(finding.rule, finding.subject)] if is_one_thing else []


def _rule_on_node(finding: Finding) -> Iterable[Key]:
    return [(finding.rule, node) for node in finding.nodes or ("",)]


def _device_on_node(finding: Finding) -> Iterable[Key]:
    device = device_of(finding.subject)
    return [(device, node) for node in finding.nodes] if device else []


def _is_vague(old: Finding, new: Finding, renamed: Collection[str]) -> bool:
    """Whether a subject does not tell one thing from another here."""
    kinds = {one.subject.partition(":")[0] for one in (old, new)}
    names = {one.subject.partition(":")[2] for one in (old, new)}
    if kinds in NAMING_NOTHING or names & UNNAMED:
        return True
    if kinds <= NAMED_BY_KERNEL:
        return bool({*old.nodes} & {*new.nodes} & {*renamed})
    return bool(kinds & NAMED_BY_KERNEL)


def _told_otherwise(
    matches: Sequence[Match], after: Sequence[Finding], fallbacks: Collection[str]
) -> tuple[Match, ...]:
    """A fallback is silent as soon as another finding concerns its volume: that one then stands for both."""
    concerning: dict[str, Finding] = {}
    for finding in after:
        for volume in sorted(volumes_of(finding)):
            concerning.setdefault(volume, finding)
    told: dict[int, Match] = {}
    for one in matches:
        if not one.after and one.before[0].rule in fallbacks:
            volumes = sorted(volume for finding in one.before for volume in volumes_of(finding))
            cause = next((concerning[volume] for volume in volumes if volume in concerning), None)
            told[id(one)] = Match(one.before, (cause,)) if cause else one
    standing = {finding.id for one in told.values() for finding in one.after}
    return tuple(
        told.get(id(one), one) for one in matches if one.before or not {found.id for found in one.after} <= standing
    )
