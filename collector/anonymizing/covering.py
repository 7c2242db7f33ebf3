"""`Cover(map_file)`: what goes into the bundle in place of what was collected; without a map, the very same.

A context: entered, the map is read if there is one (a second collection, or one resumed, uses the same names) and
written at once, so that nothing lies in a bundle that no map reveals; left in good order or by Ctrl-C, it is written
whole; left by an error, a map that was not there before is taken away again.
Errors   MapError.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from bundle.capture import ClusterSnapshot, NodeSnapshot
from collector.anonymizing import map_file
from collector.anonymizing.book import Book
from collector.anonymizing.veil import Veil

_OPTION = "anonymized"  # in bundle.json


def is_anonymous(options: Mapping[str, object]) -> bool:
    return bool(options.get(_OPTION))


def without_mark(options: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in options.items() if name != _OPTION}


class Cover:
    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._was_there = path is not None and path.exists()
        self._veil = Veil(map_file.load(path) if path and self._was_there else Book()) if path else None

    def __enter__(self) -> Self:
        self._save()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None or issubclass(kind, KeyboardInterrupt):
            self._save()
        elif self._path and not self._was_there:
            with contextlib.suppress(OSError):
                self._path.unlink()

    @property
    def recorded(self) -> Mapping[str, object]:
        """What the bundle tells of it among its options."""
        return {_OPTION: True} if self._veil else {}

    @property
    def kept(self) -> tuple[str, ...]:
        """Names that stay as they are, since they are ordinary words."""
        return tuple(sorted(self._veil.book.kept)) if self._veil else ()

    def learn(self, cluster: ClusterSnapshot | None, targets: Iterable[tuple[str, str]]) -> None:
        """All that is known before the first node answers: names known together sort as the real ones do."""
        if self._veil:
            self._veil.learn(cluster, targets)

    def learn_node(self, node: NodeSnapshot) -> None:
        if self._veil:
            self._veil.learn_node(node)

    def cluster(self, cluster: ClusterSnapshot) -> ClusterSnapshot:
        return self._veil.cluster(cluster) if self._veil else cluster

    def node(self, node: NodeSnapshot) -> NodeSnapshot:
        return self._veil.node(node) if self._veil else node

    def name(self, text: str) -> str:
        return self._veil.name(text) if self._veil else text

    def _save(self) -> None:
        if self._veil and self._path:
            map_file.save(self._veil.book, self._path)
