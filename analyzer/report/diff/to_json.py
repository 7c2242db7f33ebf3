"""Comparison -> JSON, schema 1.

Output   bytes, UTF-8, keys sorted, both languages, changes in the order shown:

    schema       1
    kind         "diff"
    before       {name, format, started, nodes, complete}; so is `after`
    over         true when all that was there is resolved and nothing is new: exit code 0
    swapped      true when the first was collected after the second
    same_bundle  true when both are of one bundle
    restarted[]  nodes with another boot id
    counts       {resolved, still-there, worse, better, new, cannot-tell}: findings, of `after` if new, else of `before`
    changes[]    {change: a word of counts, before: [finding], after: [finding], still_on[], resolved_on[], added_on[],
                  unseen_on[]: nodes that have it now and on which the first side did not judge the rule ("" for the
                  cluster), doubts[]}; `after` of what is resolved is a note that outlived it, severity info
    finding      {id, rule, severity, certainty, nodes[], subject, title{en,zh}, affects[{namespace,pod,pvc,pv}]}
    doubts[]     {rule, node ("" for the cluster), why: missing|no-node|no-rule, missing[{probe, status, reason}]}:
                 where it cannot be told
    unjudged[]   the same: what the first side cleared and the second did not judge
"""

from __future__ import annotations

from collections import Counter

from analyzer.diff.comparing import Change, Comparison, Fate
from analyzer.diff.doubts import Doubt
from analyzer.report.to_json import Json, bundle, dumped, missing, statement

SCHEMA = 1


def render(comparison: Comparison) -> bytes:
    return dumped(_comparison(comparison))


def _comparison(comparison: Comparison) -> Json:
    counts = Counter(change.fate for change in comparison.changes for _ in change.before or change.after)
    return {
        "schema": SCHEMA,
        "kind": "diff",
        "before": bundle(comparison.before.bundle),
        "after": bundle(comparison.after.bundle),
        "over": comparison.is_over,
        "swapped": comparison.is_swapped,
        "same_bundle": comparison.is_same,
        "restarted": list(comparison.restarted),
        "counts": {fate.value: counts[fate] for fate in Fate},
        "changes": [_change(change) for change in comparison.changes],
        "unjudged": [_doubt(doubt) for doubt in comparison.unjudged],
    }


def _change(change: Change) -> Json:
    return {
        "change": change.fate.value,
        "before": [statement(finding) for finding in change.before],
        "after": [statement(finding) for finding in change.after],
        "still_on": list(change.still_on),
        "resolved_on": list(change.resolved_on),
        "added_on": list(change.added_on),
        "unseen_on": list(change.unseen_on),
        "doubts": [_doubt(doubt) for doubt in change.doubts],
    }


def _doubt(doubt: Doubt) -> Json:
    answers = [missing(one) for one in doubt.missing]
    return {"rule": doubt.rule, "node": doubt.node, "why": doubt.why.value, "missing": answers}
