"""rpc.statd: mount says that it does not run, and systemd says why."""

from analyzer.facts.services import Service, Services
from analyzer.findings import Certainty, Inconclusive
from analyzer.rules.nfs.nfs_statd_not_running import nfs_statd_not_running as rule
from analyzer.runbook import ADMIN
from tests.analyzer.rules.nfs_mounts import (
    SPAN,
    UNKNOWN,
    backend,
    commands,
    facts_of_node,
    found,
    judged,
    logged,
    timed,
)

WORDS = "mount.nfs: rpc.statd is not running but is required for remote locking."


def services(state: str, load: str = "loaded") -> Services:
    units = ("rpc-statd.service", "rpcbind.service", "rpcbind.socket")
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
    started = [line for line in commands(found(rule, node())) if line.startswith("systemctl start")]
    assert started == ["systemctl start rpcbind.service", "systemctl start rpc-statd.service"]


def test_masked_units_are_unmasked_by_a_human_and_never_started_before():
    finding = found(rule, node(Services=services("inactive", "masked")))
    assert not [line for line in commands(finding) if line.startswith("systemctl start")]
    (by_hand,) = [step.does.en for step in finding.steps if step.target == "unmask-statd"]
    assert "`systemctl unmask rpcbind.socket rpcbind.service rpc-statd.service`" in by_hand


def test_nfs_v4_which_needs_neither_is_offered_where_the_array_has_it():
    first = found(rule, node(Services=services("inactive"))).steps[0]
    assert (first.host, first.command) == (ADMIN, None)
    assert "nfsvers=4.2" in first.does.en


def test_nfs_v4_is_not_offered_where_the_array_refuses_it():
    refused = (32, 0.1, "mount.nfs: Protocol not supported")
    facts = node(NfsMountTests=timed(v3=0.1, v40=refused, v41=refused, v42=refused), StorageBackends=backend())
    assert {step.host for step in found(rule, facts).steps} == {"n1"}


def test_without_logs_and_events_it_says_that_it_cannot_know():
    (gap,) = judged(rule, node(Signals=UNKNOWN, Events=UNKNOWN))
    assert isinstance(gap, Inconclusive)
