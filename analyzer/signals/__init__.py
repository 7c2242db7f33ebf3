"""Log signatures, by component; all of them compile into one hyperscan database.

A component's module lists its signatures in `SIGNALS`; a new one is found by being there.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from analyzer.signals.signal import Signal


@cache
def all_signals() -> tuple[Signal, ...]:
    """Every module's `SIGNALS`, by id."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    found = (signal for module in modules for signal in getattr(module, "SIGNALS", ()))
    return tuple(sorted(found, key=lambda signal: signal.id))
