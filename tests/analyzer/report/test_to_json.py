"""report.json: the schema to the letter, both languages, nothing lost."""

from __future__ import annotations

import json
from typing import Any

from analyzer.report import to_json
from tests.analyzer.report.example import BUNDLE, FC, example
from tests.analyzer.report.hostile import with_every_value

TEXT = {"en", "zh"}
KEYS = {
    "": {"schema", "bundle", "findings", "inconclusive", "cleared", "runbooks", "story", "timeline"},
    "bundle": {"name", "format", "started", "nodes", "complete"},
    "findings": {
        "id", "rule", "severity", "certainty", "nodes", "subject", "title", "cause", "affects", "evidence", "explains",
        "steps",
    },
    "affects": {"namespace", "pod", "pvc", "pv"},
    "evidence": {"node", "source", "first_line", "last_line", "lines", "text"},
    "inconclusive": {"rule", "node", "missing"},
    "missing": {"probe", "status", "reason"},
    "cleared": {"rule", "nodes"},
    "runbooks": {"host", "steps"},
    "steps": {"id", "phase", "effect", "does", "argv", "stdin", "save_as", "guard", "expect", "if_fails", "findings"},
    "guard": {"call", "says"},
    "story": {"at", "until", "nodes", "tone", "says", "certain", "moments"},
    "timeline": {"moments", "left_out", "set_right", "failed"},
    "moments": {"at", "until", "times", "node", "kind", "tone", "says", "certain", "volumes", "evidence"},
    "set_right": {"node", "ahead_s"},
    "title": TEXT, "cause": TEXT, "does": TEXT, "expect": TEXT, "if_fails": TEXT, "says": TEXT,
}  # fmt: skip


def written() -> dict[str, Any]:
    return json.loads(to_json.render(example()))


def check(value: Any, name: str = "") -> None:
    if isinstance(value, dict):
        assert set(value) == KEYS[name], name
        assert list(value) == sorted(value)
        for key, inner in value.items():
            check(inner, key)
    elif isinstance(value, list):
        for inner in value:
            check(inner, name)


def test_the_keys_are_the_schemas_and_sorted() -> None:
    report = written()
    check(report)
    assert report["schema"] == 1


def test_the_bundle_names_its_nodes() -> None:
    nodes = [f"worker-{letter}" for letter in "abcde"]
    expected = {"name": BUNDLE, "format": 1, "started": "2026-07-03T10:15:01Z", "nodes": nodes, "complete": True}
    assert written()["bundle"] == expected


def test_findings_keep_their_rank_and_what_they_explain() -> None:
    findings = written()["findings"]
    assert [finding["rule"] for finding in findings][:2] == ["lun-id-reused", "residual-multipath-map"]
    assert findings[1]["explains"] == [FC.id]
    assert findings[1]["evidence"][0]["text"][3] == "  |- 2:0:0:2 sdb 8:16 failed faulty running"


def test_each_step_of_a_finding_is_in_a_runbook_that_names_the_finding() -> None:
    report = written()
    steps = {step["id"]: step for runbook in report["runbooks"] for step in runbook["steps"]}
    for finding in report["findings"]:
        assert all(finding["id"] in steps[step]["findings"] for step in finding["steps"])


def test_a_guard_is_its_calls_and_words_and_null_without_one() -> None:
    steps = {step["id"]: step for runbook in written()["runbooks"] for step in runbook["steps"]}
    delete = steps["worker-a/delete-path/sdb:2:0:0:2"]
    assert [guard["call"][0] for guard in delete["guard"]] == ["disk_is_dead", "disk_is_free"]
    assert (delete["argv"], delete["stdin"]) == (["tee", "/sys/block/sdb/device/delete"], "1")
    assert steps["worker-d/check/by-hand"]["guard"] is None
    assert steps["worker-d/check/by-hand"]["argv"] == []


def test_no_value_is_changed_on_the_way() -> None:
    value = '\u202e\x00\x1b[2J </script> "\\ \ud800 {x} 盘符'
    report = json.loads(to_json.render(with_every_value(value)))
    assert report["bundle"]["name"] == value
    assert report["findings"][0]["title"] == {"en": value, "zh": value}
    assert report["findings"][0]["evidence"][0]["text"][0] == value + "== sdb"
