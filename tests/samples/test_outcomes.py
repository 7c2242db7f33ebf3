"""Five nodes in trouble, asked over real SSH: five honest answers in one bundle, and what they cost the verdict."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from analyzer.engine import Analysis, analyse
from bundle.capture import NodeSnapshot, Outcome, Status
from bundle.folder import read_cluster_folder
from bundle.writer import BundleWriter
from collector.budget import NO_LIMIT
from collector.node_program.program import render
from collector.probes import AnyProbe, Probe, catalogue
from collector.runner import Job, collect_nodes
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import SshOptions, Wanted, read_config, route
from samples import sshd
from samples.pack import HERE
from samples.replay import Replay
from tests.samples import replaying

pytestmark = pytest.mark.skipif(replaying.why_not() != "", reason=replaying.why_not() or "namespaces work")
NODE = HERE / "path_down_healed/nodes/worker-1"
MAP_RULE = "residual-multipath-map"


class Nobody:
    """Watches in silence."""

    def begins(self, node: str) -> None: ...

    def answers(self, node: str, count: int) -> None: ...

    def ends(self, result: NodeSnapshot) -> None: ...


def impatient() -> tuple[AnyProbe, ...]:
    """The catalogue, with 2 s for `multipath -ll`."""
    return tuple(
        replace(probe, limit_s=2) if isinstance(probe, Probe) and probe.name == "multipath_ll" else probe
        for probe in catalogue()
    )


@contextlib.contextmanager
def cluster_in_trouble(folder: Path) -> Iterator[Sequence[Job]]:
    """down, refuses-key, without-sudo, without-multipath, multipath-hangs."""
    replays = {
        "refuses-key": Replay(NODE),
        "without-sudo": Replay(NODE, user="operator"),
        "without-multipath": Replay(NODE, without=("multipath", "multipathd")),
        "multipath-hangs": Replay(NODE, hangs=("multipath",)),
    }
    with contextlib.ExitStack() as running:
        servers = {
            name: running.enter_context(sshd.serve(replay, folder / name, name=name))
            for name, replay in replays.items()
        }
        other_key = servers["without-sudo"].identity
        servers["refuses-key"] = replace(servers["refuses-key"], identity=other_key)
        servers["down"] = replace(servers["refuses-key"], name="down", port=1)
        config, known_hosts = sshd.write_client_files(servers.values(), folder)
        options = SshOptions(known_hosts=known_hosts, config=read_config(config))
        program = render(impatient(), active=False)
        yield [Job(name, "127.0.0.1", partial(way, name, options), lambda _: program) for name in servers]


def way(name: str, options: SshOptions) -> SshTransport:
    return SshTransport(name, route(Wanted(name), options), None, threading.Event())


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, NodeSnapshot], Analysis]:
    folder = tmp_path_factory.mktemp("trouble")
    results: dict[str, NodeSnapshot] = {}
    with cluster_in_trouble(folder) as jobs:
        collect_nodes(
            jobs,
            impatient(),
            at_once=5,
            node_timeout_s=100,
            budget=NO_LIMIT,
            cancelled=threading.Event(),
            watcher=Nobody(),
            keep=lambda result: results.setdefault(result.node, result) and None,
        )
    path = folder / "trouble.tar.gz"
    with BundleWriter(path, name="trouble", started="", tool_version="", options={}, targets=list(results)) as writer:
        writer.add_cluster(read_cluster_folder(HERE / "demo/cluster"))
        for result in results.values():
            writer.add_node(result)
    return results, analyse(path)


def status(node: NodeSnapshot) -> Status:
    return node.by_probe()["multipath_ll"].status


def test_each_trouble_has_its_own_status(collected: tuple[dict[str, NodeSnapshot], Analysis]) -> None:
    results, _ = collected
    assert {name: (result.outcome, status(result)) for name, result in results.items()} == {
        "down": (Outcome.UNREACHABLE, Status.UNREACHABLE),
        "refuses-key": (Outcome.UNREACHABLE, Status.DENIED),
        "without-sudo": (Outcome.PARTIAL, Status.DENIED),
        "without-multipath": (Outcome.COLLECTED, Status.ABSENT),
        "multipath-hangs": (Outcome.PARTIAL, Status.TIMEOUT),
    }


def test_each_trouble_is_explained(collected: tuple[dict[str, NodeSnapshot], Analysis]) -> None:
    results, _ = collected
    reasons = {name: result.by_probe()["multipath_ll"].reason for name, result in results.items()}
    assert all(reasons.values())
    assert len(set(reasons.values())) == 5


def test_the_report_says_which_rule_could_not_be_judged_on_which_node(
    collected: tuple[dict[str, NodeSnapshot], Analysis],
) -> None:
    _, analysis = collected
    nodes = {one.node for one in analysis.verdict.inconclusive if one.rule == MAP_RULE}
    assert nodes == {"down", "refuses-key", "without-sudo", "without-multipath", "multipath-hangs"}
