"""The runbook that removes the dead map of `FakeNode`."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.facts.identifiers import DiskName, Hctl, MapName, Wwid
from analyzer.guards import (
    DiskIsDead,
    DiskIsFree,
    Guard,
    MapDoesNotQueue,
    MapIsDead,
    MapIsFree,
    MapIsNamed,
    PathIdentity,
)
from analyzer.runbook import Command, Effect, Phase, Runbook, Step, ordered
from analyzer.texts import Text
from tests.analyzer.report.fake_node import BOOT_ID, DEAD, HOSTNAME

WWID = Wwid(DEAD)
PATHS = (PathIdentity(DiskName("sdb"), Hctl("2:0:0:2"), WWID), PathIdentity(DiskName("sde"), Hctl("3:0:0:2"), WWID))
STOP = Text(en="Stop here and collect again.", zh="请停止并重新采集。")
IS_DEAD, IS_NAMED, IS_FREE = MapIsDead(WWID, PATHS), MapIsNamed(WWID, MapName("mpathb")), MapIsFree(WWID)
DOES_NOT_QUEUE = MapDoesNotQueue(WWID)


def said(sentence: str) -> Text:
    return Text(en=sentence, zh=sentence)


def step(
    phase: Phase,
    effect: Effect,
    command: Command | None,
    *guards: Guard,
    does: str = "do it",
    target: str = "it",
) -> Step:
    return Step(HOSTNAME, phase, target, effect, said(does), command, said("nothing is printed"), STOP, guards)


def stop_queueing(dead: MapIsDead = IS_DEAD) -> Step:
    message = Command(("dmsetup", "message", "-u", f"mpath-{WWID}", "0", "fail_if_no_path"))
    return step(Phase.STOP_QUEUEING, Effect.CHANGES, message, dead)


def flushing(command: Command, *guards: Guard) -> Step:
    return step(Phase.FLUSH_MAP, Effect.DESTROYS, command, *guards)


def flush() -> Step:
    return flushing(Command(("multipath", "-f", "mpathb")), IS_DEAD, IS_NAMED, DOES_NOT_QUEUE, IS_FREE)


def delete(path: PathIdentity) -> Step:
    command = Command(("tee", f"/sys/block/{path.device}/device/delete"), stdin="1")
    guards = (DiskIsDead(path), DiskIsFree(path.device))
    return step(Phase.DELETE_PATH, Effect.DESTROYS, command, *guards, target=path.device)


def confirm() -> Step:
    return step(Phase.CONFIRM, Effect.READS, Command(("ls", "/sys/block/")))


def by_hand() -> Step:
    return step(Phase.CHECK, Effect.CHANGES, None, does="Stop the pod shop/db-0")


def change() -> Step:
    return step(Phase.CONFIGURE, Effect.CHANGES, Command(("tee", "made"), stdin="1"))


def removal() -> Iterator[Step]:
    yield from (confirm(), *(delete(path) for path in PATHS), flush(), stop_queueing())


def runbook(*steps: Step, hostname: str = HOSTNAME, boot_id: str = BOOT_ID) -> Runbook:
    return Runbook(HOSTNAME, hostname, boot_id, "csi-bundle-20260703-101501", ordered(steps or removal()))
