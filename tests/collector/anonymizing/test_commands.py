"""`collect --anonymize`, `anonymize` and `reveal` as processes, with a real sshd and a real kubectl."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest

from bundle.reader import BundleReader
from bundle.writer import pack
from collector.cluster.asking import KINDS
from samples import loopback as sshd
from tests.collector import api
from tests.collector.conftest import Run

SAMPLE = Path(__file__).parents[3] / "samples" / "stale_fail"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    pack(SAMPLE, tmp_path / "csi-bundle-stale_fail.tar.gz")
    return tmp_path / "csi-bundle-stale_fail.tar.gz"


def everything_in(path: Path) -> bytes:
    reader = BundleReader(path)
    return repr([reader.meta, reader.cluster(), *reader.snapshots()]).encode()


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_a_cluster_is_collected_without_its_names(collector: Run, node: sshd.Sshd, tmp_path: Path) -> None:
    addresses = [{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "InternalIP", "address": "198.51.100.7"}]
    worker = {"metadata": {"name": "acme-payroll-3"}, "status": {"addresses": addresses}}
    objects = {**{kind.path: [] for kind in KINDS}, "/api/v1/nodes": [worker]}
    with api.serving(tmp_path, objects) as server:
        way = [*node.options, "--port", node.port, "--no-active"]
        done = collector("collect", "--kubeconfig", server.kubeconfig, *way, "--anonymize", "-o", "b.tar.gz")
    assert done.returncode in (0, 1), done.stderr
    assert "map     b.tar.gz.map.json" in done.stdout
    told = everything_in(tmp_path / "b.tar.gz")
    assert b"payroll" not in told
    assert b"198.51.100.7" not in told
    assert stat.S_IMODE((tmp_path / "b.tar.gz.map.json").stat().st_mode) == 0o600
    assert "acme-payroll-3" in (tmp_path / "b.tar.gz.map.json").read_text()


def test_a_bundle_made_anonymous_and_revealed_is_the_same_file(collector: Run, bundle: Path, tmp_path: Path) -> None:
    done = collector("anonymize", bundle, "-o", "anonymous.tar.gz")
    assert done.returncode == 0, done.stderr
    assert b"worker-1" not in everything_in(tmp_path / "anonymous.tar.gz")
    (tmp_path / "back").mkdir()
    back = tmp_path / "back" / bundle.name
    done = collector("reveal", "anonymous.tar.gz", "--map", "anonymous.tar.gz.map.json", "-o", back)
    assert done.returncode == 0, done.stderr
    assert back.read_bytes() == bundle.read_bytes()


def test_a_report_comes_back_with_its_names_in_texts_and_files(collector: Run, bundle: Path, tmp_path: Path) -> None:
    collector("anonymize", bundle, "-o", "anonymous.tar.gz")
    (worker,) = BundleReader(tmp_path / "anonymous.tar.gz").nodes()
    (tmp_path / "report" / "runbook").mkdir(parents=True)
    (tmp_path / "report" / "runbook" / f"{worker}.sh").write_text(f"#!/bin/sh\nhost={worker}\n")
    (tmp_path / "report" / "report.pdf").write_bytes(b"%PDF-1.7")
    done = collector("reveal", "report", "--map", "anonymous.tar.gz.map.json", "-o", "real")
    assert done.returncode == 1
    assert "report.pdf left out" in done.stderr
    script = tmp_path / "real" / "runbook" / "worker-1.sh"
    assert script.read_text() == "#!/bin/sh\nhost=worker-1\n"
    assert stat.S_IMODE(script.stat().st_mode) == 0o700


def test_an_existing_map_is_used_again(collector: Run, bundle: Path, tmp_path: Path) -> None:
    collector("anonymize", bundle, "-o", "one.tar.gz", "--map", "map.json")
    collector("anonymize", bundle, "-o", "two.tar.gz", "--map", "map.json")
    one, two = BundleReader(tmp_path / "one.tar.gz"), BundleReader(tmp_path / "two.tar.gz")
    assert list(one.snapshots()) == list(two.snapshots())
    assert one.cluster() == two.cluster()


def test_a_run_that_fails_leaves_no_map(collector: Run, tmp_path: Path) -> None:
    (tmp_path / "nodes.txt").write_text(f"acme-payroll-3 127.0.0.1:{sshd.free_port()}\n")
    done = collector("collect", "--nodes", "nodes.txt", "--no-active", "--anonymize", "-o", "b.tar.gz")
    assert done.returncode == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "nodes.txt"]


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (b"{}", 0o600, "is no map"),
        (b"hello", 0o600, "is no map"),
        (json.dumps({"map_format": 9, "key": "00", "names": {}, "identities": {}}).encode(), 0o600, "newer"),
        (b"{}", 0o644, "chmod 600"),
    ],
)
def test_what_is_no_map_is_told_in_one_sentence(
    collector: Run,
    tmp_path: Path,
    content: bytes,
    mode: int,
    says: str,
) -> None:
    (tmp_path / "map.json").write_bytes(content)
    (tmp_path / "map.json").chmod(mode)
    done = collector("reveal", "map.json", "--map", "map.json", "-o", "out")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert says in done.stderr
