"""What goes into the bundle of each node: its answer, or what an earlier run knew, if that was more.

Input    answers as they arrive, `Earlier`.  Output  nodes in the bundle, each once, and their `NodeResult`s.
Errors   BundleError when the bundle cannot be written.  A node that gave too much is in it with that reason alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bundle.capture import Capture, NodeSnapshot, Outcome, Status
from bundle.reader import BundleReader
from bundle.writer import BundleWriter, NodeTooLargeError
from collector.anonymizing.covering import Cover
from collector.results import NodeResult, known_of, result_of
from collector.resuming import Earlier


class Keeper:
    """`results` are of all nodes in the bundle, `kept`, but those that had been collected before: `copied`."""

    def __init__(self, writer: BundleWriter, earlier: Earlier, cover: Cover) -> None:
        self.results: list[NodeResult] = []
        self.copied: set[str] = set()
        self._writer = writer
        self._earlier = earlier
        self._cover = cover  # an anonymous bundle is never gone on with: what is copied is as it was
        self.kept: set[str] = set()

    def copy_collected(self) -> None:
        """What is damaged is left out, and thereby asked again."""
        collected = set(self._earlier.held(Outcome.COLLECTED))
        for reader in self._earlier.readers:
            held = [node for node in reader.nodes() if node in collected and self._earlier.holders[node] is reader]
            self.copied.update(_copied(self._writer, reader, held))
        self.kept |= self.copied

    def keep(self, answer: NodeSnapshot) -> None:
        before = self._earlier.snapshot(answer.node) if answer.outcome is not Outcome.COLLECTED else None
        if before is not None and known_of(before.captures) > known_of(answer.captures):
            self._keep_as_before(before, f"it knew more when it was asked before; now: {answer.reason}")
        else:
            self._add(answer)
        self.kept.add(answer.node)

    def keep_the_rest(self) -> None:
        """Whatever earlier runs knew of nodes that were not asked again."""
        for node in self._earlier.holders:
            before = self._earlier.snapshot(node) if node not in self.kept else None
            if before is not None:
                self._keep_as_before(before, f"not asked again; before: {before.reason}")

    def _keep_as_before(self, before: NodeSnapshot, reason: str) -> None:
        packed = self._earlier.holders[before.node].packed(before.node)
        if packed is not None:
            self._writer.add_packed(before.node, packed)
        else:
            self._writer.add_node(before)
        self.kept.add(before.node)
        self.results.append(result_of(before).because(reason))

    def _add(self, answer: NodeSnapshot) -> None:
        try:
            self._writer.add_node(self._cover.node(answer))
        except NodeTooLargeError as error:
            answer = _without_content(answer, str(error))
            self._writer.add_node(self._cover.node(answer))
        self.results.append(result_of(answer))


def _copied(writer: BundleWriter, reader: BundleReader, nodes: Sequence[str]) -> Iterator[str]:
    """As they lie in the file; those of a bundle that was compressed again are packed anew."""
    if not reader.seekable:
        for snapshot in reader.snapshots():
            if snapshot.node in nodes:
                writer.add_node(snapshot)
                yield snapshot.node
        return
    for node in nodes:
        packed = reader.packed(node)
        if packed is not None:
            writer.add_packed(node, packed)
            yield node


def _without_content(answer: NodeSnapshot, reason: str) -> NodeSnapshot:
    lost = tuple(Capture(one.probe, Status.FAILED, one.argv, reason=reason) for one in answer.captures)
    return replace(answer, captures=lost, outcome=Outcome.PARTIAL, reason=reason)
