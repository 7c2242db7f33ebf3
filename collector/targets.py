"""Who is asked: the nodes of the file or the cluster, this machine, and the ways to and the program of each.

Input    `Wishes`, the inventory, the cluster's objects, kubectl.  Output  one `Job` a node.
Errors   CollectError, one sentence, when the nodes are not told; a way that cannot be gone is found out by its job.
"""

from __future__ import annotations

import socket
import threading
from functools import partial

from bundle.capture import ClusterSnapshot, Status
from bundle.layout import is_safe_name
from collector.cluster import reach
from collector.cluster.asking import items_of
from collector.cluster.kubectl import Kubectl
from collector.errors import CollectError
from collector.inventory import Node, from_cluster
from collector.node_program.program import render
from collector.probes import catalogue
from collector.runner import Job
from collector.transports import Transport, TransportError
from collector.transports.driver_pods import DriverPods, driver_pods
from collector.transports.local import LocalTransport
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import ConfigError, SshOptions, Wanted, has_host_name, route
from collector.ways import Ways
from collector.wishes import Wishes

SPARE_S, SPARE_PART = 10.0, 0.2  # the node's own limit lies below ours, so that its last words still arrive


def nodes_of(cluster: ClusterSnapshot) -> tuple[Node, ...]:
    listed = cluster.by_kind()["nodes"]
    if listed.status is not Status.COLLECTED:
        raise CollectError(
            f"the cluster does not tell its nodes ({listed.status}: {listed.reason}); "
            "correct that, or name them with --nodes"
        )
    return from_cluster(items_of(listed))


def jobs_of(
    wishes: Wishes,
    nodes: tuple[Node, ...],
    cluster: ClusterSnapshot | None,
    options: SshOptions,
    client: Kubectl | None,
    cancelled: threading.Event,
) -> list[Job]:
    named = reach.Reach(wishes.portals, wishes.shares)
    asked = reach.reaches(cluster, named) if cluster and wishes.active else reach.Reaches(named)
    here = _own_name(cluster) if wishes.local else None
    pods = driver_pods(cluster, wishes.driver_name) if cluster else DriverPods()
    ways = Ways(wishes, partial(_ssh, wishes=wishes, options=options, cancelled=cancelled), client, pods, cancelled)
    nodes = tuple(node for node in nodes if node.name != here)
    jobs = [
        Job(
            node.name,
            node.address or node.name,
            partial(ways.to, node),
            partial(_program, wishes, asked, node.name),
        )
        for node in nodes
    ]
    if here is not None:
        way = partial(LocalTransport, here, wishes.sudo, cancelled)
        jobs.insert(0, Job(here, "localhost", way, partial(_program, wishes, asked, here)))
    return jobs


def _ssh(node: Node, wishes: Wishes, options: SshOptions, cancelled: threading.Event) -> Transport:
    try:
        address = None if node.address_from_cluster and has_host_name(node.name, options) else node.address
        wanted = Wanted(node.name, address, node.port or wishes.port, node.user or wishes.user)
        return SshTransport(node.name, route(wanted, options), wishes.sudo, cancelled)
    except ConfigError as error:
        raise TransportError(Status.UNREACHABLE, str(error)) from error


def _program(wishes: Wishes, asked: reach.Reaches, node: str, limit_s: float) -> str:
    wanted = asked.of(node)
    return render(
        catalogue(),
        active=wishes.active,
        portals=wanted.portals,
        shares=wanted.shares,
        since=wishes.since,
        salt=wishes.salt,
        limits=wishes.limits,
        deadline_s=max(1, int(limit_s - min(SPARE_S, limit_s * SPARE_PART))),
    )


def _own_name(cluster: ClusterSnapshot | None) -> str:
    """This machine's name, as the cluster spells it if it is one of its nodes."""
    own = socket.gethostname()
    for item in items_of(cluster.by_kind()["nodes"]) if cluster else ():
        labels = item["metadata"].get("labels") or {}
        if own.lower() in (item["metadata"]["name"], labels.get("kubernetes.io/hostname")):
            return str(item["metadata"]["name"])
    if not is_safe_name(own):
        raise CollectError(f"this machine calls itself {own!r}, which cannot be a node's name; set a plain host name")
    return own
