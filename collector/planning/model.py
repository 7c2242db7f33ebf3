"""The probe catalogue and the cluster's kinds -> a `Plan`: all that collecting runs, reads and keeps.

Input    probes, the tool's version, whether active tests are run.
Output   `Plan`, from which every page is rendered; same version, same plan.
Errors   none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from collector.cluster.asking import KINDS, api_paths
from collector.cluster.fields import FIELDS, METADATA
from collector.cluster.objects import BACKEND, BACKEND_PARAMETERS
from collector.node_program.program import SEARCH_PATH, render
from collector.planning.statements import IN_SHORT, SECTIONS, Row, Section
from collector.probes import AnyProbe, FileProbe, Probe
from collector.ways import ORDER, WAYS, WayShown

DRIVER_NAMESPACE = "NAMESPACE"  # as `api_paths` writes it: the driver's own


@dataclass(frozen=True, slots=True)
class Question:
    """One probe.  It has a command, a loop of ours (the texts given to `sh -c`) with what it goes through, or files."""

    name: str
    purpose: str
    active: bool
    command: tuple[str, ...] = ()
    loop: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    limit_s: int = 0
    limit_bytes: int = 0  # of a probe with files: of each file
    total_bytes: int = 0  # 0 where there is one answer only
    root: str = ""  # why it needs root


@dataclass(frozen=True, slots=True)
class ApiRead:
    """One API path; `namespace` is "" for the whole cluster; `kept` reaches the bundle, beside `Plan.kept_of_all`."""

    path: str
    verb: str
    group: str
    resource: str
    namespace: str
    purpose: str
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """`left_out` are the names of the probes that `--no-active` leaves out; `sections` are statements, with checks."""

    version: str
    active: bool
    program_sha256: str  # of the program without what a run adds: portals, shares, salt, another period or limit
    search_path: str
    way_order: str
    ways: tuple[WayShown, ...]
    questions: tuple[Question, ...]
    left_out: tuple[str, ...]
    cluster: tuple[ApiRead, ...]
    kept_of_all: tuple[str, ...]
    in_short: tuple[Row, ...]
    sections: tuple[Section, ...]


def plan_of(probes: Sequence[AnyProbe], *, version: str, active: bool) -> Plan:
    asked = tuple(probe for probe in probes if active or not probe.active)
    return Plan(
        version=version,
        active=active,
        program_sha256=hashlib.sha256(render(probes, active=active).encode()).hexdigest(),
        search_path=SEARCH_PATH,
        way_order=ORDER,
        ways=WAYS,
        questions=tuple(map(_question, asked)),
        left_out=tuple(probe.name for probe in probes if probe not in asked),
        cluster=tuple(api_reads()),
        kept_of_all=_fields({"metadata": METADATA}),
        in_short=IN_SHORT,
        sections=SECTIONS,
    )


def api_reads() -> Iterator[ApiRead]:
    kept = {kind.name: _fields(FIELDS[kind.name]) for kind in KINDS}
    kept["configmaps"] = _fields({"backends": BACKEND, "backends.parameters": " ".join(BACKEND_PARAMETERS)})
    for path, purpose in api_paths():
        group, namespace, words = _place(path)
        resource = "/".join((words[0], *words[2:3]))
        verb = "get" if len(words) > 1 else "list"
        yield ApiRead(path, verb, group, resource, namespace, purpose, kept.get(resource, ()))


def _place(path: str) -> tuple[str, str, list[str]]:
    """API group, namespace, and the words from the resource on."""
    words = path.partition("?")[0].strip("/").split("/")
    group, rest = ("", words[2:]) if words[0] == "api" else (words[1], words[3:])
    return (group, rest[1], rest[2:]) if rest[0] == "namespaces" else (group, "", rest)


def _fields(parts: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{part}.{field}" if part else field for part, fields in parts.items() for field in fields.split())


def _question(probe: AnyProbe) -> Question:
    said = Question(
        probe.name,
        probe.reads,
        probe.active,
        limit_s=probe.limit_s,
        limit_bytes=probe.limit_bytes,
        root=probe.root,
    )
    if isinstance(probe, FileProbe):
        return replace(said, files=probe.globs, total_bytes=probe.total_bytes)
    if not _is_loop(probe):
        return replace(said, command=probe.argv)
    after = probe.argv[4:]  # sh -c TEXT NAME ...
    texts = (probe.argv[2], *(word for word in after if "\n" in word))  # the second one runs in a shell of its own
    return replace(
        said, loop=tuple(text.strip("\n") for text in texts), through=tuple(word for word in after if "\n" not in word)
    )


def _is_loop(probe: Probe) -> bool:
    return probe.argv[0] == "sh" and "\n" in probe.argv[2]
