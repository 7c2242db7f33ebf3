"""What a node's answers name beyond their words: its host name, volume groups, multipath aliases, exported paths.

Input    `NodeSnapshot`.  Output  (kind, name) pairs.  Errors  none: what is of another form names nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bundle.capture import NodeSnapshot
from collector.anonymizing.book import Kind
from collector.anonymizing.host_names import of_host

_BOOT_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ALIAS = re.compile(rb"^\s*alias\s+\"?([0-9A-Za-z._-]+)", re.MULTILINE)
_MPATH = re.compile(rb"^([0-9A-Za-z._-]+) ?[^\n]*\bmpath-3?[0-9a-f]{16,33}", re.MULTILINE)
_NFS = re.compile(rb"[0-9A-Za-z.\]-]+:(/[0-9A-Za-z._/-]+)[^\n]* nfs4? |- nfs4? [^ ]+:(/[0-9A-Za-z._/-]+) ")

Found = Iterator[tuple[Kind, str]]


def names_of(snapshot: NodeSnapshot) -> Found:
    answers = {capture.probe: capture for capture in snapshot.captures}
    yield from of_host(snapshot.node)
    if snapshot.address:
        yield from of_host(snapshot.address)
    if "host" in answers:
        for line in answers["host"].out.decode("utf-8", "replace").splitlines():
            if not _BOOT_ID.fullmatch(line):
                yield from of_host(line.strip())
    if "lvm_pvs" in answers:
        yield from ((Kind.GROUP, name) for name in _groups(answers["lvm_pvs"].out))
    if "dmsetup_info" in answers:
        yield from ((Kind.MAP, name.decode()) for name in _MPATH.findall(answers["dmsetup_info"].out))
    if "mountinfo" in answers:
        yield from ((Kind.PATH, part) for part in _exported(answers["mountinfo"].out))
    for capture in snapshot.captures:
        for file in capture.files:
            if "multipath" in file.path:
                yield from ((Kind.MAP, name.decode()) for name in _ALIAS.findall(file.content))


def boot_ids_of(snapshot: NodeSnapshot) -> Iterator[str]:
    """As they are swapped: without dashes."""
    for capture in snapshot.captures:
        if capture.probe == "host":
            text = capture.out.decode("utf-8", "replace")
            yield from (boot.replace("-", "") for boot in _BOOT_ID.findall(text))


def _groups(content: bytes) -> Iterator[str]:
    try:
        told = json.loads(content)
    except ValueError:
        return
    for report in told.get("report", ()) if isinstance(told, dict) else ():
        for row in report.get("pv", ()) if isinstance(report, dict) else ():
            if isinstance(row, dict) and isinstance(row.get("vg_name"), str):
                yield row["vg_name"]


def _exported(content: bytes) -> Iterator[str]:
    for match in _NFS.finditer(content):
        path = (match[1] or match[2] or b"").decode("ascii", "replace")
        yield from (part for part in path.split("/") if part)
