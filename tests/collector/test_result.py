"""`--json`: what a program is told, on standard output and as one object."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from bundle.capture import Capture, NodeSnapshot, Outcome, Status
from collector.results import result_of
from collector.signed_runbook import NotSigned, Signed
from collector.to_json import Written, of_bundle, of_error, of_script, of_verdict
from collector.verifying import Verdict
from tests.collector.conftest import Run

NODE = result_of(NodeSnapshot("a", ()))
WRITTEN = Written("case.tar.gz", 12, "ab" * 32, encrypted=False)
KNOWN, UNKNOWN = Capture("host", Status.EMPTY), Capture("lsmod", Status.TIMEOUT, reason="too slow")


def test_a_node_is_told_with_its_way_and_its_answers() -> None:
    partial = NodeSnapshot("w1", (KNOWN, UNKNOWN), Outcome.PARTIAL, "one is missing", transport="ssh", seconds=1.5)
    (told,) = of_bundle(WRITTEN, [result_of(partial)], whole=False)["nodes"]
    assert told == {
        "node": "w1",
        "outcome": "partial",
        "via": "ssh",
        "seconds": 1.5,
        "answers": 1,
        "of": 2,
        "reason": "one is missing",
    }


def test_nodes_stand_in_the_order_of_their_names() -> None:
    told = of_bundle(WRITTEN, [result_of(NodeSnapshot(node, ())) for node in "ba"], whole=True)["nodes"]
    assert [node["node"] for node in told] == ["a", "b"]


def test_the_cluster_is_told_by_kind_and_is_null_when_it_was_not_asked() -> None:
    asked = {"pods": Status.COLLECTED, "leases": Status.DENIED}
    assert of_bundle(WRITTEN, [], whole=False, cluster=asked)["cluster"] == {"leases": "denied", "pods": "collected"}
    assert of_bundle(WRITTEN, [], whole=False)["cluster"] is None


@pytest.mark.parametrize("whole", [True, False])
def test_the_exit_code_is_told_too(whole: bool) -> None:
    told = of_bundle(WRITTEN, [], whole=whole, not_asked=["w9", "w2"])
    assert (told["whole"], told["exit_code"], told["not_asked"]) == (whole, int(not whole), ["w2", "w9"])


def test_a_verdict_is_told_with_its_sentences() -> None:
    verdict = Verdict("case", 1, "2026-11-22T15:43:13Z", 1, 2, False, (), ("w2 is not in it.",), ())
    told = of_verdict("case.tar.gz", verdict, encrypted=True)
    assert (told["problems"], told["sound"], told["exit_code"]) == (["w2 is not in it."], False, 1)


def test_a_script_is_told_as_signed_or_not() -> None:
    signed = of_script("w1.sh", Signed("ED25519 SHA256:x", "support", "case", "w1", "boot"))
    assert (signed["host"], signed["sound"], signed["exit_code"]) == ("w1", True, 0)
    assert of_script("w1.sh", NotSigned("changed"))["why"] == "changed"


@pytest.mark.parametrize("told", [of_bundle(WRITTEN, [NODE], whole=True), of_error("No.")])
def test_all_of_it_is_json_of_schema_1(told: dict[str, object]) -> None:
    assert json.loads(json.dumps(told)) == told
    assert told["schema"] == 1


def test_one_object_is_printed_and_the_table_elsewhere(collector: Run, tmp_path: Path) -> None:
    program = collector("script", "--no-active").stdout
    part = subprocess.run(["sh", "-s"], input=program.encode(), capture_output=True, timeout=120, check=True).stdout
    (tmp_path / "w1.part").write_bytes(part)
    done = collector("join", "w1=w1.part", "-o", "b.tar.gz", "--json")
    told = json.loads(done.stdout)
    assert "answers" in done.stderr
    assert [(node["node"], node["via"]) for node in told["nodes"]] == [("w1", "script")]
    assert told["sha256"] == hashlib.sha256((tmp_path / "b.tar.gz").read_bytes()).hexdigest()
    assert (told["size"], told["exit_code"]) == ((tmp_path / "b.tar.gz").stat().st_size, done.returncode)


@pytest.mark.parametrize(
    "words",
    [("collect", "--bogus", "--json"), ("verify", "none", "--json")],
)
def test_an_error_is_an_object_and_a_sentence(collector: Run, words: tuple[str, ...]) -> None:
    done = collector(*words)
    told = json.loads(done.stdout)
    assert (told["schema"], told["exit_code"], done.returncode) == (1, 2, 2)
    assert done.stderr == f"csi-collector: {told['error']}\n"


def test_the_page_of_the_documentation_names_every_key() -> None:
    verdict = Verdict("case", 1, "", 1, 1, True, (), (), ())
    signed, unsigned = of_script("x", Signed("k", "", "b", "", "")), of_script("x", NotSigned("changed"))
    told = [of_bundle(WRITTEN, [NODE], whole=True), of_verdict("x", verdict, encrypted=False)]
    page = (Path(__file__).parents[2] / "docs/collecting.md").read_text()
    section = page.partition("## For a program")[2].partition("\n## ")[0]
    named = {word.strip('"') for word in re.findall(r'`\w+`|"\w+"', section.replace("`", '"'))}
    keys = {key for one in (*told, signed, unsigned, of_error("No.")) for key in one} | set(told[0]["nodes"][0])
    assert keys - named == set()
