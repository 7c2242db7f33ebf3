"""What other programs make of a bundle, and what the reader makes of what they make of it."""

import gzip
import shutil
import subprocess
import tarfile
from itertools import pairwise

import pytest

from bundle import manifest
from bundle.reader import BundleReader
from tests.bundle.making import ROOT, make, node


@pytest.fixture
def bundle(tmp_path):
    return make(tmp_path / "b.tar.gz")


def contents_by_tarfile(path):
    with tarfile.open(path) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar}


def test_python_finds_every_answer_under_its_own_name(bundle):
    contents = contents_by_tarfile(bundle)
    for name in ("n1", "n2", "n3"):
        _, files = manifest.of_node(node(name))
        assert {path: contents[f"{ROOT}/nodes/{name}/{path}"] for path in files} == files


def test_the_order_is_bundle_cluster_nodes_index(bundle):
    parts = [name.split("/")[1] for name in contents_by_tarfile(bundle)]
    assert list(dict.fromkeys(parts)) == ["bundle.json", "cluster", "nodes", "index.json"]


def test_gnu_tar_unpacks_the_same_files(bundle, tmp_path):
    done = subprocess.run(["tar", "-xzf", bundle, "-C", tmp_path], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    unpacked = {
        str(path.relative_to(tmp_path)): path.read_bytes() for path in (tmp_path / ROOT).rglob("*") if path.is_file()
    }
    assert unpacked == contents_by_tarfile(bundle)


@pytest.mark.skipif(not shutil.which("busybox"), reason="busybox is not installed")
def test_busybox_lists_the_same_files(bundle):
    listed = subprocess.run(["busybox", "tar", "-tzf", bundle], capture_output=True, text=True, check=True)
    assert listed.stdout.splitlines() == list(contents_by_tarfile(bundle))


def test_gzip_says_that_it_is_sound(bundle):
    done = subprocess.run(["gzip", "-t", bundle], capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.fixture
def recompressed(bundle, tmp_path):
    path = tmp_path / "again.tar.gz"
    with path.open("wb") as out:
        gunzip = subprocess.Popen(["gunzip", "-c", bundle], stdout=subprocess.PIPE)
        subprocess.run(["gzip"], stdin=gunzip.stdout, stdout=out, check=True)
        assert gunzip.wait() == 0
    return path


def test_a_bundle_compressed_again_is_read_as_a_stream(recompressed):
    reader = BundleReader(recompressed)
    assert list(reader.snapshots()) == [node("n1"), node("n2"), node("n3")]
    assert reader.nodes() == ("n1", "n2", "n3")
    assert reader.node("n2") == node("n2")
    assert reader.cluster() is not None
    assert (reader.seekable, reader.complete) == (False, True)


def test_a_bundle_compressed_again_and_cut_off_gives_the_nodes_before_the_cut(recompressed):
    data = recompressed.read_bytes()
    for cut in range(len(data) - 1, 400, -97):
        recompressed.write_bytes(data[:cut])
        reader = BundleReader(recompressed)
        given = list(reader.snapshots())
        assert given == [node("n1"), node("n2"), node("n3")][: len(given)]
        assert tuple(snapshot.node for snapshot in given) == reader.nodes()
        assert reader.complete == (len(given) == 3 and reader.contents.complete)


def test_members_joined_in_other_packings_are_still_seekable(bundle, tmp_path):
    """Each gzip member compressed by another program, so that the footer leads nowhere."""
    data, packed = bundle.read_bytes(), tmp_path / "packed"
    places = sorted(BundleReader(bundle).contents.whole.values(), key=lambda place: place.offset)
    cuts = [0, places[0].offset, *(place.offset + place.length for place in places), len(data)]
    members = [gzip.compress(gzip.decompress(data[a:b])) for a, b in pairwise(cuts)]
    packed.write_bytes(b"".join(members))
    reader = BundleReader(packed)
    assert reader.seekable
    assert [reader.node(name) for name in ("n3", "n1", "n2")] == [node("n3"), node("n1"), node("n2")]
