"""Huawei UltraPath's virtual LUNs, where it is installed instead of DM-multipath."""

from __future__ import annotations

from collector.probes.probe import AnyProbe, Probe

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "upadmin_show_vlun",
        ("upadmin", "show", "vlun"),
        reads="UltraPath's virtual LUNs with disk, WWN and status",
        limit_s=90,
    ),
)
