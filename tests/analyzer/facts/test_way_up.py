"""That the way to the array worked when a disk was silent: shown, never assumed."""

import pytest

from analyzer.facts.block import LiveIdentity
from analyzer.facts.host import Clock
from analyzer.facts.logs import LogReach, SignalHit, Signals
from analyzer.facts.storage import Disk, DiskState
from analyzer.facts.way_up import WayUp
from tests.analyzer import dead_storage as given

CLOCK = Clock("2026-07-03T10:15:01+0000", 0, 9000.0, given.span("clock"))
GONE = given.dead_disk("sdb", "2:0:0:2")
ANSWER = LiveIdentity("sdc", given.WWID, 0, given.span("scsi_id"))
READY = given.failed_path("sdc", "2:0:0:1")


def log(*hits: SignalHit, first: str = "1.0") -> Signals:
    return Signals(hits, ("kernel_log",), (LogReach("kernel_log", "kernel_log", first, "8999.0"),))


def outage(last: str, connection: str = "connection11:0") -> SignalHit:
    return SignalHit("kernel-conn-error", (("connection", connection),), 1, last, last, (given.span("kernel_log"),))


def neighbour(hctl: str = "2:0:0:1", **changes: object) -> Disk:
    session = "session11" if hctl.startswith("2") else "session12"
    works = {"state": DiskState.ALIVE, "kernel_state": "A", "live": ANSWER}
    ready = given.ready_path("sdc", hctl)
    device = given.block("sdc", hctl=hctl, session=session)
    return given.dead_disk("sdc", hctl, **{"device": device, "path": ready, **works, **changes})


def test_another_lun_that_answers_on_the_same_session_shows_it():
    assert WayUp((GONE, neighbour()), None, None).for_disk(GONE) == (ANSWER.span,)


@pytest.mark.parametrize(
    "other",
    [neighbour("3:0:0:1"), neighbour(kernel_state="F"), neighbour(path=READY), neighbour(state=DiskState.UNKNOWN)],
)
def test_one_on_another_session_or_that_does_not_work_shows_nothing(other: Disk):
    assert WayUp((GONE, other), None, None).for_disk(GONE) == ()


def test_a_kernel_log_without_an_outage_of_the_session_shows_it():
    assert WayUp((GONE,), log(outage("8990.0", "connection12:0"), outage("5000.0")), CLOCK).for_disk(GONE)


@pytest.mark.parametrize("signals", [log(outage("8990.0")), log(outage("Nov 22 15:04:10")), log(first="8990.0"), None])
def test_an_outage_shortly_before_or_a_log_that_does_not_reach_back_shows_nothing(signals: Signals | None):
    assert WayUp((GONE,), signals, CLOCK).for_disk(GONE) == ()


def test_a_quiet_log_proves_nothing_of_fibre_channel():
    fibre = given.dead_disk("sdb", "4:0:0:2", device=given.block("sdb", hctl="4:0:0:2", session=None))
    assert WayUp((fibre,), log(), CLOCK).for_disk(fibre) == ()
