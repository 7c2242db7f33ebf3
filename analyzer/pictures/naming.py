"""Which volumes findings name, and which of them get a picture.

Input    findings in the order of the verdict, the volumes of the cluster.
Output   volumes, those of the worst findings first, each with the findings that name it.
A finding about a whole array may name a thousand volumes that look alike: it gets the first few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from analyzer.findings import Finding
from analyzer.pictures.looking import plain

MOST = 60  # pictures of a report
OF_ONE_FINDING = 6


@dataclass(frozen=True, slots=True)
class Named:
    """A volume by its PV, or by its WWN where no PV is known."""

    pv: str
    wwn: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The volumes that get a picture, and how many get none."""

    chosen: tuple[Named, ...]
    left_out: int


def choose(findings: Iterable[Finding], pv_of: Mapping[str, str]) -> Choice:
    """`pv_of` is the PV of a WWN."""
    named: dict[tuple[str, str], list[Finding]] = {}
    chosen: dict[tuple[str, str], None] = {}
    for finding in findings:
        volumes = tuple(dict.fromkeys(_volumes(finding, pv_of)))
        for volume in volumes:
            named.setdefault(volume, []).append(finding)
        chosen |= dict.fromkeys(volumes[:OF_ONE_FINDING])
    first = list(chosen)[:MOST]
    return Choice(tuple(Named(*volume, tuple(named[volume])) for volume in first), len(named) - len(first))


def _volumes(finding: Finding, pv_of: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The subject's volume first, then those that it affects."""
    kind, _, name = finding.subject.partition(":")
    if kind == "pv" and name:
        yield name, ""
    if wwn := wwn_of(finding):
        yield (pv_of[wwn], "") if wwn in pv_of else ("", wwn)
    yield from ((one.pv, "") for one in finding.affects if one.pv)


def wwn_of(finding: Finding) -> str:
    """Of the LUN that is a finding's subject; "" of another subject."""
    kind, _, name = finding.subject.partition(":")
    return plain(name) if kind in ("wwid", "wwn") else ""
