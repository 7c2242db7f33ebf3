"""What hypothesis draws: few and small values, so that examples are made fast and shrink to the point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from hypothesis import strategies as st

from tests.analyzer.random_nodes.bends import BENDS, HOSTILE_BENDS, Bend
from tests.analyzer.random_nodes.plain import plain_node
from tests.analyzer.random_nodes.snapshot import KINDS, TELLERS, Loss
from tests.analyzer.random_nodes.truth import Node

ALL: Mapping[str, Bend] = {**BENDS, **HOSTILE_BENDS}
MOST_LUNS = 5
MOST_BENDS = 4
MOST_LOSSES = 3


@dataclass(frozen=True, slots=True)
class Blueprint:
    seed: int
    residual: tuple[bool, ...]  # of each LUN, before the bends
    bends: tuple[tuple[str, int], ...] = ()  # and the LUN that each is applied to, round and round
    losses: tuple[tuple[str, Loss], ...] = ()

    def build(self) -> Node:
        random = Random(self.seed)
        node = plain_node(random, self.residual)
        for name, number in self.bends:
            ALL[name](node, node.luns[number % len(node.luns)], random)
        return node


def blueprints(*, only: Mapping[str, Bend] = BENDS, whole: bool = False) -> st.SearchStrategy[Blueprint]:
    """With bends of `only`; `whole` loses no probe."""
    bends = st.lists(st.tuples(st.sampled_from(list(only)), st.integers(0, MOST_LUNS - 1)), max_size=MOST_BENDS)
    losses = st.lists(st.tuples(st.sampled_from([*TELLERS, *KINDS]), st.sampled_from(Loss)), max_size=MOST_LOSSES)
    return st.builds(
        Blueprint,
        seed=st.integers(0, 2**16),
        residual=st.lists(st.sampled_from((True, True, False)), min_size=1, max_size=MOST_LUNS).map(tuple),
        bends=bends.map(tuple),
        losses=st.just(()) if whole else st.just(()) | losses.map(tuple),
    )
