"""Rules applied, findings folded and ranked."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.facts import Unknown
from analyzer.facts.across import Across
from analyzer.findings import Affected, Certainty, Finding, Inconclusive, Severity
from analyzer.judging import Judgement, across, compared, fold, judge_cluster, judge_node, needed, rank, verdict_of
from analyzer.rules import Cause, Rule, Through, cluster_rule, node_rule
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text
from bundle.capture import Status

WORDS = Text(en="x", zh="某")
MISSING = Unknown("probe", Status.TIMEOUT, "still running after 10 s")


@dataclass(frozen=True)
class Fact:
    value: str


def finding(
    rule: str,
    *,
    node: str = "n1",
    subject: str = "s",
    severity=Severity.ERROR,
    certainty=Certainty.CONFIRMED,
    pv: str = "",
):
    affects = (Affected("shop", "", "", pv),) if pv else ()
    return Finding(rule, severity, certainty, (node,), subject, WORDS, WORDS, (), affects)


def step(phase: Phase) -> Step:
    return Step("n1", phase, "t", Effect.READS, WORDS, Command(("true",)), WORDS, WORDS)


@node_rule("needs-it", Severity.ERROR, WORDS)
def needs_it(node: str, fact: Fact) -> Iterator[Finding]:
    if fact.value == "sick":
        yield finding("needs-it", node=node)


@node_rule("may-miss-it", Severity.ERROR, WORDS)
def may_miss_it(node: str, fact: Fact | Unknown) -> Iterator[Finding | Inconclusive]:
    if isinstance(fact, Unknown):
        yield Inconclusive("may-miss-it", node, (fact,))
        yield Inconclusive("may-miss-it", node, (fact,))


@node_rule("breaks", Severity.ERROR, WORDS)
def breaks(node: str, fact: Fact) -> Iterator[Finding]:
    raise KeyError(fact.value)
    yield


def rule(rule_id: str, *causes: Cause) -> Rule:
    return node_rule(rule_id, Severity.ERROR, WORDS, explained_by=causes)(lambda node: iter(()))


@cluster_rule("compares", Severity.ERROR, WORDS)
def compares(of_nodes: Across[Fact]) -> Iterator[Finding | Inconclusive]:
    sick = [node for node, fact in of_nodes.known() if fact.value == "sick"]
    if len(sick) > 1:
        yield replace(finding("compares"), nodes=tuple(sick))
    for node, missing in of_nodes.unknown():
        yield Inconclusive("compares", node, (missing,))


def test_a_rule_of_the_cluster_sees_one_fact_of_every_node():
    facts = across(
        {"n3": {Fact: MISSING}, "n2": {Fact: Fact("sick")}, "n1": {Fact: Fact("sick")}}, compared([compares])
    )
    judged = judge_cluster(facts, [compares])
    assert judged.findings[0].nodes == ("n1", "n2")
    assert judged.inconclusive == (Inconclusive("compares", "n3", (MISSING,)),)


def test_a_rule_whose_fact_is_unknown_is_inconclusive_not_cleared():
    judged = judge_node("n1", {Fact: MISSING}, [needs_it])
    assert judged == Judgement("n1", inconclusive=(Inconclusive("needs-it", "n1", (MISSING,)),))


def test_a_fact_that_no_parser_gives_is_unknown_too():
    (gap,) = judge_node("n1", {}, [needs_it]).inconclusive
    assert gap.missing[0].probe == "Fact"


def test_a_rule_that_finds_nothing_is_cleared():
    assert judge_node("n1", {Fact: Fact("well")}, [needs_it]).cleared == ("needs-it",)


def test_a_rule_that_finds_something_is_not_cleared():
    judged = judge_node("n1", {Fact: Fact("sick")}, [needs_it])
    assert (len(judged.findings), judged.cleared) == (1, ())


def test_an_optional_fact_reaches_the_rule_and_its_gaps_are_told_once():
    (gap,) = judge_node("n1", {Fact: MISSING}, [may_miss_it]).inconclusive
    assert gap.missing == (MISSING,)


def test_a_rule_that_fails_says_so_and_the_others_are_judged():
    judged = judge_node("n1", {Fact: Fact("sick")}, [breaks, needs_it])
    assert "KeyError" in judged.inconclusive[0].missing[0].reason
    assert [found.rule for found in judged.findings] == ["needs-it"]


def test_a_symptom_is_folded_under_its_cause_on_the_same_node():
    rules = [rule("symptom", Cause("cause"))]
    cause, symptom = fold([finding("cause"), finding("symptom")], rules)
    assert cause.explains == (symptom.id,)


def test_a_cause_on_another_node_explains_nothing():
    rules = [rule("symptom", Cause("cause"))]
    cause, _ = fold([finding("cause", node="n2"), finding("symptom")], rules)
    assert cause.explains == ()


def test_a_cause_may_be_tied_to_its_symptom_by_a_volume_on_another_node():
    rules = [rule("symptom", Cause("cause", through=Through.VOLUME))]
    away, symptom = finding("cause", node="n2", pv="pvc-1"), finding("symptom", pv="pvc-1")
    cause, *_ = fold([away, symptom, finding("symptom", subject="b", pv="pvc-2")], rules)
    assert cause.explains == (symptom.id,)


def test_a_cause_felt_everywhere_explains_its_symptoms_on_every_node():
    rules = [rule("symptom", Cause("cause", through=Through.CLUSTER))]
    cause, *_ = fold([finding("cause", node="n2"), finding("symptom"), finding("symptom", node="n3")], rules)
    assert len(cause.explains) == 2


def test_a_fallback_is_told_only_of_volumes_that_no_other_finding_concerns():
    rules = [rule("cause"), replace(rule("fallback"), is_fallback=True)]
    known, unknown = finding("fallback", pv="pvc-1"), finding("fallback", subject="b", pv="pvc-2")
    assert needed([finding("cause", pv="pvc-1"), known, unknown], rules)[1:] == [unknown]


def test_a_cause_that_must_have_the_same_subject_explains_no_other():
    rules = [rule("symptom", Cause("cause", through=Through.SUBJECT))]
    cause, *_ = fold([finding("cause", subject="a"), finding("symptom", subject="a"), finding("symptom")], rules)
    assert cause.explains == ("symptom/n1/a",)


def test_a_symptom_with_a_cause_is_surer_and_mended_by_what_mends_the_cause():
    from dataclasses import replace

    cause = replace(finding("cause"), steps=(step(Phase.FLUSH_MAP),))
    symptom = replace(finding("symptom", certainty=Certainty.POSSIBLE), steps=(step(Phase.CHECK), step(Phase.CONFIRM)))
    told = fold([cause, symptom], [rule("symptom", Cause("cause", says=Text(en="because", zh="因为")))])[1]
    assert (told.certainty, told.cause.en) == (Certainty.LIKELY, "because")
    assert [one.phase for one in told.steps] == [Phase.FLUSH_MAP, Phase.CONFIRM]


def test_causes_come_before_symptoms_then_the_worst_then_the_surest():
    told = [
        finding("warning", severity=Severity.WARNING),
        finding("possible", certainty=Certainty.POSSIBLE),
        finding("symptom", severity=Severity.CRITICAL),
        finding("cause", severity=Severity.WARNING).explaining("symptom/n1/s"),
        finding("b"),
        finding("a"),
    ]
    assert [one.rule for one in rank(told)] == ["a", "b", "possible", "cause", "warning", "symptom"]


def test_the_verdict_does_not_depend_on_the_order_of_the_nodes():
    one, two = (judge_node(node, {Fact: Fact("sick")}, [needs_it, may_miss_it]) for node in ("n1", "n2"))
    assert verdict_of([one, two], [needs_it]) == verdict_of([two, one], [needs_it])


def test_a_rule_cleared_on_several_nodes_is_told_once():
    judged = [judge_node(node, {Fact: Fact("well")}, [needs_it]) for node in ("n2", "n1")]
    (cleared,) = verdict_of(judged, [needs_it]).cleared
    assert cleared.nodes == ("n1", "n2")
