"""rpc.statd: mount says that it does not run, and systemd says why."""

from analyzer.facts.services import Service, Services
from analyzer.findings import Certainty, Inconclusive
from analyzer.rules.nfs.nfs_statd_not_running import nfs_statd_not_running as rule
from tests.analyzer.rules.nfs_mounts import SPAN, UNKNOWN, commands, facts_of_node, found, judged, logged

WORDS = "mount.nfs: rpc.statd is not running but is required for remote locking."


def services(state: str, load: str = "loaded") -> Services:
    units = ("rpc-statd.service", "rpcbind.service")
    return Services(tuple(Service(unit, load, state, "dead", "static", SPAN) for unit in units))


def node(**different: object) -> dict[type, object]:
    return facts_of_node(**{"Signals": logged("exit status 32", WORDS), **different})


def test_the_words_and_a_unit_that_does_not_run_are_confirmed():
    finding = found(rule, node(Services=services("inactive")))
    assert (finding.certainty, finding.subject) == (Certainty.CONFIRMED, "unit:rpc-statd.service")


def test_a_masked_unit_is_told_as_masked():
    assert "masked" in found(rule, node(Services=services("inactive", "masked"))).cause.en


def test_the_words_alone_are_likely():
    assert found(rule, node()).certainty is Certainty.LIKELY


def test_a_unit_that_runs_by_now_makes_it_possible_only():
    finding = found(rule, node(Services=services("active")))
    assert finding.certainty is Certainty.POSSIBLE
    assert "Both run by now" in finding.cause.en


def test_a_unit_that_does_not_run_is_no_problem_by_itself():
    assert judged(rule, facts_of_node(Services=services("inactive"))) == []


def test_rpcbind_is_started_before_statd():
    assert commands(found(rule, node()))[:2] == ["systemctl start rpcbind.service", "systemctl start rpc-statd.service"]


def test_without_logs_and_events_it_says_that_it_cannot_know():
    (gap,) = judged(rule, node(Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)
