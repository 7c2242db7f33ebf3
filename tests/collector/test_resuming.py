"""Going on with a run: what was collected is copied as it lies, the rest is asked, and nothing known is lost."""

from __future__ import annotations

import gzip
import io
import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.fleet import SMALLEST_KIB, Fleet
from bundle.capture import Capture, ClusterSnapshot, NodeSnapshot, Outcome, Status
from bundle.new_file import parts_of
from bundle.reader import BundleReader
from bundle.writer import BundleWriter
from collector import resuming
from collector.budget import NO_LIMIT
from collector.collecting import Collected, Run
from collector.errors import CollectError
from collector.resuming import Earlier, ResumeError
from collector.runner import Job
from collector.transports import Transport, TransportError
from collector.wishes import Wishes
from tests.bundle.making import CLUSTER, STARTED

NODES = (0, 1, 2, 3)  # the last is down
FLEET = Fleet(pace=0, largest_kib=SMALLEST_KIB)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Of nodes 0 to 2 whole and 3 unreachable."""
    go(tmp_path / "b.tar.gz", resuming.NOTHING, NODES)
    return tmp_path / "b.tar.gz"


def go(
    bundle: Path, earlier: Earlier, numbers: Sequence[int], *more: Job, cluster: ClusterSnapshot | None = None
) -> Collected:
    wishes = Wishes(bundle, "test", jobs=1)
    run = Run(wishes, Console(file=io.StringIO()), earlier, cluster, threading.Event(), NO_LIMIT)
    return run.write([*(FLEET.job(number) for number in numbers), *more])


def resumed(bundle: Path, *jobs: Job) -> Collected:
    return go(bundle, resuming.find(bundle), (), *jobs)


def killed(whole: Path, *, whole_nodes: int, name: str = "0123456789abcdef") -> Path:
    """What would be there of a bundle if its writer had been killed in the middle of the next node."""
    places = list(BundleReader(whole).contents.whole.values())
    last = places[whole_nodes]
    assert last is not None
    part = whole.with_name(f".{whole.name}.{name}.part")
    part.write_bytes(whole.read_bytes()[: last.offset + last.length // 2])
    return part


def gone(whole: Path, *, whole_nodes: int) -> Path:
    part = killed(whole, whole_nodes=whole_nodes)
    whole.unlink()
    return part


def never_asked(name: str) -> Job:
    def open_way() -> Transport:
        raise AssertionError(f"{name} was asked")

    return Job(name, "192.0.2.1", open_way, str)


def answering(number: int) -> Job:
    """A node by the name of one that was down before, which is up again."""
    return replace(FLEET.job(number + 100), node=f"node-{number:04d}", open_way=FLEET.job(number + 1).open_way)


def down(name: str) -> Job:
    def open_way() -> Transport:
        raise TransportError(Status.UNREACHABLE, "no route to host")

    return Job(name, "192.0.2.1", open_way, str)


def packed(bundle: Path, name: str) -> bytes:
    found = BundleReader(bundle).packed(name)
    assert found is not None
    return found.member


def outcomes(bundle: Path) -> dict[str, str]:
    return {name: record.outcome.value for name, record in BundleReader(bundle).targets().items()}


def test_whole_nodes_are_copied_byte_by_byte_and_only_the_others_are_asked(bundle: Path) -> None:
    before = {name: packed(bundle, name) for name in ("node-0000", "node-0001", "node-0002")}
    done = resumed(bundle, *map(never_asked, before), answering(3))
    assert {name: packed(bundle, name) for name in before} == before
    assert (done.before, [result.node for result in done.results], done.whole) == (3, ["node-0003"], True)
    assert BundleReader(bundle).problems() == ()


def test_the_start_stays_and_each_time_it_was_gone_on_with_is_noted(bundle: Path) -> None:
    started = BundleReader(bundle).meta.started
    for _ in range(2):
        resumed(bundle, down("node-0003"))
    meta = BundleReader(bundle).meta
    assert (meta.started, len(meta.options["resumed"])) == (started, 2)


def test_a_killed_run_is_gone_on_with_by_the_name_it_was_to_get(bundle: Path) -> None:
    part = gone(bundle, whole_nodes=2)
    done = resumed(bundle, never_asked("node-0000"), never_asked("node-0001"), FLEET.job(2), answering(3))
    assert (done.before, done.whole, part.exists()) == (2, True, False)
    assert BundleReader(bundle).problems() == ()


def test_a_resumed_run_that_is_killed_too_loses_nothing(bundle: Path) -> None:
    first = gone(bundle, whole_nodes=1)
    go(bundle, resuming.find(bundle), (1, 2, 3))
    killed(bundle, whole_nodes=3, name="f" * 16).rename(first.with_name(".b.tar.gz.aaaaaaaaaaaaaaaa.part"))
    bundle.unlink()
    assert set(resuming.find(bundle).held(Outcome.COLLECTED)) == {"node-0000", "node-0001", "node-0002"}


def test_parts_of_another_run_do_not_count(bundle: Path) -> None:
    stranger = bundle.with_name(".b.tar.gz.cccccccccccccccc.part")
    with BundleWriter(
        bundle.with_name("x"), name="b", started=STARTED, tool_version="", options={}, targets=()
    ) as writer:
        writer.add_node(NodeSnapshot("node-0009", (Capture("host", Status.COLLECTED, out=b"x"),)))
    bundle.with_name("x").rename(stranger)
    os.utime(stranger, (1, 1))
    assert "node-0009" not in resuming.find(bundle).holders
    resumed(bundle, down("node-0003"))
    assert stranger.exists()


def test_the_newest_is_gone_on_with(bundle: Path) -> None:
    part = killed(bundle, whole_nodes=1)
    os.utime(bundle, (1, 1))
    assert resuming.find(bundle).readers[0].path == part
    os.utime(part, (0, 0))
    assert resuming.find(bundle).readers[0].path == bundle


def test_a_bundle_that_is_being_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "b.tar.gz"
    with BundleWriter(path, name="b", started=STARTED, tool_version="", options={}, targets=()):
        with pytest.raises(ResumeError, match="is being collected at this moment"):
            resuming.find(path)
        assert len(parts_of(path)) == 1


def test_an_answer_that_tells_less_does_not_replace_one_that_told_more(bundle: Path) -> None:
    go(bundle, resuming.find(bundle), (), FLEET.job(61))  # half of its answer comes
    before = packed(bundle, "node-0061")
    done = resumed(bundle, down("node-0061"))
    assert packed(bundle, "node-0061") == before
    [told] = [result for result in done.results if result.node == "node-0061"]
    assert (told.outcome, "no route to host" in told.reason) == (Outcome.PARTIAL, True)


def test_who_was_never_asked_comes_first_and_who_answered_in_part_comes_last(bundle: Path) -> None:
    go(bundle, resuming.find(bundle), (), FLEET.job(61))
    earlier = resuming.find(bundle)
    named = ["node-0061", "node-0003", "node-0009"]
    assert sorted(named, key=earlier.turn_of) == ["node-0009", "node-0003", "node-0061"]


def test_nodes_that_are_not_named_any_more_stay_in_the_bundle(bundle: Path) -> None:
    done = resumed(bundle)
    assert outcomes(bundle) == {
        "node-0000": "collected",
        "node-0001": "collected",
        "node-0002": "collected",
        "node-0003": "unreachable",
    }
    assert [result.reason[:16] for result in done.results] == ["not asked again;"]


def test_a_damaged_node_is_asked_again(bundle: Path) -> None:
    place = BundleReader(bundle).contents.whole["node-0001"]
    assert place is not None
    with bundle.open("r+b") as file:
        file.seek(place.offset + place.length // 2)
        file.write(b"damage")
    done = resumed(bundle, FLEET.job(1), answering(3))
    assert (done.before, done.whole) == (2, True)
    assert BundleReader(bundle).problems() == ()


def test_a_bundle_that_was_compressed_again_is_packed_anew(bundle: Path) -> None:
    before = list(BundleReader(bundle).snapshots())
    bundle.write_bytes(gzip.compress(gzip.decompress(bundle.read_bytes())))
    resumed(bundle, down("node-0003"))
    assert list(BundleReader(bundle).snapshots())[:3] == before[:3]


class Interrupts(io.StringIO):
    """A terminal at which somebody presses Ctrl-C for the second time."""

    def write(self, text: str) -> int:
        raise KeyboardInterrupt


def test_a_second_ctrl_c_leaves_the_bundle_as_it_was(bundle: Path) -> None:
    before = bundle.read_bytes()
    run = Run(
        Wishes(bundle, "test"), Console(file=Interrupts()), resuming.find(bundle), None, threading.Event(), NO_LIMIT
    )
    with pytest.raises(CollectError, match="what had been collected before is as it was"):
        run.write([FLEET.job(1)])
    assert bundle.read_bytes() == before
    assert parts_of(bundle) == ()


def test_what_lacks_nothing_is_known(bundle: Path) -> None:
    assert not resuming.find(bundle).lacks_nothing(bundle, ["node-0000"])
    resumed(bundle, answering(3))
    assert resuming.find(bundle).lacks_nothing(bundle, ["node-0000", "node-0003"])
    assert not resuming.find(bundle).lacks_nothing(bundle, ["node-0004"])


def test_the_cluster_is_asked_by_each_run_and_never_known_less_than_before() -> None:
    refused = Capture("pods", Status.TIMEOUT, reason="no answer")
    resuming.check_cluster(None, None)
    resuming.check_cluster(CLUSTER, CLUSTER)
    with pytest.raises(ResumeError, match="give --kubeconfig again"):
        resuming.check_cluster(CLUSTER, None)
    with pytest.raises(ResumeError, match=r"does not tell its pods any more \(timeout: no answer\)"):
        resuming.check_cluster(CLUSTER, replace(CLUSTER, captures=(refused,)))


def test_the_clusters_objects_are_those_of_the_last_run(bundle: Path) -> None:
    go(bundle, resuming.find(bundle), (), cluster=CLUSTER)
    newer = replace(CLUSTER, logs={"csi-node-x7/driver": b"later\n"})
    go(bundle, resuming.find(bundle), (), cluster=newer)
    assert BundleReader(bundle).cluster() == newer


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is not a bundle"), (b"age-encryption.org/v1\n-> X25519", "is encrypted"), (None, "nothing to go on with")],
)
def test_what_cannot_be_gone_on_with_is_told(tmp_path: Path, content: bytes | None, says: str) -> None:
    if content is not None:
        (tmp_path / "b").write_bytes(content)
    with pytest.raises(Exception, match=says):
        resuming.find(tmp_path / "b")


def test_a_part_in_which_nothing_has_arrived_is_nothing(tmp_path: Path) -> None:
    (tmp_path / ".b.0123456789abcdef.part").write_bytes(b"")
    with pytest.raises(ResumeError, match="nothing to go on with"):
        resuming.find(tmp_path / "b")


def test_an_anonymized_bundle_is_not_gone_on_with(tmp_path: Path) -> None:
    options = {"anonymized": True}
    with BundleWriter(tmp_path / "b", name="b", started="", tool_version="", options=options, targets=()):
        pass
    with pytest.raises(ResumeError, match="is anonymous"):
        resuming.find(tmp_path / "b")
