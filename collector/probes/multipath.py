"""DM-multipath: maps, paths, what the daemon thinks of them, and the configuration."""

from __future__ import annotations

from collector.probes.probe import MIB, AnyProbe, FileProbe, Probe

MAP_FORMAT = "%n %w %d %F %Q %N %t %S %x %2 %3"

PROBES: tuple[AnyProbe, ...] = (
    Probe(
        "multipath_ll",
        ("multipath", "-ll"),
        reads="multipath maps with their groups, paths and path states",
        root="opens /dev/mapper/control",
        limit_s=90,
        limit_bytes=16 * MIB,
    ),
    Probe(
        "multipathd_show_maps",
        ("multipathd", "show", "maps", "format", MAP_FORMAT),
        reads="the daemon's view of each map: queueing, path count, failures",
        root="the daemon's socket answers root only",
        limit_s=60,
        limit_bytes=16 * MIB,
    ),
    Probe(
        "multipathd_show_paths",
        ("multipathd", "show", "paths"),
        reads="the daemon's view of each path and when it is checked next",
        root="the daemon's socket answers root only",
        limit_s=60,
        limit_bytes=16 * MIB,
    ),
    FileProbe(
        "multipath_conf",
        ("/etc/multipath.conf", "/etc/multipath/conf.d/*.conf", "/etc/multipath/wwids", "/etc/multipath/bindings"),
        reads="multipath configuration, known WWIDs and aliases",
        root="/etc/multipath is readable by root only",
    ),
)
