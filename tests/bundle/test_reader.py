import gzip
import json
import pickle

import pytest

from bundle import layout
from bundle.capture import Outcome
from bundle.reader import THE_CLUSTER, BundleError, BundleReader
from tests.bundle.making import ROOT, make, member, node, writer


def test_one_node_is_read_without_the_others(tmp_path):
    path = make(tmp_path / "b")
    place = BundleReader(path).contents.whole["n1"]
    data = bytearray(path.read_bytes())
    data[place.offset : place.offset + place.length] = bytes(place.length)
    path.write_bytes(data)
    reader = BundleReader(path)
    assert reader.node("n3") == node("n3")
    assert list(reader.snapshots()) == [node("n2"), node("n3")]
    assert "n1" in reader.damaged["n1"]
    assert not reader.complete


def test_the_first_lines_tell_whose_bundle_it_is(tmp_path):
    meta = BundleReader(make(tmp_path / "b", ["n1"], targets=["n2"])).meta
    assert (meta.name, meta.tool_version, meta.targets, meta.options) == (ROOT, "1.2.3", ("n1", "n2"), {"active": True})


def test_every_target_has_an_outcome(tmp_path):
    targets = BundleReader(make(tmp_path / "b", ["n1"], targets=["n2"])).targets()
    assert {name: record.outcome for name, record in targets.items()} == {
        "n1": Outcome.PARTIAL,
        "n2": Outcome.UNREACHABLE,
    }


def test_a_bundle_with_a_target_that_never_answered_is_not_complete(tmp_path):
    assert not BundleReader(make(tmp_path / "b", ["n1"], targets=["n2"])).complete


def test_a_bundle_without_a_cluster_has_none(tmp_path):
    with writer(tmp_path / "b", []):
        pass
    reader = BundleReader(tmp_path / "b")
    assert reader.cluster() is None
    assert reader.nodes() == ()
    assert reader.complete


def test_a_damaged_cluster_costs_no_node(tmp_path):
    path = make(tmp_path / "b")
    place = BundleReader(path).contents.cluster
    data = bytearray(path.read_bytes())
    data[place.offset + place.length // 2] ^= 0xFF
    path.write_bytes(data)
    reader = BundleReader(path)
    assert reader.cluster() is None
    assert reader.nodes() == ("n1", "n2", "n3")
    assert "cluster" in reader.damaged[THE_CLUSTER]
    assert not reader.complete


def test_a_reader_can_be_sent_to_another_process(tmp_path):
    reader = pickle.loads(pickle.dumps(BundleReader(make(tmp_path / "b"))))
    assert reader.node("n2") == node("n2")


def file_of(tmp_path, data):
    path = tmp_path / "file"
    path.write_bytes(data)
    return path


def meta(**fields):
    return gzip.compress(member(f"{ROOT}/{layout.BUNDLE_MANIFEST}", json.dumps(fields).encode()))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not a bundle but some other file"),
        (b"just text", "is not a bundle but some other file"),
        (gzip.compress(b""), "is not a bundle"),
        (gzip.compress(b"just text"), "is not a bundle"),
        (gzip.compress(bytes(10240)), "is not a bundle"),
        (gzip.compress(member("other/file", b"x")), "does not begin with bundle.json"),
        (gzip.compress(member(f"{ROOT}/bundle.json/x", b"x")), "does not begin with bundle.json"),
        (gzip.compress(member(f"{ROOT}/bundle.json", b"{")), "cannot be understood"),
        (meta(format=1, name="other"), "is named 'csi-bundle-test' and says 'other'"),
        (meta(format=1, name="../up"), "cannot be a name"),
        (meta(format=2, name=ROOT), "newer than this program reads"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_bundle_is_told_in_one_sentence(tmp_path, data, sentence):
    with pytest.raises(BundleError, match=sentence) as refused:
        BundleReader(file_of(tmp_path, data))
    assert str(refused.value).endswith(".")
    assert "\n" not in str(refused.value)


def test_a_path_that_does_not_exist_is_told(tmp_path):
    with pytest.raises(BundleError, match="does not exist; give the path"):
        BundleReader(tmp_path / "nothing")


def test_a_folder_is_told(tmp_path):
    with pytest.raises(BundleError, match="is not a file"):
        BundleReader(tmp_path)


def test_asking_for_an_unknown_node_is_told(tmp_path):
    with pytest.raises(BundleError, match="holds no whole node 'n9'"):
        BundleReader(make(tmp_path / "b")).node("n9")
