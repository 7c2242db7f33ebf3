"""One module a probe, named after it: text in, typed facts out.  Pure and strict; nothing is skipped in silence."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class TextFile:
    """A collected file, decoded; `path` is absolute on the node."""

    path: str
    text: str

    @property
    def source(self) -> str:
        """What a `Span` calls it."""
        return f"files/{self.path.lstrip('/')}"


@dataclass(frozen=True, slots=True)
class Parser:
    """How the answer to `probe` becomes one fact of type `fact`.

    `parse` gets the decoded stdout and raises `ParseError`.  An empty answer is parsed too: it says that there is none.
    With `reads_err` it gets stderr as a second argument: of a tool that answers where others complain.  With
    `reads_files` it gets the collected files as a tuple of `TextFile` instead.
    """

    probe: str
    fact: type
    parse: Callable[..., object]
    reads_err: bool = False
    reads_files: bool = False


@cache
def all_parsers() -> tuple[Parser, ...]:
    """The `PARSER` of every module of this package, by probe name."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    parsers = (module.PARSER for module in modules if hasattr(module, "PARSER"))
    return tuple(sorted(parsers, key=lambda parser: parser.probe))
