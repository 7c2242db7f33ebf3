"""What earlier runs of one bundle have collected, for the run that goes on with it.

Input    the bundle's path, or that of a part which a killed run left.  The newest of the bundle and the parts beside it
         is gone on with; of the others those count that belong to the same run: same name, same start.
Output   `Earlier`: which file holds each node that is whole in one of them.
Errors   ResumeError, one sentence: nothing to go on with, somebody writes it now, or what would be lost or made worse.

A bundle's cluster objects are never older than the run that asked its newest nodes: that a volume is attached nowhere
is known as of then.  So each run asks the cluster again, and a run that learns less of it changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bundle.capture import ClusterSnapshot, NodeSnapshot, Outcome
from bundle.decrypting import is_encrypted
from bundle.layout import BundleError
from bundle.new_file import is_being_written, parts_of, whole_path
from bundle.reader import BundleReader
from collector.anonymizing.covering import is_anonymous
from collector.cluster import driver_logs
from collector.errors import UserError

_TURNS = {Outcome.UNREACHABLE: 1, Outcome.PARTIAL: 2}
_BEST_FIRST = (Outcome.COLLECTED, Outcome.PARTIAL, Outcome.UNREACHABLE)


class ResumeError(UserError):
    """One sentence: why a run cannot be gone on with, and what to do."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """`readers` of `files`, of one run, the newest first; `holders` tells for each node the one that is kept of it."""

    files: tuple[Path, ...] = ()
    readers: tuple[BundleReader, ...] = ()
    holders: Mapping[str, BundleReader] = field(default_factory=dict)

    @property
    def started(self) -> str:
        return self.readers[0].meta.started if self.readers else ""

    @property
    def resumed(self) -> tuple[str, ...]:
        """When it was gone on with before."""
        noted = self.readers[0].meta.options.get("resumed") if self.readers else ()
        return tuple(map(str, noted)) if isinstance(noted, (list, tuple)) else ()

    @property
    def parts(self) -> tuple[Path, ...]:
        return tuple(file for file in self.files if whole_path(file) is not None)

    @property
    def sha256(self) -> str:
        """Of the file that is gone on with."""
        with self.files[0].open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()

    def lacks_nothing(self, bundle: Path, named: Sequence[str]) -> bool:
        """`bundle` is whole, and so are the named nodes and the cluster in it."""
        cluster = self.cluster()
        return (
            self.files == (bundle,)
            and self.readers[0].complete
            and {*named, *self.holders} <= set(self.held(Outcome.COLLECTED))
            and not (cluster and any(one.is_gap for one in cluster.captures))
        )

    def held(self, outcome: Outcome) -> tuple[str, ...]:
        return tuple(node for node, reader in self.holders.items() if reader.targets()[node].outcome is outcome)

    def turn_of(self, node: str) -> int:
        """Who is asked first: of whom nothing is known, then who was not reached, then whose answer is partial."""
        held = self.holders.get(node)
        return _TURNS.get(held.targets()[node].outcome, 0) if held else 0

    def snapshot(self, node: str) -> NodeSnapshot | None:
        """What was known of a node; None when nothing was, or what is in the file is damaged."""
        try:
            return self.holders[node].node(node) if node in self.holders else None
        except BundleError:
            return None

    def cluster(self) -> ClusterSnapshot | None:
        return next((cluster for reader in self.readers if (cluster := reader.cluster())), None)


NOTHING = Earlier()


def find(path: Path) -> Earlier:
    bundle = whole_path(path) or path
    beside = parts_of(bundle)
    for part in beside:
        if is_being_written(part):
            raise ResumeError(f"{bundle} is being collected at this moment; wait for that to end, or end it first")
    there = [file for file in (bundle, *beside) if file.is_file()]
    opened = {file: reader for file in sorted(there, key=_newest_first) if (reader := _opened(file)) is not None}
    first = next((file for file in opened if path in (bundle, file)), None)
    if first is None:
        raise ResumeError(f"there is nothing to go on with: neither {path} nor a part of it that a killed run has left")
    if is_anonymous(opened[first].meta.options):
        raise ResumeError(
            f"{first} is anonymous, and other nodes would get other names; go on with the bundle that it was "
            "made of, then `csi-collector anonymize` it; or collect all of it again"
        )
    run = _run(opened[first])
    same = (first, *(file for file, reader in opened.items() if file != first and _run(reader) == run))
    readers = tuple(opened[file] for file in same)
    return Earlier(same, readers, _holders(readers))


def _run(reader: BundleReader) -> tuple[str, str]:
    return reader.name, reader.meta.started


def check_cluster(before: ClusterSnapshot | None, after: ClusterSnapshot | None) -> None:
    """Refuses a run after which less would be known of the cluster."""
    if before is None:
        return
    if after is None:
        raise ResumeError(
            "the bundle holds the cluster's objects, and they must not be older than the nodes that are asked now; "
            "give --kubeconfig again"
        )
    known = {capture.probe for capture in before.captures if capture.status.is_knowledge}
    for capture in after.captures:
        if capture.probe in known and capture.probe != driver_logs.NAME and not capture.status.is_knowledge:
            raise ResumeError(
                f"the cluster does not tell its {capture.probe} any more ({capture.status}: {capture.reason}); "
                "the bundle is as it was; resume when the cluster answers"
            )


def _holders(readers: Sequence[BundleReader]) -> dict[str, BundleReader]:
    held: dict[str, BundleReader] = {}
    for outcome in _BEST_FIRST:
        for reader in readers:
            for node in reader.nodes():
                if reader.targets()[node].outcome is outcome:
                    held.setdefault(node, reader)
    return held


def _opened(file: Path) -> BundleReader | None:
    """None for a part in which nothing has arrived; what is no bundle at all is refused."""
    try:
        if is_encrypted(file):
            raise ResumeError(f"{file} is encrypted; decrypt it with its key first, then resume what comes out")
        return BundleReader(file)
    except BundleError:
        if whole_path(file) is None:
            raise
        return None


def _newest_first(file: Path) -> tuple[int, str]:
    return -file.stat().st_mtime_ns, file.name
