"""`plan`: all that collecting runs or reads, with its purpose, without running or reading any of it.

Input    the probe catalogue and the cluster's kinds.  Output  lines of text.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from collector.cluster import api_paths
from collector.probes import AnyProbe, FileProbe, Probe
from collector.program import SEARCH_PATH
from collector.ways import ORDER, WAYS

INDENT = "      "


def plan(probes: Sequence[AnyProbe], *, active: bool) -> Iterator[str]:
    """Commands with their limits; a loop of our own is shown in full."""
    yield "On each node, over one connection, or on this machine: one program, read from standard input by `sh -s`."
    yield f"It writes no file but in a private temporary folder that it removes.  PATH={SEARCH_PATH}  LC_ALL=C"
    yield ""
    for probe in probes:
        if active or not probe.active:
            yield from _probe(probe)
    if not active:
        off = " ".join(probe.name for probe in probes if probe.active)
        yield f"Not run, since --no-active: {off}"
        yield ""
    yield "From the cluster, through the kubectl on this machine (with --kubeconfig); Secrets are never requested:"
    yield ""
    for path, purpose in api_paths():
        yield f"  kubectl get --raw {shlex.quote(path)}"
        yield f"{INDENT}{purpose}"
    yield ""
    yield from _ways()
    yield "On this machine: the files named on the command line, ~/.ssh/config, known_hosts and the SSH keys or agent."


def _ways() -> Iterator[str]:
    yield f"The way to a node, unless --via names one: {ORDER}"
    yield ""
    for way in WAYS:
        yield f"  {way.kind}"
        yield from (f"{INDENT}command  {command}" for command in way.commands)
        if way.allowed:
            yield f"{INDENT}allowed  {', '.join(f'{verb} {resource}' for verb, resource in way.allowed)}"
        yield ""


def _probe(probe: AnyProbe) -> Iterator[str]:
    yield f"  {probe.name}{'  [active: --no-active leaves it out]' if probe.active else ''}"
    yield f"{INDENT}purpose  {probe.reads}"
    yield from _files(probe) if isinstance(probe, FileProbe) else _command(probe)
    yield ""


def _files(probe: FileProbe) -> Iterator[str]:
    for pattern in probe.globs:
        yield f"{INDENT}file     {pattern}"
    yield f"{INDENT}limit    {probe.limit_s} s, {probe.limit_bytes} bytes of each file, {probe.total_bytes} of all"


def _command(probe: Probe) -> Iterator[str]:
    loop = probe.argv[0] == "sh" and "\n" in probe.argv[2]
    yield f"{INDENT}command  {'sh -c, this loop:' if loop else shlex.join(probe.argv)}"
    for text in probe.argv[2:] if loop else ():
        for line in text.strip("\n").splitlines():
            yield f"{INDENT}  | {line}"
    yield f"{INDENT}limit    {probe.limit_s} s, {probe.limit_bytes} bytes"
