"""A stranger's file may not take the whole down: what fails in one place is told in that place.

The one broad catch below the command line.  Whoever calls it says what stands for what could not be made.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def spared(make: Callable[[], T], otherwise: Callable[[Exception], T]) -> T:
    try:
        return make()
    except Exception as error:
        return otherwise(error)
