"""What a security team asks beyond the single commands: how, how often, how long, what stays, what never happens.

`SECTIONS` are shown by every page in this order.  A part that can do more adds its rows, or a section, here.
"""

from __future__ import annotations

from dataclasses import dataclass

from collector.cluster.asking import SIDE_BY_SIDE
from collector.cluster.driver_logs import MOST_BYTES, MOST_CONTAINERS
from collector.cluster.kubectl import PAGE, REQUEST_LIMIT_S
from collector.cluster.reach import MOST_PORTALS, MOST_SHARES
from collector.node_program.limits import Limits
from collector.node_program.program import FOLDERS
from collector.probes.probe import MIB


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    says: str


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...]


IN_SHORT = (
    Row("what", "one program for each node, given to `sh -s`; lists of objects through the kubectl of this machine"),
    Row("how often", "once, when somebody runs it; nothing is installed, scheduled or left running"),
    Row("how long", "seconds; each question has its own limit, each node at most five minutes (`--node-timeout`)"),
    Row("how many at once", "sixteen nodes (`--jobs`), on each node eight questions"),
    Row(
        "changes",
        "nothing that stays: no rescan, iSCSI login, restart or setting; no write to a disk, volume or API object "
        "(with `--debug-image` a pod is made, and deleted)",
    ),
    Row("sends", "nothing: the bundle is a file on this machine, mode 0600, until somebody sends it"),
)

SECTIONS = (
    Section(
        "How a node is asked",
        (
            Row("over SSH", "one connection, a key, `sh -s`; host keys are always checked, passwords never used"),
            Row("on this machine", "`--local`: the same program as a child process, without a connection"),
            Row(
                "through kubectl",
                "`kubectl exec` into the driver's pod, or a pod of your image (`--debug-image`); see below, `--via`",
            ),
            Row("by hand", "`csi-collector script` prints the program, somebody runs it, `join` takes its output"),
            Row("as whom", "the user who logs in; root by `--sudo` (`sudo -n`), or by a password that sudo asks for"),
            Row(
                "as root, narrowly",
                "`--node-program PATH`: sudo starts one installed file, whose digest it checks; nothing is sent. "
                "`csi-collector plan --sudoers FILE` prints the lines",
            ),
            Row(
                "private folder",
                f"umask 077, in the first of `{' '.join(FOLDERS)}` with room; removed at the end, also when the "
                "connection breaks",
            ),
            Row(
                "at its limit",
                "TERM, a second, KILL; what survives that (state D) is written down and left alone, never waited for",
            ),
        ),
    ),
    Section("What it may cost a node", tuple(Row(what, says) for what, says in Limits().told())),
    Section(
        "What the cluster is asked",
        (
            Row(
                "how", f"`kubectl get --raw`, pages of {PAGE}, {SIDE_BY_SIDE} lists at once, {REQUEST_LIMIT_S:g} s each"
            ),
            Row(
                "rights",
                "list and get, more for `kubectl exec`; `csi-collector plan --rbac` prints the least that is enough",
            ),
            Row("never asked", "Secrets; ConfigMaps other than those of the driver's backends; no watch, no write"),
            Row(
                "logs", f"of the driver's pods only: at most {MOST_CONTAINERS} containers, {MOST_BYTES // MIB} MiB each"
            ),
            Row(
                "to the nodes", f"of its objects: at most {MOST_PORTALS} portals and {MOST_SHARES} NFS shares for each"
            ),
        ),
    ),
    Section(
        "What is read on this machine",
        (
            Row("named by you", "the kubeconfig (by kubectl alone), the list of nodes, the file with sudo's password"),
            Row(
                "for SSH", "`~/.ssh/config`, `/etc/ssh/ssh_config`, `known_hosts`, the keys named there, or the agent's"
            ),
            Row("written", "the bundle, and nothing else"),
        ),
    ),
    Section(
        "What stays out of the bundle",
        (
            Row("removed", "what looks like a password, token, key or CHAP secret, in every answer and log"),
            Row("dropped", "env values, managedFields, arguments of foreign containers, accounts and URLs of arrays"),
            Row("digested", "names of initiators: the beginning of a salted SHA-256; the salt is in no bundle"),
            Row("still in it", "names of hosts, pods and volumes, addresses, WWNs, log lines, command lines (`ps`)"),
        ),
    ),
)
