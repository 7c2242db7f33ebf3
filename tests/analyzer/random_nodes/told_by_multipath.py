"""`multipath -ll` and multipathd, of a truth; forms of multipath-tools 0.9.4."""

from __future__ import annotations

from tests.analyzer.random_nodes.seen import Seen, all_paths, map_paths, seen
from tests.analyzer.random_nodes.truth import Lun, Map, Node, Path

_STATES = {
    Seen.ALIVE: ("active", "ready", "running"),
    Seen.GONE: ("failed", "faulty", "running"),
    Seen.REUSED: ("active", "ready", "running"),
    Seen.UNAVAILABLE: ("failed", "faulty", "running"),
    Seen.OFFLINE: ("failed", "faulty", "offline"),
    Seen.LINK_FREE: ("failed", "faulty", "running"),  # whatever sysfs says
    Seen.LINK_FAILED: ("failed", "faulty", "blocked"),
    Seen.LINK_SILENT: ("active", "i/o pending", "running"),
}
_HEALTHY = _STATES[Seen.ALIVE]


def maps_of(node: Node) -> list[tuple[Lun, Map]]:
    return [(lun, lun.map) for lun in node.luns if lun.map is not None]


def multipath_ll(node: Node) -> str:
    return "".join(_map(node, lun, over) for lun, over in maps_of(node))


def _map(node: Node, lun: Lun, over: Map) -> str:
    paths = map_paths(node, "multipath_ll", lun)
    vendor = f"{lun.vendor},XSG1" if paths else "##,##"
    header = (
        f"{lun.wwid} {over.dm} {vendor}" if over.name == lun.wwid else f"{over.name} ({lun.wwid}) {over.dm} {vendor}"
    )
    features = "1 queue_if_no_path" if over.queues else "0"
    lines = [header, f"size=300M features='{features}' hwhandler='1 alua' wp=rw"]
    # one group when they are few, else two
    groups = [paths[:2], paths[2:]] if len(paths) > 2 else [paths] if paths else []
    for rank, group in enumerate(groups):
        lines += _group(node, over, group, is_last=rank == len(groups) - 1)
    return "".join(f"{line}\n" for line in lines)


def _group(node: Node, over: Map, paths: list[Path], *, is_last: bool) -> list[str]:
    mark, bar = ("`", " ") if is_last else ("|", "|")
    widths = [
        max(len(text) for text in column) for column in zip(*((p.hctl, p.disk, p.dev_t) for p in paths), strict=True)
    ]
    lines = [f"{mark}-+- policy='service-time 0' prio=0 status=active"]
    for path in paths:
        states = _HEALTHY if over.lags_in_multipath else _STATES[seen(node, "multipath_ll", path)]
        address = " ".join(
            text.ljust(width) for text, width in zip((path.hctl, path.disk, path.dev_t), widths, strict=True)
        )
        lines.append(f"{bar} {'`' if path is paths[-1] else '|'}- {address} {' '.join(states)}")
    return lines


def show_maps(node: Node) -> str:
    rows = [_shown(node, lun, over) for lun, over in maps_of(node) if over.watched]
    if not rows:
        return "ok\n"
    headings = (
        "name",
        "uuid",
        "sysfs",
        "failback",
        "queueing",
        "paths",
        "dm-st",
        "size",
        "failures",
        "map_loads",
        "total_q_time",
    )
    return table(headings, rows)


def _shown(node: Node, lun: Lun, over: Map) -> tuple[str, ...]:
    usable = sum(
        seen(node, "multipathd_show_maps", path) is Seen.ALIVE for path in map_paths(node, "multipathd_show_maps", lun)
    )
    state = "suspend" if over.suspended else "active"
    return (
        over.name,
        lun.wwid,
        over.dm,
        "immediate",
        "on" if over.queues else "off",
        str(usable),
        state,
        "300M",
        "1",
        "2",
        "0",
    )


def show_paths(node: Node) -> str:
    rows: list[tuple[str, ...]] = []
    for lun, path in all_paths(node, "multipathd_show_paths"):
        held = lun.map is not None and path.in_map
        states = _STATES[seen(node, "multipathd_show_paths", path)]
        rows.append((path.hctl, path.disk, path.dev_t, "50", *states, "XX........ 1/5" if held else "orphan"))
    return table(("hcil", "dev", "dev_t", "pri", "dm_st", "chk_st", "dev_st", "next_check"), rows) if rows else "ok\n"


def table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    columns = list(zip(headings, *rows, strict=True))
    widths = [max(len(text) for text in column) for column in columns]
    lines = [" ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)) for row in (headings, *rows)]
    return "".join(f"{line}\n" for line in lines)
