"""The cluster's objects: one module a kind, named after it: `cluster/<kind>.json` in, typed facts out.

Only fields that rules use are decoded; a field that is missing or null gets its empty value, one of another type is
`ParseError`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class ObjectParser:
    """How the list of a kind becomes one fact.

    `parse` gets the JSON text of `kind`, which must be known, and of each kind of `beside`, None where it is not.
    """

    kind: str
    fact: type
    parse: Callable[..., object]
    beside: tuple[str, ...] = ()


@cache
def all_object_parsers() -> tuple[ObjectParser, ...]:
    """The `PARSER` of every module of this package, by kind."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    parsers = (module.PARSER for module in modules if hasattr(module, "PARSER"))
    return tuple(sorted(parsers, key=lambda parser: parser.kind))
