import os
import random

import pytest

from bundle.reader import BundleError, BundleReader
from tests.bundle.making import make, node

NAMES = tuple(f"n{number}" for number in range(8))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make(tmp_path_factory.mktemp("cut") / "b.tar.gz", NAMES, size=3000)


def test_cut_at_hundreds_of_places_it_gives_exactly_the_nodes_before_the_cut(whole, tmp_path):
    places = BundleReader(whole).contents.whole
    cut_file = tmp_path / "cut.tar.gz"
    cut_file.write_bytes(whole.read_bytes())
    offsets = random.Random(20261122).sample(range(whole.stat().st_size), 300)
    for offset in sorted(offsets, reverse=True):
        os.truncate(cut_file, offset)
        expected = tuple(name for name, place in places.items() if place.offset + place.length <= offset)
        assert nodes_of(cut_file) == expected, offset


def nodes_of(path):
    try:
        return tuple(snapshot.node for snapshot in BundleReader(path).snapshots())
    except BundleError:  # cut within bundle.json
        return ()


@pytest.fixture
def cut(whole, tmp_path):
    """Cut in the middle of n5."""
    place = BundleReader(whole).contents.whole["n5"]
    path = tmp_path / "cut.tar.gz"
    path.write_bytes(whole.read_bytes()[: place.offset + place.length // 2])
    return path


def test_the_nodes_before_a_cut_are_as_they_were(cut):
    assert list(BundleReader(cut).snapshots()) == [node(name, 3000) for name in NAMES[:5]]


def test_after_a_cut_any_whole_node_can_still_be_read_alone(cut):
    reader = BundleReader(cut)
    assert reader.seekable
    assert reader.node("n3") == node("n3", 3000)


def test_a_cut_file_is_not_complete_and_tells_which_targets_it_lost(cut):
    reader = BundleReader(cut)
    assert not reader.complete
    assert [name for name, record in reader.targets().items() if "cut off" in record.reason] == ["n5", "n6", "n7"]
    assert len(reader.problems()) == 3


def test_asking_for_a_lost_node_says_why_it_is_not_there(cut):
    with pytest.raises(BundleError, match="holds no whole node 'n7'; not in this file: the file is cut off"):
        BundleReader(cut).node("n7")


def test_a_file_that_lost_only_its_footer_is_complete(whole, tmp_path):
    path = tmp_path / "b"
    path.write_bytes(whole.read_bytes()[:-1])
    reader = BundleReader(path)
    assert reader.complete
    assert reader.nodes() == NAMES
