"""`Veil(book)`: snapshots with every name replaced; `Unveil(book)`: the way back, byte for byte.

Input    a cluster's or node's captures, secrets already removed.
Output   the same captures with names, addresses and identities replaced, in every text and path of them.
Errors   none.  A veil may be asked by several threads; what one node names is hidden on all that come after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar

from bundle.capture import Capture, ClusterSnapshot, CollectedFile, NodeSnapshot
from collector.anonymizing import cluster_names, node_names
from collector.anonymizing.book import Book, Kind
from collector.anonymizing.grammars import Form
from collector.anonymizing.host_names import of_host, of_word
from collector.anonymizing.words import Rewriter

_Written = TypeVar("_Written", ClusterSnapshot, NodeSnapshot)
_IN_ORDER = (Form.UUID, Form.WWN_HEAD, Form.WWN_TAIL, Form.PORT)
_MOST_ROUNDS = 3  # a name may come to be known in the middle; then what was written before it is written again


class Veil:
    def __init__(self, book: Book) -> None:
        self.book = book
        self._rewrite = Rewriter(book.hide_name, book.hide, book.heads, self._meet)

    def learn(self, cluster: ClusterSnapshot | None, targets: Iterable[tuple[str, str]] = ()) -> None:
        """All that is known before the first node answers; a target is a node's name and address."""
        found = [pair for target in targets for text in target if text for pair in of_host(text)]
        if cluster:
            self.book.keep(cluster_names.drivers_in(cluster))
            self.book.verbatim.update(cluster_names.versions_in(cluster))
            found += cluster_names.names_in(cluster)
        self._enter(found)
        if cluster:
            self._learn_order(cluster)
            self._learn_digests(cluster)

    def learn_node(self, node: NodeSnapshot) -> None:
        self.book.verbatim.update(node_names.boot_ids_of(node))
        self._enter(node_names.names_of(node))

    def cluster(self, cluster: ClusterSnapshot) -> ClusterSnapshot:
        self.learn(cluster)
        return self._settled(lambda: _cluster(cluster, self._rewrite))

    def node(self, node: NodeSnapshot) -> NodeSnapshot:
        self.learn_node(node)
        return self._settled(lambda: _node(node, self._rewrite))

    def name(self, text: str) -> str:
        return self._rewrite.text(text)

    def _settled(self, write: Callable[[], _Written]) -> _Written:
        for _ in range(_MOST_ROUNDS):
            known = len(self.book.names)
            written = write()
            if len(self.book.names) == known:
                break
        return written

    def _enter(self, found: Iterable[tuple[Kind, str]]) -> None:
        if self.book.enter(found):
            self._rewrite.forget()

    def _meet(self, word: str) -> None:
        if found := tuple(of_word(word)):
            self._enter(found)

    def _learn_order(self, cluster: ClusterSnapshot) -> None:
        met: dict[Form, set[str]] = {form: set() for form in _IN_ORDER}

        def note(form: Form, text: str) -> str:
            if form in met:
                met[form].add(text.lower())
            return text

        _cluster(cluster, Rewriter(lambda text: None, note, {}))
        for form, texts in met.items():
            self.book.hide_together(form, texts)

    def _learn_digests(self, cluster: ClusterSnapshot) -> None:
        """Names that are digests or pieces of a volume's handle are those of its pseudonym."""
        pairs: dict[str, str] = {}
        for handle in cluster_names.handles_in(cluster):
            told = self.name(handle)
            pairs[_digest(handle)] = _digest(told)
            if len(handle) > 64:
                pairs[handle[-64:]] = told[-64:]
            if len(handle.partition(".")[2]) > 31:
                pairs[handle.partition(".")[2][:31]] = told.partition(".")[2][:31]
        for name, parts in cluster_names.attachments_in(cluster):
            if name == f"csi-{_digest(''.join(parts))}":
                pairs[name] = f"csi-{_digest(''.join(map(self.name, parts)))}"
            else:
                self._enter([(Kind.VOLUME, name)])
        self.book.enter_pairs(Kind.VOLUME, {real: told for real, told in pairs.items() if real})
        self._rewrite.forget()


class Unveil:
    def __init__(self, book: Book) -> None:
        self.rewrite = Rewriter(book.reveal_name, book.reveal, book.heads)
        self.first_of_uuids = {told[:8]: real[:8] for real, told in book.identities[Form.UUID].items()}

    def cluster(self, cluster: ClusterSnapshot) -> ClusterSnapshot:
        return _cluster(cluster, self.rewrite)

    def node(self, node: NodeSnapshot) -> NodeSnapshot:
        return _node(node, self.rewrite)

    def name(self, text: str) -> str:
        return self.rewrite.text(text)


def _cluster(cluster: ClusterSnapshot, rewrite: Rewriter) -> ClusterSnapshot:
    return ClusterSnapshot(
        tuple(_capture(capture, rewrite) for capture in cluster.captures),
        {rewrite.text(container): rewrite(log) for container, log in cluster.logs.items()},
    )


def _node(node: NodeSnapshot, rewrite: Rewriter) -> NodeSnapshot:
    return replace(
        node,
        node=rewrite.text(node.node),
        captures=tuple(_capture(capture, rewrite) for capture in node.captures),
        reason=rewrite.text(node.reason),
        address=rewrite.text(node.address),
    )


def _capture(capture: Capture, rewrite: Rewriter) -> Capture:
    return replace(
        capture,
        argv=tuple(map(rewrite.text, capture.argv)),
        reason=rewrite.text(capture.reason),
        out=rewrite(capture.out),
        err=rewrite(capture.err),
        files=tuple(
            CollectedFile(rewrite.text(file.path), rewrite(file.content), file.truncated) for file in capture.files
        ),
        redactions=capture.redactions and {rewrite.text(path): kinds for path, kinds in capture.redactions.items()},
    )


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
