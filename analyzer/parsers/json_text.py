"""JSON answers: decoded with a `ParseError` where they are cut off, and the lines on which their objects stand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, cast

from analyzer.facts import ParseError, Span

Object = dict[str, Any]  # Any: JSON is typed where it is read, field by field


def decode(probe: str, text: str, *, first_line: int = 1) -> object:
    """`first_line` is the number of the text's first line in the answer."""
    try:
        return cast(object, json.loads(text))
    except json.JSONDecodeError as error:
        raise ParseError(probe, first_line + error.lineno - 1, f"not whole JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits; nesting without end
        raise ParseError(probe, first_line, f"not readable JSON: {error}") from error


def objects(probe: str, value: object, line: int = 1) -> list[Object]:
    """A list of objects; an absent list is empty."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise ParseError(probe, line, "not a list of objects")
    return value


def word(probe: str, item: Object, key: str, line: int = 1) -> str | None:
    """A string or number as text; None when it is null or not there."""
    value = item.get(key)
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    raise ParseError(probe, line, f"{key} is not a word")


class Places:
    """Where objects stand: the n-th object that has `key` begins on the line of the n-th such key."""

    def __init__(self, probe: str, text: str, key: str, *, inner: str = "\n") -> None:
        self._probe = probe
        self._lines = text.removesuffix("\n").split("\n")
        self._inner = f'"{inner}"'
        pattern = re.compile(rf'"{re.escape(key)}"\s*:')
        self._starts = [number for number, line in enumerate(self._lines, start=1) for _ in pattern.finditer(line)]

    def spans(self, count: int) -> Iterator[Span]:
        """The spans of `count` objects in their order; all lines for each, should their keys be counted differently."""
        if count != len(self._starts):
            yield from (self._span(1, len(self._lines)) for _ in range(count))
            return
        ends = (*self._starts[1:], len(self._lines) + 1)
        yield from (self._span(start, self._last(start, end)) for start, end in zip(self._starts, ends, strict=False))

    def _last(self, start: int, end: int) -> int:
        last = start
        for number in range(start + 1, end):
            line = self._lines[number - 1]
            if self._inner in line:
                break
            if '":' in line or '" :' in line:
                last = number
        return last

    def _span(self, first: int, last: int) -> Span:
        return Span(self._probe, first, last, tuple(self._lines[first - 1 : last]))
