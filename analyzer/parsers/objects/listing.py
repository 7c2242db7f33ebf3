"""A Kubernetes list as JSON -> its items, typed, and the line on which each begins.

Errors   ParseError when the text is no JSON, was cut off, or a field has another type than the API gives it.
Source   Kubernetes API conventions; `metadata.name` is unique within a namespace and kind.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from analyzer.facts import ParseError, Span

Item = TypeVar("Item")


class Owner(msgspec.Struct, frozen=True):
    kind: str = ""
    name: str = ""


class Metadata(msgspec.Struct, frozen=True, rename="camel"):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
    owner_references: list[Owner] | None = None


class _List(msgspec.Struct, Generic[Item], frozen=True):
    items: list[Item] | None = None


def items_of(kind: str, text: str, item: type[Item]) -> list[Item]:
    """The items of `cluster/<kind>.json`; an empty text has none."""
    if not text.strip():
        return []
    try:
        return msgspec.json.decode(text, type=_List[item]).items or []  # type: ignore[valid-type]
    except msgspec.ValidationError as error:
        raise ParseError(source_of(kind), 1, str(error)) from None
    except msgspec.DecodeError as error:
        raise ParseError(source_of(kind), text.count("\n") + 1, f"no JSON: {error}") from None


def source_of(kind: str) -> str:
    return f"cluster/{kind}.json"


class Places:
    """Where the objects of a list stand, asked in the order of the list."""

    def __init__(self, kind: str, text: str) -> None:
        self._source = source_of(kind)
        self._text = text
        self._offset = 0
        self._line = 1

    def span(self, name: str, quote: str) -> Span:
        """The line that first names the object after the one asked before, and `quote` for it."""
        found = self._text.find(f'"{name}"', self._offset)
        if found != -1:
            self._line += self._text.count("\n", self._offset, found)
            self._offset = found
        return Span(self._source, self._line, self._line, (quote,))
