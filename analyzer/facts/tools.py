"""The host's commands that the driver runs, or that a remedy needs."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    path: str | None  # None: in none of the folders searched
    span: Span


@dataclass(frozen=True, slots=True)
class Tools:
    tools: tuple[Tool, ...]
    nvme_version: str | None = None  # numbers and dots, "1.8.1"; None: no nvme-cli, or it did not tell
    nvme_version_span: Span | None = None

    def get(self, name: str) -> Tool | None:
        """None: it was not asked for."""
        return next((tool for tool in self.tools if tool.name == name), None)

    def has(self, name: str) -> bool | None:
        """None: it was not asked for."""
        tool = self.get(name)
        return None if tool is None else tool.path is not None
