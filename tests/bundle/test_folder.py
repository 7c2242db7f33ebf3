import json
import subprocess

import pytest

from bundle.capture import Status
from bundle.reader import BundleError, BundleReader, read_cluster_folder, read_node_folder
from bundle.writer import pack
from tests.bundle.making import CLUSTER, ROOT, make, node


@pytest.fixture
def folder(tmp_path):
    subprocess.run(["tar", "-xzf", make(tmp_path / "b"), "-C", tmp_path], check=True)
    return tmp_path / ROOT


def test_an_unpacked_bundle_is_read_as_it_was_packed(folder):
    assert read_node_folder(folder / "nodes" / "n1") == node("n1")
    assert read_cluster_folder(folder / "cluster") == CLUSTER


def test_packing_an_unpacked_bundle_gives_the_same_file(folder, tmp_path):
    pack(folder, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_node_written_by_hand_needs_no_sizes(tmp_path):
    (tmp_path / "node.json").write_text('{"node": "n1", "probes": {"lsmod": {"status": "collected"}}}')
    (tmp_path / "lsmod.out").write_text("iscsi_tcp 1 0\n")
    (capture,) = read_node_folder(tmp_path).captures
    assert (capture.status, capture.out, capture.err) == (Status.COLLECTED, b"iscsi_tcp 1 0\n", b"")


def test_a_folder_with_a_target_that_is_not_there_is_packed(folder, tmp_path):
    meta = json.loads((folder / "bundle.json").read_text())
    (folder / "bundle.json").write_text(json.dumps({**meta, "targets": ["n1", "n2", "n3", "gone"]}))
    pack(folder, tmp_path / "again")
    assert list(BundleReader(tmp_path / "again").targets()) == ["n1", "n2", "n3", "gone"]


def test_a_file_that_the_manifest_speaks_of_must_be_there(folder):
    (folder / "nodes/n1/files/var/log/huawei/huawei-csi-node").unlink()
    with pytest.raises(BundleError, match=r"cannot be read \(No such file"):
        read_node_folder(folder / "nodes" / "n1")


def test_a_link_that_leads_out_of_the_folder_is_refused(folder):
    (folder / "nodes/n1/host.out").unlink()
    (folder / "nodes/n1/host.out").symlink_to("/etc/hostname")
    with pytest.raises(BundleError, match="a link that leads out of its folder"):
        read_node_folder(folder / "nodes" / "n1")


def test_a_manifest_with_an_unknown_status_is_refused(tmp_path):
    (tmp_path / "node.json").write_text('{"node": "n1", "probes": {"lsmod": {"status": "fine"}}}')
    with pytest.raises(BundleError, match="cannot be understood"):
        read_node_folder(tmp_path)
