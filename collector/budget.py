"""The time that a whole run may take: asking the cluster and all nodes.

Input    a period such as 20min, "" for no limit.  Output  what is left of it, in seconds, from the moment it was made.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Self

from collector.periods import seconds_of


@dataclass(frozen=True, slots=True)
class Budget:
    period: str = ""
    ends_at: float = math.inf  # of time.monotonic()

    @classmethod
    def of(cls, period: str) -> Self:
        return cls(period, time.monotonic() + seconds_of(period)) if period else cls()

    @property
    def over(self) -> bool:
        return time.monotonic() >= self.ends_at

    @property
    def sentence(self) -> str:
        return f"the time budget of {self.period} was over"

    def left(self, at_most: float) -> float:
        """Seconds left, never negative, and not more than `at_most`."""
        return min(at_most, max(0.0, self.ends_at - time.monotonic()))


NO_LIMIT = Budget()
