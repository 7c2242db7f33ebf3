import hashlib
import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bundle.capture import Capture, CollectedFile, NodeSnapshot, Outcome, Status
from bundle.reader import BundleError, BundleReader
from tests.bundle.making import CLUSTER, make, node, writer


def test_what_was_written_is_what_is_read(tmp_path):
    reader = BundleReader(make(tmp_path / "b.tar.gz"))
    assert list(reader.snapshots()) == [node("n1"), node("n2"), node("n3")]
    assert reader.cluster() == CLUSTER
    assert reader.complete
    assert reader.problems() == ()


def test_the_same_snapshots_give_the_same_bytes(tmp_path):
    assert make(tmp_path / "a").read_bytes() == make(tmp_path / "b").read_bytes()


def test_the_sum_beside_the_bundle_is_what_sha256sum_checks(tmp_path):
    with writer(tmp_path / "b.tar.gz") as bundle:
        bundle.add_node(node("n1"))
    assert (tmp_path / "b.tar.gz.sha256").read_text() == f"{bundle.sha256}  b.tar.gz\n"
    assert hashlib.sha256((tmp_path / "b.tar.gz").read_bytes()).hexdigest() == bundle.sha256
    subprocess.run(["sha256sum", "-c", "b.tar.gz.sha256"], cwd=tmp_path, capture_output=True, check=True)


def test_nobody_else_can_read_the_file_at_any_time(tmp_path):
    before = os.umask(0)
    try:
        with writer(tmp_path / "b.tar.gz") as bundle:
            bundle.add_node(node("n1"))
            assert modes(tmp_path) == {0o600}
        assert modes(tmp_path) == {0o600}
    finally:
        os.umask(before)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def modes(folder):
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def test_the_bundle_has_its_name_only_when_it_is_whole(tmp_path):
    path = tmp_path / "b.tar.gz"
    with writer(path) as bundle:
        bundle.add_node(node("n1"))
        assert not path.exists()
    assert names_in(tmp_path) == ["b.tar.gz", "b.tar.gz.sha256"]


def test_many_threads_may_add_nodes(tmp_path):
    names = [f"n{number}" for number in range(40)]
    with writer(tmp_path / "b", names) as bundle, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda name: bundle.add_node(node(name, 50_000)), names))
    reader = BundleReader(tmp_path / "b")
    assert sorted(reader.nodes()) == sorted(names)
    assert all(reader.node(name) == node(name, 50_000) for name in names)


def collect_until(exception, path):
    with pytest.raises(exception), writer(path) as bundle:  # noqa: PT012 - what is raised must leave the writer
        bundle.add_node(node("n1"))
        raise exception


def test_ctrl_c_leaves_a_whole_bundle_of_what_arrived(tmp_path):
    collect_until(KeyboardInterrupt, tmp_path / "b")
    reader = BundleReader(tmp_path / "b")
    assert reader.nodes() == ("n1",)
    assert reader.targets()["n2"].outcome is Outcome.UNREACHABLE
    assert reader.targets()["n2"].reason.startswith("not collected: ")
    assert not reader.complete


def test_ctrl_c_while_a_node_is_half_written_takes_that_node_out_again(tmp_path, monkeypatch):
    really_write = os.write

    def interrupted(fd, data):
        really_write(fd, data[: len(data) // 2])
        raise KeyboardInterrupt

    with writer(tmp_path / "b") as bundle:
        bundle.add_node(node("n1"))
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", interrupted)
            with pytest.raises(KeyboardInterrupt):
                bundle.add_node(node("n2"))
    assert list(BundleReader(tmp_path / "b").snapshots()) == [node("n1")]


def test_ctrl_c_while_the_bundle_is_being_finished_does_not_take_it_away(tmp_path, monkeypatch):
    really_sync = os.fsync

    def interrupted(fd):
        os.kill(os.getpid(), signal.SIGINT)
        really_sync(fd)

    with writer(tmp_path / "b") as bundle:
        bundle.add_node(node("n1"))
        monkeypatch.setattr(os, "fsync", interrupted)
    assert BundleReader(tmp_path / "b").nodes() == ("n1",)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_any_other_exception_leaves_nothing(tmp_path):
    collect_until(ZeroDivisionError, tmp_path / "b")
    assert names_in(tmp_path) == []


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from bundle.layout import BundleError
from tests.bundle.making import node, writer
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with writer(Path(sys.argv[1])) as bundle:
        for number in range(100):
            try:
                bundle.add_node(node(f"n{number}", 9000))
            except BundleError as error:
                if sys.argv[2] == "pass on":
                    raise
except BundleError as error:
    print(error)
"""


@pytest.mark.parametrize("then", ["pass on", "keep quiet"])
def test_a_full_disk_leaves_nothing_and_is_told_in_one_sentence(tmp_path, then):
    program = [sys.executable, "-c", FILL_THE_DISK, tmp_path / "b.tar.gz", then]
    told = subprocess.run(program, capture_output=True, text=True, check=True)
    assert told.stdout.startswith(f"{tmp_path}/b.tar.gz ")
    assert told.stdout.count("\n") == 1
    assert told.stderr == ""
    assert names_in(tmp_path) == []


def test_a_folder_that_is_not_there_is_told_in_one_sentence(tmp_path):
    with pytest.raises(BundleError, match="cannot be written"):
        writer(tmp_path / "nowhere" / "b.tar.gz")


def test_a_folder_in_its_place_is_told_before_anything_is_collected(tmp_path):
    with pytest.raises(BundleError, match="is a folder"):
        writer(tmp_path)


def test_a_link_in_its_place_is_replaced_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "b").symlink_to(victim)
    make(tmp_path / "b")
    assert victim.read_text() == "precious"
    assert not (tmp_path / "b").is_symlink()


def test_a_node_is_added_once(tmp_path):
    with writer(tmp_path / "b") as bundle:
        bundle.add_node(node("n1"))
        with pytest.raises(BundleError, match="collected twice"):
            bundle.add_node(node("n1"))
    assert BundleReader(tmp_path / "b").nodes() == ("n1",)


def test_a_node_that_no_reader_would_accept_is_refused_alone(tmp_path):
    files = tuple(CollectedFile(f"/log/{number}", b"") for number in range(10_001))
    too_many = NodeSnapshot("n1", (Capture("logs", Status.COLLECTED, files=files),))
    with writer(tmp_path / "b") as bundle:
        with pytest.raises(BundleError, match="collect a shorter time"):
            bundle.add_node(too_many)
        bundle.add_node(node("n2"))
    assert BundleReader(tmp_path / "b").nodes() == ("n2",)


def test_a_log_of_one_repeated_byte_is_not_taken_for_a_bomb(tmp_path):
    hole = NodeSnapshot("n1", (Capture("kernel_log", Status.COLLECTED, out=bytes(40 * 1024 * 1024)),))
    with writer(tmp_path / "b", ["n1"]) as bundle:
        bundle.add_node(hole)
    assert BundleReader(tmp_path / "b").node("n1") == hole


def test_a_file_that_two_probes_read_is_stored_once_in_its_longer_reading(tmp_path):
    first, second = (CollectedFile("/var/log/messages", text) for text in (b"one\n", b"one\ntwo\n"))
    snapshot = NodeSnapshot(
        "n1", (Capture("a", Status.COLLECTED, files=(first,)), Capture("b", Status.COLLECTED, files=(second,)))
    )
    with writer(tmp_path / "b") as bundle:
        bundle.add_node(snapshot)
    read = BundleReader(tmp_path / "b").node("n1")
    assert [capture.files for capture in read.captures] == [(second,), (second,)]


def test_a_path_that_no_terminal_should_see_is_stored_escaped(tmp_path):
    snapshot = NodeSnapshot(
        "n1", (Capture("a", Status.COLLECTED, files=(CollectedFile("/log/\x1b[2J/../\udcff", b"text"),)),)
    )
    with writer(tmp_path / "b") as bundle:
        bundle.add_node(snapshot)
    (file,) = BundleReader(tmp_path / "b").node("n1").captures[0].files
    assert file == CollectedFile("/log/%DCFF", b"text")


@pytest.mark.parametrize("name", ["../n1", "a/b", ""])
def test_a_node_whose_name_is_no_name_is_refused(tmp_path, name):
    with writer(tmp_path / "b") as bundle, pytest.raises(BundleError, match="cannot be a name"):
        bundle.add_node(replace(node("n1"), node=name))
