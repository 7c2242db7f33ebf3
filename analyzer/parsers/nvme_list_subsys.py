"""`nvme list-subsys -o json` -> NvmeControllers.

Input    JSON of two shapes: `{"Subsystems": […]}` (nvme-cli 1), or a list with one such object a host (nvme-cli 2).
         A subsystem's `Paths` stand in the object of its `Name` and `NQN`, or, before 1.9, in the object after it.
Output   every controller in the order printed; "" for what a version does not print.
Errors   ParseError when the JSON is cut off or has another shape, and on paths without a subsystem.
Source   nvme-list-subsys(1); nvme-cli, nvme-print-json.c.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.facts import ParseError, Span
from analyzer.facts.transport import NvmeController, NvmeControllers
from analyzer.parsers import Parser
from analyzer.parsers.json_text import Object, Places, decode, objects, word

_PROBE = "nvme_list_subsys"


@dataclass(frozen=True, slots=True)
class _Subsystem:
    name: str
    nqn: str


def parse(text: str) -> NvmeControllers:
    if not text.strip():
        return NvmeControllers(())
    named = list(_named(decode(_PROBE, text)))
    spans = Places(_PROBE, text, "Name", inner="Paths").spans(len(named))
    pairs = zip(named, spans, strict=True)
    return NvmeControllers(tuple(_controller(path, of, span) for (path, of), span in pairs if path is not None))


def _named(root: object) -> Iterator[tuple[Object | None, _Subsystem]]:
    """What has a `Name`, in its order: each subsystem (without a path), then its paths."""
    subsystem: _Subsystem | None = None
    for host in [root] if isinstance(root, dict) else objects(_PROBE, root):
        if host and "Subsystems" not in host:
            raise ParseError(_PROBE, 1, f"no Subsystems: {', '.join(sorted(host))[:200]}")
        for item in objects(_PROBE, host.get("Subsystems")):
            if "Name" in item:
                subsystem = _Subsystem(_word(item, "Name"), _word(item, "NQN"))
                yield None, subsystem
            for path in objects(_PROBE, item.get("Paths")):
                if subsystem is None:
                    raise ParseError(_PROBE, 1, "paths without their subsystem")
                yield path, subsystem


def _controller(path: Object, subsystem: _Subsystem, span: Span) -> NvmeController:
    return NvmeController(
        subsystem=subsystem.name,
        nqn=subsystem.nqn,
        name=_word(path, "Name"),
        transport=_word(path, "Transport"),
        address=_word(path, "Address"),
        state=_word(path, "State"),
        span=span,
    )


def _word(item: Object, key: str) -> str:
    return word(_PROBE, item, key) or ""


PARSER = Parser(_PROBE, NvmeControllers, parse)
