"""One fact of every node, for rules that compare nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from analyzer.facts import Unknown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Across(Generic[T]):
    """A fact by node, in the order of their names; a node on which it was not learned has its `Unknown`."""

    by_node: Mapping[str, T | Unknown]

    def known(self) -> Iterator[tuple[str, T]]:
        for node, value in self.by_node.items():
            if not isinstance(value, Unknown):
                yield node, value

    def unknown(self) -> Iterator[tuple[str, Unknown]]:
        for node, value in self.by_node.items():
            if isinstance(value, Unknown):
                yield node, value

    def of(self, node: str) -> T | Unknown | None:
        """None when the bundle has nothing of this node."""
        return self.by_node.get(node)
