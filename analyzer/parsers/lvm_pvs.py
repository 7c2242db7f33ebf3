"""`pvs -o +devices --reportformat json` -> PhysicalVolumes.

Input    JSON, `{"report": [{"pv": [{"pv_name", "vg_name", …}]}]}`, perhaps after warnings.
Skipped  lines before the first line that begins with `{`: LVM's warnings.
Output   every pair of physical volume and volume group once (the `devices` column prints one line a segment); "" as
         the group of a volume that is in none.
Errors   ParseError when there is no JSON, or it is cut off or has another shape.
Source   pvs(8), lvmreport(7).
"""

from __future__ import annotations

from analyzer.facts import ParseError, Span
from analyzer.facts.block import PhysicalVolume, PhysicalVolumes
from analyzer.parsers import Parser
from analyzer.parsers.json_text import Object, Places, decode, objects, word

_PROBE = "lvm_pvs"


def parse(text: str) -> PhysicalVolumes:
    if not text.strip():
        return PhysicalVolumes(())
    warnings, json_text = _without_warnings(text)
    root = decode(_PROBE, json_text, first_line=warnings + 1)
    if not isinstance(root, dict) or "report" not in root:
        raise ParseError(_PROBE, warnings + 1, "not the report of pvs")
    rows = [row for report in objects(_PROBE, root["report"]) for row in objects(_PROBE, report.get("pv"))]
    spans = Places(_PROBE, "\n" * warnings + json_text, "pv_name").spans(len(rows))
    volumes: dict[tuple[str, str], PhysicalVolume] = {}
    for row, span in zip(rows, spans, strict=True):
        volume = _volume(row, span)
        volumes.setdefault((volume.device, volume.volume_group), volume)
    return PhysicalVolumes(tuple(volumes.values()))


def _without_warnings(text: str) -> tuple[int, str]:
    """How many lines stand before the JSON, and the JSON."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line.lstrip().startswith("{"):
            return number, "\n".join(lines[number:])
    raise ParseError(_PROBE, 1, "no JSON")


def _volume(row: Object, span: Span) -> PhysicalVolume:
    device = word(_PROBE, row, "pv_name", span.first_line)
    group = word(_PROBE, row, "vg_name", span.first_line)
    if device is None or group is None:
        raise ParseError(_PROBE, span.first_line, "a row without pv_name or vg_name")
    return PhysicalVolume(device, group, span)


PARSER = Parser(_PROBE, PhysicalVolumes, parse)
