"""`/sys/block` -> BlockDevices.

Input    lines of three forms, in any order, paths relative to /sys/block:
         `sdb/device/state:running`, a file and its content (grep -sH '');
         `sdb/holders: sdb/holders/dm-1`, also slaves, where `sdb/holders/*` means none;
         `lrwxrwxrwx … sdb -> ../devices/platform/host2/session11/target2:0:0/2:0:0:2/block/sdb` (ls -ld).
Skipped  `Binary file sdb/device/model matches`: an attribute that is no text is unknown.
Output   every device in the order of its first line; sizes in bytes (sysfs counts 512-byte sectors); identities
         verbatim, an attribute that is empty or not there as None; vendor and model without trailing blanks.
Errors   ParseError on a line of no known form, a number that is none, a last line without its end, and on a device
         without its holders, slaves or link: the answer was cut off, or the device went away meanwhile.
Source   kernel, Documentation/ABI/stable/sysfs-block, testing/sysfs-block-dm, drivers/scsi/scsi_sysfs.c.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from analyzer.facts import ParseError
from analyzer.facts.block import BlockDevice, BlockDevices
from analyzer.parsers import Parser
from analyzer.parsers.lines import Link, link_of, numbered, scattered

_PROBE = "sysfs_block"
_SECTOR_BYTES = 512  # whatever the disk's own sector is
_RELATED = re.compile(r"([^/\s]+)/(holders|slaves):((?: \S+)*) *")
_ATTRIBUTE = re.compile(r"([^/:\s]+)/([A-Za-z0-9_/-]+):(.*)")
_BINARY = re.compile(r"(?:Binary file |grep: )[^/\s]+/\S+(?: matches|: binary file matches)")
_ADDRESS = re.compile(r"/([0-9]+:[0-9]+:[0-9]+:[0-9]+)/block/")
_SESSION = re.compile(r"/(session[0-9]+)/")
_NUMBER = re.compile(r"[0-9]{1,20}")


@dataclass(slots=True)
class _Device:
    name: str
    lines: list[tuple[int, str]] = field(default_factory=list)
    attributes: dict[str, tuple[int, str]] = field(default_factory=dict)
    related: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sysfs_path: str = ""


def parse(text: str) -> BlockDevices:
    devices: dict[str, _Device] = {}
    for number, line in numbered(_PROBE, text):
        if not _BINARY.fullmatch(line):
            _read(devices, number, line)
    return BlockDevices(tuple(_closed(device) for device in devices.values()))


def _read(devices: dict[str, _Device], number: int, line: str) -> None:
    if (link := link_of(line)) is not None:
        device = _named(devices, link.name.removesuffix("/device"), number, line)
        _keep_path(device, link)
    elif (related := _RELATED.fullmatch(line)) is not None:
        device = _named(devices, related[1], number, line)
        device.related[related[2]] = _related(number, related)
    elif (attribute := _ATTRIBUTE.fullmatch(line)) is not None:
        device = _named(devices, attribute[1], number, line)
        device.attributes[attribute[2]] = (number, attribute[3])
    else:
        raise ParseError(_PROBE, number, f"not a line of /sys/block: {line!r}")


def _named(devices: dict[str, _Device], name: str, number: int, line: str) -> _Device:
    device = devices.setdefault(name, _Device(name))
    device.lines.append((number, line))
    return device


def _keep_path(device: _Device, link: Link) -> None:
    if not link.name.endswith("/device"):
        device.sysfs_path = link.target


def _related(number: int, match: re.Match[str]) -> tuple[str, ...]:
    folder = f"{match[1]}/{match[2]}/"
    paths = match[3].split()
    if not all(path.startswith(folder) for path in paths):
        raise ParseError(_PROBE, number, f"not in {folder}: {match[3]!r}")
    names = tuple(path.removeprefix(folder) for path in paths)
    return () if names == ("*",) else names


def _closed(device: _Device) -> BlockDevice:
    missing = [kind for kind in ("holders", "slaves") if kind not in device.related]
    if device.name.startswith("sd") and not device.sysfs_path:
        missing.append("link")
    if missing:
        problem = f"{device.name} without its {' and '.join(missing)}: cut off, or gone meanwhile"
        raise ParseError(_PROBE, device.lines[-1][0], problem)
    address, session = _ADDRESS.search(device.sysfs_path), _SESSION.search(device.sysfs_path)
    sectors = _number(device, "size")
    return BlockDevice(
        name=device.name,
        dev_t=_text(device, "dev"),
        size_bytes=None if sectors is None else sectors * _SECTOR_BYTES,
        read_only=_flag(device, "ro"),
        state=_text(device, "device/state"),
        vendor=_text(device, "device/vendor"),
        model=_text(device, "device/model"),
        wwid=_verbatim(device, "device/wwid") or _verbatim(device, "wwid"),  # the latter of an NVMe namespace
        access_state=_text(device, "device/access_state"),
        hctl=address[1] if address else None,
        session=session[1] if session else None,
        holders=device.related["holders"],
        slaves=device.related["slaves"],
        dm_name=_verbatim(device, "dm/name"),
        dm_uuid=_verbatim(device, "dm/uuid"),
        dm_suspended=_flag(device, "dm/suspended"),
        span=scattered(_PROBE, device.lines),
    )


def _verbatim(device: _Device, attribute: str) -> str | None:
    return device.attributes.get(attribute, (0, ""))[1] or None


def _text(device: _Device, attribute: str) -> str | None:
    return device.attributes.get(attribute, (0, ""))[1].rstrip() or None


def _number(device: _Device, attribute: str) -> int | None:
    number, value = device.attributes.get(attribute, (0, ""))
    if not value:
        return None
    if not _NUMBER.fullmatch(value):
        raise ParseError(_PROBE, number, f"not a number: {value!r}")
    return int(value)


def _flag(device: _Device, attribute: str) -> bool | None:
    number, value = device.attributes.get(attribute, (0, ""))
    if value not in ("", "0", "1"):
        raise ParseError(_PROBE, number, f"neither 0 nor 1: {value!r}")
    return {"0": False, "1": True}.get(value)


PARSER = Parser(_PROBE, BlockDevices, parse)
