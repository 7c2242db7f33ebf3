"""Rules applied, findings folded and ranked."""

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import Unknown
from analyzer.findings import Certainty, Finding, Inconclusive, Severity
from analyzer.judging import Judgement, fold, judge_node, rank, verdict_of
from analyzer.rules import Cause, Rule, Through, node_rule
from analyzer.runbook import Command, Effect, Phase, Step
from analyzer.texts import Text
from bundle.capture import Status

WORDS = Text(en="x", zh="某")
MISSING = Unknown("probe", Status.TIMEOUT, "still running after 10 s")


@dataclass(frozen=True)
class Fact:
    value: str


def finding(rule: str, *, node: str = "n1", subject: str = "s", severity=Severity.ERROR, certainty=Certainty.CONFIRMED):
    return Finding(rule, severity, certainty, (node,), subject, WORDS, WORDS, ())


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
