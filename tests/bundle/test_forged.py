"""Bundles whose index lies, and bundles with any bytes changed."""

import gzip
import io
import tarfile
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bundle import layout, manifest
from bundle.bounds import LIMITS
from bundle.capture import NodeSnapshot
from bundle.reader import BundleError, BundleReader
from tests.bundle.making import ROOT, make, member, node, padded


def forged(tmp_path, change):
    """A sound bundle with another index."""
    path = make(tmp_path / "b")
    data = path.read_bytes()
    offset = layout.index_offset(data[-layout.FOOTER_BYTES :])
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(data[offset : -layout.FOOTER_BYTES]))) as tar:
        index = manifest.decode(tar.extractfile(tar.next()).read(), manifest.Index, "index.json")
    content = manifest.encode(change(index))
    packed = gzip.compress(member(f"{ROOT}/{layout.INDEX}", content) + padded(bytes(1024)))
    path.write_bytes(data[:offset] + packed + layout.footer(offset))
    return path


def with_place(index, name, **changes):
    record = index.nodes[name]
    place = msgspec.structs.replace(record.place, **changes)
    return msgspec.structs.replace(index, nodes={**index.nodes, name: msgspec.structs.replace(record, place=place)})


def test_an_index_that_gives_a_node_the_place_of_another_is_caught(tmp_path):
    def swap(index):
        nodes = {**index.nodes, "n1": index.nodes["n2"], "n2": index.nodes["n1"]}
        return msgspec.structs.replace(index, nodes=nodes)

    reader = BundleReader(forged(tmp_path, swap))
    with pytest.raises(BundleError, match="the index leads elsewhere"):
        reader.node("n1")
    assert [snapshot.node for snapshot in reader.snapshots()] == ["n3"]
    assert sorted(reader.damaged) == ["n1", "n2"]


def test_a_node_whose_sum_is_not_that_of_the_index_is_not_given(tmp_path):
    reader = BundleReader(forged(tmp_path, lambda index: with_place(index, "n2", sha256="0" * 64)))
    assert [snapshot.node for snapshot in reader.snapshots()] == ["n1", "n3"]
    assert "not those that the index tells" in reader.damaged["n2"]


@pytest.mark.parametrize(
    "changes", [{"offset": 10**30}, {"offset": -1}, {"length": 10**12}, {"length": -5}, {"offset": 0}]
)
def test_an_index_that_leads_out_of_the_file_or_twice_to_one_place_is_not_used(tmp_path, changes):
    reader = BundleReader(forged(tmp_path, lambda index: with_place(index, "n2", **changes)))
    assert list(reader.snapshots()) == [node("n1"), node("n2"), node("n3")]


def test_an_index_with_a_name_that_is_no_name_is_not_used(tmp_path):
    def add(index):
        return msgspec.structs.replace(index, nodes={**index.nodes, "../n4": manifest.TargetRecord("unreachable")})

    assert BundleReader(forged(tmp_path, add)).nodes() == ("n1", "n2", "n3")


@pytest.mark.parametrize("offset", [0, 1, 10**15])
def test_a_footer_that_leads_elsewhere_is_not_used(tmp_path, offset):
    path = make(tmp_path / "b")
    path.write_bytes(path.read_bytes()[: -layout.FOOTER_BYTES] + layout.footer(offset))
    assert list(BundleReader(path).snapshots()) == [node("n1"), node("n2"), node("n3")]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return make(tmp_path_factory.mktemp("sound") / "b", size=600).read_bytes()


def outcome_of(path, data):
    """The nodes that are given; any exception but `BundleError` is a failure."""
    path.write_bytes(data)
    try:
        reader = BundleReader(path, replace(LIMITS, seconds=20.0))
        given: list[NodeSnapshot] = list(reader.snapshots())
        reader.cluster()
        reader.problems()
    except BundleError:
        return []
    return given


FLIPS = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8)


def flipped(data, flips):
    changed = bytearray(data)
    for where, value in flips:
        changed[int(where * len(changed))] = value
    return bytes(changed)


@settings(max_examples=150, deadline=None)
@given(flips=FLIPS)
def test_bytes_changed_on_the_way_never_change_an_answer(sound, tmp_path_factory, flips):
    path = tmp_path_factory.getbasetemp() / "flipped.tar.gz"
    for snapshot in outcome_of(path, flipped(sound, flips)):
        assert snapshot == node(snapshot.node, 600)


@settings(max_examples=150, deadline=None)
@given(flips=FLIPS)
def test_a_forged_tar_never_ends_in_a_traceback(sound, tmp_path_factory, flips):
    outcome_of(
        tmp_path_factory.getbasetemp() / "forged.tar.gz", gzip.compress(flipped(gzip.decompress(sound), flips), 1)
    )
