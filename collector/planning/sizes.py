"""The limits of a question in words: "60 s, 4 MiB"."""

from __future__ import annotations

from collector.node_program.limits import size
from collector.planning.model import Question


def limits(question: Question) -> str:
    one = size(question.limit_bytes)
    sizes = f"{one} of each file, {size(question.total_bytes)} of all" if question.total_bytes else one
    return f"{question.limit_s} s, {sizes}"
