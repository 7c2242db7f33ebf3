"""Two hundred secrets lie on a node and in a cluster; the collector asks both for real, and writes none of them."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

import pytest

from bundle import manifest
from bundle.capture import Capture, CollectedFile, NodeSnapshot, Status
from bundle.folder import read_node_folder
from bundle.reader import BundleReader
from collector.verifying import verify
from samples import apiserver, sshd
from samples.pack import HERE
from samples.replay import Replay
from tests.collector.conftest import COLLECTOR
from tests.collector.planted import TEXTS, Planted, planted
from tests.samples import replaying

DEMO = HERE / "demo"
PREFIX = {
    "driver log": "2026-07-03 10:15:01.204511 28417 [INFO]: [requestID:3301746797] ",
    "syslog": "Jul  3 10:15:01 worker-1 cloud-init[812]: ",
    "journal_kubelet": "2026-07-03T10:15:01+0000 worker-1 kubelet[1403]: ",
    "journal_containerd": "2026-07-03T10:15:01+0000 worker-1 containerd[987]: ",
    "kernel_log": "[ 3980.123456] ",
    "ps": "   4711       1 S    do_sys_poll                        3980 ",
}
FILES = {
    "driver log": ("driver_logs", "/var/log/huawei/huawei-csi-node"),
    "syslog": ("syslog", "/var/log/syslog"),
    "iscsid.conf": ("iscsi_conf", "/etc/iscsi/iscsid.conf"),
    "multipath.conf": ("multipath_conf", "/etc/multipath.conf"),
    "modprobe.conf": ("modules_conf", "/etc/modprobe.d/storage.conf"),
    "nfs.conf": ("nfs_conf", "/etc/nfsmount.conf"),
    "vol_data.json": (
        "kubelet_volumes",
        "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/planted/vol_data.json",
    ),
}
OF_COMMANDS = ("ps", "kernel_log", "journal_kubelet", "journal_containerd", "iscsiadm_session", "runtime_unit_files")
MOUNTS = "mountinfo"
SECRETS = planted()

pytestmark = [
    pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed"),
    pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work"),
]


@dataclass(frozen=True, slots=True)
class Run:
    """What was planted, and all that came of it: each file of the bundle, and what the collector said."""

    bundle: Path
    before: Mapping[str, bytes]
    members: Mapping[str, bytes]
    said: bytes


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("planted")
    before = plant_on_node(folder / "worker-1", SECRETS)
    plant_in_cluster(folder / "cluster", SECRETS)
    with (
        apiserver.serve(folder / "cluster") as api,
        sshd.serve(Replay(folder / "worker-1"), folder / "sshd", name="worker-1") as node,
    ):
        (folder / "nodes.txt").write_text("worker-1\n")
        config, known_hosts = sshd.write_client_files((node,), folder)
        kubeconfig = api.write_kubeconfig(folder / "kubeconfig")
        where = ("--kubeconfig", kubeconfig, "--nodes", folder / "nodes.txt")
        how = ("--ssh-config", config, "--known-hosts", known_hosts, "--no-active", "-o", folder / "b.tar.gz")
        done = subprocess.run(
            [*COLLECTOR, "collect", *map(str, (*where, *how))],
            env={**os.environ, "PYTHONPATH": str(HERE.parent)},
            capture_output=True,
            timeout=200,
            check=False,
        )
    assert done.returncode in (0, 1), done.stderr
    with tarfile.open(folder / "b.tar.gz") as archive:
        members = {
            member.name.partition("/")[2]: content.read()
            for member in archive
            if (content := archive.extractfile(member))
        }
    return Run(folder / "b.tar.gz", before, members, done.stdout + done.stderr)


def lines_of(place: str, secrets: Sequence[Planted]) -> bytes:
    chosen = [one.text for one in secrets if one.place == place]
    return "".join(f"{PREFIX.get(place, '')}{line}\n" for text in chosen for line in text.split("\n")).encode()


def plant_on_node(folder: Path, secrets: Sequence[Planted]) -> Mapping[str, bytes]:
    """The folder of a recorded node with the secrets in it, and the contents of each file that has some."""
    node = read_node_folder(DEMO / "nodes/worker-1")
    captures = dict(node.by_probe())
    for probe in (*OF_COMMANDS, MOUNTS):
        old = captures[probe]
        captures[probe] = replace(
            old, status=Status.COLLECTED, exit_code=0, reason="", out=old.out + lines_of(probe, secrets)
        )
    for place, (probe, path) in FILES.items():
        captures[probe] = with_file(captures[probe], path, lines_of(place, secrets))
    whole = replace(node, captures=tuple(captures.values()))
    write(whole, folder)
    _, contents = manifest.of_node(whole)
    mine = {f"{probe}.out" for probe in (*OF_COMMANDS, MOUNTS)} | {f"files{path}" for _, path in FILES.values()}
    return {name: content for name, content in contents.items() if name in mine}


def with_file(capture: Capture, path: str, more: bytes) -> Capture:
    old = b"".join(file.content for file in capture.files if file.path == path)
    others = tuple(file for file in capture.files if file.path != path)
    return replace(capture, status=Status.COLLECTED, files=(*others, CollectedFile(path, old + more)))


def write(node: NodeSnapshot, folder: Path) -> None:
    about, contents = manifest.of_node(node)
    for name, content in {**contents, "node.json": manifest.encode(about)}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def plant_in_cluster(folder: Path, secrets: Sequence[Planted]) -> None:
    shutil.copytree(DEMO / "cluster", folder)
    of = {place: [one.text for one in secrets if one.place == place] for place in {one.place for one in secrets}}

    def change(kind: str, edit: object) -> None:
        path = folder / f"{kind}.json"
        listed = json.loads(path.read_text())
        edit(listed["items"])  # type: ignore[operator]
        path.write_text(json.dumps(listed))

    def events(items: list[dict[str, object]]) -> None:
        items += [{**items[0], "metadata": {"name": f"e{at}"}, "message": text} for at, text in enumerate(of["event"])]

    def pods(items: list[dict[str, dict[str, object]]]) -> None:
        pod = next(item for item in items if item["metadata"]["name"] == "huawei-csi-controller-0")
        container = pod["spec"]["containers"][0]  # type: ignore[index]
        container["args"] = [word for text in of["pod args"] for word in text.split("\n")]
        container["env"] = [{"name": text.partition("=")[0], "value": text.partition("=")[2]} for text in of["pod env"]]
        pod["status"]["message"] = "; ".join(of["pod status"])
        pod["metadata"]["annotations"] = {
            "kubectl.kubernetes.io/last-applied-configuration": of["annotation"][0],
            "csi.huawei.com/note": of["annotation"][-1],
        }

    def volumes(items: list[dict[str, dict[str, object]]]) -> None:
        items[0]["spec"]["mountOptions"] = of["pv mountOptions"]
        items[0]["spec"]["csi"]["volumeAttributes"]["password"] = of["pv attributes"][0]  # type: ignore[index]

    def classes(items: list[dict[str, dict[str, object]]]) -> None:
        items[0]["parameters"] |= {f"p{at}": text for at, text in enumerate(of["sc parameters"])}

    def configs(items: list[dict[str, dict[str, str]]]) -> None:
        stored = json.loads(items[0]["data"]["csi.json"])
        stored["backends"] |= {"accountPassword": of["configmap"][0], "storage": of["configmap"][0]}
        stored["backends"]["parameters"]["password"] = of["configmap"][-1]
        items[0]["data"] = {"csi.json": json.dumps(stored), "other": of["configmap"][-1]}

    for kind, edit in {
        "events": events,
        "pods": pods,
        "persistentvolumes": volumes,
        "storageclasses": classes,
        "backendconfigmaps": configs,
    }.items():
        change(kind, edit)
    log = folder / "logs/huawei-csi-controller-0/csi-attacher.log"
    log.write_bytes(log.read_bytes() + lines_of("pod log", secrets))


def forms_of(secret: str) -> Iterator[bytes]:
    """The secret, its middle half, and both as they are written elsewhere."""
    quarter = len(secret) // 4
    middle = secret[quarter : max(-quarter, -len(secret) + quarter + 6)]
    for text in {secret, middle if len(middle) >= 6 else secret}:
        yield text.encode()
        yield quote(text, safe="").encode()
    for before in ("", "x", "xx"):  # base64 of a text that holds it has one of three spellings
        spelt = base64.b64encode(f"{before}{secret}".encode())
        yield spelt[4 if before else 0 : -4]


def test_there_are_two_hundred_of_twenty_five_kinds_and_each_place_has_some(run: Run) -> None:
    assert (len(SECRETS), len(TEXTS), {one.kind for one in SECRETS}) == (200, 25, set(TEXTS))
    everything = b"\n".join(run.before.values())
    on_node = [one for one in SECRETS if one.place in PREFIX or one.place in FILES or one.place in OF_COMMANDS]
    assert all(line.encode() in everything for one in on_node for line in one.text.split("\n"))
    assert len(on_node) > 150


def test_none_of_them_nor_half_of_one_is_in_the_bundle_or_was_said(run: Run) -> None:
    everything = b"\n".join((*run.members.values(), *map(str.encode, run.members), run.said))
    leaks = [
        (one.kind, one.place, one.text)
        for one in SECRETS
        for secret in one.secrets
        if any(form in everything for form in forms_of(secret))
    ]
    assert leaks == []


def test_every_file_has_as_many_lines_as_on_the_node(run: Run) -> None:
    lines = {name: content.count(b"\n") for name, content in run.before.items()}
    assert {name: run.members[f"nodes/worker-1/{name}"].count(b"\n") for name in lines} == lines


def test_verify_finds_nothing_and_the_record_tells_what_was_removed(run: Run) -> None:
    verdict = verify(run.bundle)
    assert verdict.secrets == ()
    assert verdict.sound
    removed = verdict.removed or {}
    assert set(run.before) <= {path.removeprefix("nodes/worker-1/") for path in removed}
    assert {"cluster/events.json", "cluster/pods.json", "cluster/storageclasses.json"} <= set(removed)
    assert removed["nodes/worker-1/files/etc/iscsi/iscsid.conf"].keys() == {"CHAP login"}
    assert sum(count for kinds in removed.values() for count in kinds.values()) >= len(SECRETS) * 3 // 4


def test_the_rest_of_the_node_is_as_it_was(run: Run) -> None:
    """What the analysis needs is untouched: every line into which nothing was planted."""
    recorded = read_node_folder(DEMO / "nodes/worker-1")
    got = BundleReader(run.bundle).node("worker-1").by_probe()
    for probe in ("multipath_ll", "sysfs_block", "iscsiadm_session", "ps", "mountinfo"):
        assert got[probe].out.startswith(recorded.by_probe()[probe].out)
