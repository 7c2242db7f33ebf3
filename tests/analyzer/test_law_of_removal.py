"""The law of removal, held against random nodes whose truth is known (see `random_nodes`).

`make test` runs a few hundred.  The long run, with its counts:
`LAW_EXAMPLES=10000 python -m pytest -rP tests/analyzer/test_law_of_removal.py`
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings

from analyzer.findings import Finding
from analyzer.runbook import Effect, Runbook, Step
from analyzer.runbook import Phase as StepPhase
from tests.analyzer.random_nodes.bends import BENDS, FORGED, HOSTILE, HOSTILE_BENDS, HOSTILE_DISKS, HOSTILE_HOSTS
from tests.analyzer.random_nodes.blueprint import Blueprint, blueprints
from tests.analyzer.random_nodes.combined import COMBINED, smallest
from tests.analyzer.random_nodes.judging import judge
from tests.analyzer.random_nodes.snapshot import KINDS, TELLERS, Loss, cluster_snapshot, node_snapshot
from tests.analyzer.random_nodes.truth import Lun, Node
from tests.analyzer.random_nodes.witnesses import missing

EXAMPLES = int(os.environ.get("LAW_EXAMPLES", "100"))
law = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
SHAPES = (0, 3, 7, 11)  # seeds of a residual disk, a map, a queueing map, and two disks without a map
PROBES = (*TELLERS, *KINDS)
fewer = settings(law, max_examples=EXAMPLES // 2)

# what a word of a command may be made of; a name that means a kernel device to the multipath tools is none
WORD = re.compile(r"[A-Za-z0-9_/][A-Za-z0-9_.:/@+=-]*|-[a-z-]+|--[a-z-]+", re.ASCII)
MAP_NAME = re.compile(r"(?!dm-[0-9])(?![0-9]+:[0-9])[A-Za-z0-9_][A-Za-z0-9_.:+@-]{0,126}", re.ASCII)
DELETE = re.compile(r"/sys/block/sd[a-z]{1,4}/device/delete", re.ASCII)
UNSAFE = [name for name in (*HOSTILE, *HOSTILE_DISKS, *HOSTILE_HOSTS, *FORGED) if not WORD.fullmatch(name)]
HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?", re.ASCII)
BOOT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
UUID = re.compile(r"mpath-3(?:[0-9a-f]{16}|[0-9a-f]{32})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Judged:
    node: Node
    findings: Sequence[Finding]
    runbooks: Sequence[Runbook]

    @property
    def steps(self) -> list[Step]:
        """All that are offered, and those of a finding that no runbook holds as they are."""
        offered = [step for book in self.runbooks for step in book.steps]
        return offered + [step for finding in self.findings for step in finding.steps if step not in offered]


def judged(blueprint: Blueprint) -> Judged:
    node, losses = blueprint.build(), dict(blueprint.losses)
    return Judged(node, *judge(node_snapshot(node, losses), cluster_snapshot(node, losses)))


def is_final(step: Step) -> bool:
    """Destroys, or ends the waiting of what may still be wanted."""
    return step.effect is Effect.DESTROYS or step.phase is StepPhase.STOP_QUEUEING


def names_of(lun: Lun) -> set[str]:
    names = {lun.wwid, f"mpath-{lun.wwid}", *(name for path in lun.paths for name in (path.disk, path.hctl))}
    return names | ({lun.map.name, lun.map.dm} if lun.map else set())


def named_by(node: Node, step: Step) -> list[Lun]:
    """The LUNs whose names stand in the command or its guards, whatever the step says that it is about."""
    return [lun for lun in node.luns if names_of(lun) & words_of(step)]


def words_of(step: Step) -> set[str]:
    argv = step.command.argv if step.command else ()
    words = {word for word in argv if not word.startswith("-")} | {word for guard in step.guards for word in guard.call}
    return words | {part for word in words for part in re.split("[/=]", word)}


def violations(blueprint: Blueprint, node: Node, steps: Sequence[Step]) -> list[str]:
    found = []
    for step in filter(is_final, steps):
        luns = named_by(node, step)
        if not luns:
            found.append(f"{step.id} names nothing that is on the node")
        for lun in luns:
            found += _against(node, lun, step, blueprint)
    return found


def _against(node: Node, lun: Lun, step: Step, blueprint: Blueprint) -> Iterator[str]:
    if lun not in node.residuals():
        yield f"{step.id} is about a LUN that may not be destroyed: {lun}"
    elif not_given := missing(node, lun, dict(blueprint.losses), words_of(step) if lun.map is None else None):
        yield f"{step.id} though it was not learned: {', '.join(sorted(not_given))}"


def test_no_step_destroys_what_is_alive_used_wanted_or_unknown():
    counts: Counter[str] = Counter()

    @law
    @given(blueprints())
    def holds(blueprint: Blueprint) -> None:
        told = judged(blueprint)
        node, steps = told.node, told.steps
        final = [step for step in steps if is_final(step)]
        counts.update(examples=1, destroying=bool(final), steps=len(final), residuals=len(node.residuals()))
        event("destroys" if final else "destroys nothing")
        assert violations(blueprint, node, steps) == []
        assert [step for step in steps if not is_well_formed(step)] == []

    holds()
    print(dict(counts))
    assert counts["destroying"] > counts["examples"] / 5


LOST = [(probe, tuple(Loss)[number % len(Loss)]) for number, probe in enumerate(PROBES)]
SINGLE = [
    *(Blueprint(seed, (True, False), ((bend, 0),)) for bend in BENDS for seed in SHAPES),
    *(Blueprint(seed, (True, False), (), (lost,)) for lost in LOST for seed in SHAPES),
]


def test_one_thing_that_is_otherwise_or_unknown_is_enough():
    """Each bend and each lost probe alone, on maps and on disks."""
    for blueprint in SINGLE:
        told = judged(blueprint)
        assert violations(blueprint, told.node, told.steps) == [], blueprint


def is_provable(node: Node, lun: Lun) -> bool:
    """Nothing stands in the way of proving what is so: all was asked, in time, and every name can reach a command."""
    doubts = any(other.wanted.here for other in node.luns if not _is_named(other))
    safe = MAP_NAME.fullmatch(lun.map.name) if lun.map else True
    plain_host = WORD.fullmatch(node.hostname) and not node.hostname.startswith("-")
    seen = bool(lun.paths) and not any(path.late for path in lun.paths)
    settled = seen and not doubts and not (lun.map and lun.map.suspended)
    known = lun.wanted.is_csi and (_is_named(lun) or lun.wanted.staged)
    return bool(settled and known and safe and plain_host and not missing(node, lun, {}))


def _is_named(lun: Lun) -> bool:
    """Some object tells the WWN."""
    attached = lun.wanted.attached.value != "nowhere" and lun.wanted.publish_info
    return attached or (lun.wanted.pv_listed and lun.wanted.pv_names_wwn)


def removed_by(lun: Lun, steps: Sequence[Step]) -> bool:
    """All of it: the queueing is stopped, the map flushed, each disk deleted."""
    done = {step.command.argv for step in steps if step.command and is_final(step)}
    wanted = {("tee", f"/sys/block/{path.disk}/device/delete") for path in lun.paths}
    if lun.map is not None:
        wanted.add(("multipath", "-f", lun.map.name))
    stopped = {("multipathd", "disablequeueing", "map", lun.map.name)} if lun.map else set()
    stopped.add(("dmsetup", "message", "-u", f"mpath-{lun.wwid}", "0", "fail_if_no_path"))
    return wanted <= done and bool(stopped & done or not (lun.map and lun.map.queues))


def test_every_residual_of_the_driver_is_removed_where_all_is_known():
    counts: Counter[str] = Counter()

    @fewer
    @given(blueprints(whole=True))
    def holds(blueprint: Blueprint) -> None:
        told = judged(blueprint)
        node, steps = told.node, told.steps
        provable = [lun for lun in node.residuals() if is_provable(node, lun)]
        counts.update(examples=1, provable=len(provable))
        assert [lun for lun in provable if not removed_by(lun, steps)] == []

    holds()
    print(dict(counts))
    assert counts["provable"] > counts["examples"] / 2


def is_well_formed(step: Step) -> bool:
    if step.command is None:
        return True
    argv = step.command.argv
    match argv:
        case ("multipath", "-f", name) | ("multipathd", "disablequeueing", "map", name):
            return bool(MAP_NAME.fullmatch(name))
        case ("tee", path) if step.effect is Effect.DESTROYS:
            return bool(DELETE.fullmatch(path)) and step.command.stdin == "1"
        case ("dmsetup", "message", "-u", uuid, "0", "fail_if_no_path"):
            return bool(UUID.fullmatch(uuid))
    # other steps have words of their own, in which nothing hostile may stand
    calls = [word for guard in step.guards for word in guard.call]
    told = any(name in word for name in UNSAFE for word in (*argv, step.command.stdin or ""))
    return not is_final(step) and not told and all(map(WORD.fullmatch, calls))


@fewer
@given(blueprints(only=HOSTILE_BENDS))
def test_hostile_names_reach_no_command(blueprint: Blueprint):
    told = judged(blueprint)
    assert [step for step in told.steps if not is_well_formed(step)] == []
    assert [book for book in told.runbooks if any(map(is_final, book.steps)) and not is_bound(book)] == []


def test_hostile_names_reach_no_command_that_is_advised_in_words():
    for blueprint in smallest("hidden", "hostile kernel name"):
        findings = judged(blueprint).findings
        assert [text for finding in findings for text in commands_told(finding) if not _is_plain(text)] == []


def is_bound(book: Runbook) -> bool:
    return bool(HOST.fullmatch(book.hostname) and BOOT_ID.fullmatch(book.boot_id))


def commands_told(finding: Finding) -> list[str]:
    """Commands that the text advises the reader to run."""
    return re.findall(r"To settle it, run: (.*)", finding.cause.en)


def _is_plain(command: str) -> bool:
    return all(WORD.fullmatch(word) for word in command.split(" "))


@pytest.mark.parametrize("bends", COMBINED.values(), ids=COMBINED)
def test_things_that_hide_only_together_are_seen(bends: tuple[str, ...]):
    for blueprint in smallest(*bends):
        told = judged(blueprint)
        assert violations(blueprint, told.node, told.steps) == []
