"""`verify`: is a file a whole bundle, and is it free of secrets?

Input    the path of a bundle.
Output   `Verdict`: what it holds, and a sentence for each thing that is wrong.
Errors   BundleError when the file is no bundle at all.

The search for secrets does not use the collector's redaction, so that a hole in the one is not a hole in the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bundle.capture import Capture, Outcome, Redactions
from bundle.decrypting import Source
from bundle.layout import node_folder
from bundle.reader import BundleReader
from collector.redaction.search import looks_like


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problems` and `secrets` are sentences; a sound bundle has neither.

    `removed` is what the collector took out before it wrote the files; None when it kept no record of that.
    """

    name: str
    format: int
    started: str
    nodes: int
    targets: int
    has_cluster: bool
    unanswered: tuple[str, ...]
    problems: tuple[str, ...]
    secrets: tuple[str, ...]
    removed: Redactions | None = None

    @property
    def sound(self) -> bool:
        return not self.problems and not self.secrets


def verify(path: Source) -> Verdict:
    secrets: list[str] = []
    removed: list[Redactions | None] = []
    with BundleReader(path) as reader:
        cluster = reader.cluster()
        for node in reader.snapshots():
            secrets += [found for capture in node.captures for found in _secrets(node.node, capture)]
            secrets += _in(f"{node.node} (what is said of it)", node.reason.encode())
            removed.append(_removed(node.captures, f"{node_folder(node.node)}/"))
        if cluster is not None:
            secrets += [found for capture in cluster.captures for found in _secrets("cluster", capture)]
            secrets += [found for name, log in cluster.logs.items() for found in _in(f"cluster/logs/{name}", log)]
            removed.append(_removed(cluster.captures, ""))
        targets = reader.targets()
        return Verdict(
            reader.name,
            reader.meta.format,
            reader.meta.started,
            len(reader.nodes()),
            len(targets),
            cluster is not None,
            tuple(
                f"{name}: {record.reason}" for name, record in targets.items() if record.outcome is Outcome.UNREACHABLE
            ),
            reader.problems(),
            tuple(secrets),
            _together(removed),
        )


def _together(parts: list[Redactions | None]) -> Redactions | None:
    known = [part for part in parts if part is not None]
    return {path: kinds for part in known for path, kinds in sorted(part.items())} if known else None


def _secrets(where: str, capture: Capture) -> Iterator[str]:
    yield from _in(f"{where} {capture.probe}", capture.out)
    yield from _in(f"{where} {capture.probe} (stderr)", capture.err)
    yield from _in(f"{where} {capture.probe} (what is said of it)", "\n".join((*capture.argv, capture.reason)).encode())
    for file in capture.files:
        yield from _in(f"{where} {file.path}", file.content)


def _in(where: str, data: bytes) -> Iterator[str]:
    """Where it is, never what it is."""
    return (f"{where}, line {line} looks like {kind}" for kind, line in looks_like(data))


def _removed(captures: Iterable[Capture], folder: str) -> Redactions | None:
    """None when no capture has a record.  Two probes may have read one file: it counts once."""
    known = [capture.redactions for capture in captures if capture.redactions is not None]
    return {f"{folder}{path}": kinds for one in known for path, kinds in one.items()} if known else None
