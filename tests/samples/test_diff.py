"""The whole way: a bundle, its runbook run on the replayed node, a second bundle, and the comparison of the two."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.diff.comparing import Comparison, Fate, Side, compare
from analyzer.engine import Analysis, analyse
from analyzer.report import from_json, to_json
from analyzer.report.diff.headline import headline
from analyzer.report.words import Words
from analyzer.rules import all_rules
from samples.pack import HERE
from samples.replay import Replay
from samples.scenario import outcome
from samples.scenario.loading import load, names
from tests.samples import replaying
from tests.samples.replaying import play, runbook
from tests.samples.test_replay import collected_again

replayed = pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work")
ONE_OF_EACH_FAMILY = tuple({name.partition("/")[0]: name for name in names()}.values())
WITH_GAPS = ("attach/node-unreachable", "residual/six-honest-answers")


def after_its_runbook(sample: str, folder: Path, *options: str) -> Comparison:
    """The sample's bundle against one that is collected after `options` of its runbook."""
    replay = Replay(HERE / sample / "nodes/worker-1", state=folder / "state")
    done = play(replay, runbook(HERE / sample), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    again = collected_again(sample, replay, folder / "again.tar.gz")
    return compare(Side.of(analyse(HERE / sample)), Side.of(analyse(again)), all_rules())


def fates(comparison: Comparison) -> set[tuple[str, Fate]]:
    return {((change.before or change.after)[0].rule, change.fate) for change in comparison.changes}


@replayed
@pytest.mark.parametrize(
    ("sample", "says"),
    [
        ("stale_fail", "All 2 findings are resolved, and nothing is new."),
        pytest.param("stale_queue", "All 4 findings are resolved, and nothing is new.", marks=pytest.mark.slow),
        pytest.param("half_cleaned", "The only finding is resolved, and nothing is new.", marks=pytest.mark.slow),
    ],
)
def test_what_the_runbook_mended_is_resolved(sample: str, says: str, tmp_path: Path) -> None:
    comparison = after_its_runbook(sample, tmp_path, "--apply", "--yes")
    assert headline(comparison, Words("en")) == says
    assert comparison.is_over
    assert {change.fate for change in comparison.changes} == {Fate.RESOLVED}


@replayed
@pytest.mark.slow
def test_a_runbook_that_was_only_looked_at_resolves_nothing(tmp_path: Path) -> None:
    assert fates(after_its_runbook("stale_fail", tmp_path)) == {("residual-multipath-map", Fate.STILL_THERE)}


def in_both_forms(analysis: Analysis) -> tuple[Side, Side]:
    return Side.of(analysis), from_json.read(to_json.render(analysis))


@pytest.mark.parametrize("name", sorted({*ONE_OF_EACH_FAMILY, *WITH_GAPS}))
def test_a_cluster_in_which_nothing_happened_is_as_it_was(name: str) -> None:
    bundle, report = in_both_forms(outcome.analyse(load(name)))
    for before, after in ((bundle, bundle), (report, bundle), (bundle, report)):
        comparison = compare(before, after, all_rules())
        assert {change.fate for change in comparison.changes} <= {Fate.STILL_THERE}
        assert (comparison.is_same, comparison.unjudged) == (True, ())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("residual/half-cleaned", "residual/six-honest-answers"),
        ("nfs-version/v41-off", "nfs-version/udp"),
        ("attach/attach-times-out", "attach/node-unreachable"),
        ("mount-timeout/nofile-timeout", "healthy/nfs"),
    ],
)
def test_a_report_tells_the_same_as_its_bundle(before: str, after: str) -> None:
    olds, news = (in_both_forms(outcome.analyse(load(name))) for name in (before, after))
    told = [compare(old, new, all_rules()) for old, new in zip(olds, news, strict=True)]
    assert [fates_of(one) for one in told] == [fates_of(told[0])] * 2
    assert told[0].unjudged == told[1].unjudged


def fates_of(comparison: Comparison) -> list[tuple[Fate, list[str], list[str]]]:
    return [
        (change.fate, [one.id for one in change.before], [one.id for one in change.after])
        for change in comparison.changes
    ]
