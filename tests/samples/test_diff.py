"""The whole way: a bundle, its runbook run on the replayed node, a second bundle, and the comparison of the two."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.comparing import Comparison, Fate, Side, compare
from analyzer.engine import analyse
from analyzer.report.diff.headline import headline
from analyzer.report.words import Words
from analyzer.rules import all_rules
from samples.pack import HERE
from samples.replay import Replay
from tests.samples import replaying
from tests.samples.replaying import play, runbook
from tests.samples.test_replay import collected_again

pytestmark = pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work")


def after_its_runbook(sample: str, folder: Path, *options: str) -> Comparison:
    """The sample's bundle against one that is collected after `options` of its runbook."""
    replay = Replay(HERE / sample / "nodes/worker-1", state=folder / "state")
    done = play(replay, runbook(HERE / sample), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    again = collected_again(sample, replay, folder / "again.tar.gz")
    return compare(Side.of(analyse(HERE / sample)), Side.of(analyse(again)), all_rules())


def fates(comparison: Comparison) -> set[tuple[str, Fate]]:
    return {((change.before or change.after)[0].rule, change.fate) for change in comparison.changes}


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        ("stale_fail", "All 2 findings are resolved, and nothing is new."),
        ("stale_queue", "All 4 findings are resolved, and nothing is new."),
        ("half_cleaned", "The only finding is resolved, and nothing is new."),
    ],
)
def test_what_the_runbook_mended_is_resolved(sample: str, says: str, tmp_path: Path) -> None:
    comparison = after_its_runbook(sample, tmp_path, "--apply", "--yes")
    assert headline(comparison, Words("en")) == says
    assert comparison.is_over
    assert {change.fate for change in comparison.changes} == {Fate.RESOLVED}


def test_a_runbook_that_was_only_looked_at_resolves_nothing(tmp_path: Path) -> None:
    assert fates(after_its_runbook("stale_fail", tmp_path)) == {("residual-multipath-map", Fate.STILL_THERE)}
