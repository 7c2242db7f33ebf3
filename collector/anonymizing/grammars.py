"""Identities that are known by their form: addresses, WWNs in all their spellings, UUIDs.

Input    a word and where in it a run of letters and digits begins.
Output   the end of the identity there and what stands for it, or None.
How      only the part of a WWN that tells one device from another is swapped: its type and its maker's number (IEEE
         OUI) stay, for rules look at them.  The same part is met alone, behind `3`, `naa.`, `0x`, in half (udev's
         `wwn-` names) or without its head (`scsi-1<vendor>_<model>:` names): each is swapped by itself, so all agree.
Source   SPC-5, 7.7.6.6 (NAA); multipath-tools, libmultipath/discovery.c; systemd, src/udev/scsi_id.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from enum import StrEnum


class Form(StrEnum):
    """What is swapped as a whole; the map tells its pairs under this name."""

    WWN_HEAD = "wwn-head"  # nine digits after type and OUI: array or port
    WWN_TAIL = "wwn-tail"  # the last sixteen of 32: the LUN
    PORT = "port"  # the last six of a port's WWN, or of a MAC address
    EUI = "eui"
    UUID = "uuid"
    IPV4 = "ipv4"
    IPV6 = "ipv6"


Swap = Callable[[Form, str], str]

_HEX = "[0-9A-Fa-f]"
_UUID = re.compile(
    rf"({_HEX}{{8}})(-|_|\\x2d)({_HEX}{{4}})\2({_HEX}{{4}})\2({_HEX}{{4}})\2({_HEX}{{12}})(?![0-9A-Za-z])"
)
# 5.10.0-136.12.0.86.oe2203 and 4.18.0-147.5.1.6.h1109 are kernels
_IPV4 = re.compile(
    r"(?<![0-9]\.)(?:(?:0|[1-9][0-9]{0,2})\.){3}(?:0|[1-9][0-9]{0,2})(?![0-9A-Za-z]|\.[0-9]|\.[a-z]{1,6}[0-9])"
)
_PAIRS = re.compile(rf"(?<!:)(?:{_HEX}{{2}}:){{5}}(?:{_HEX}{{2}}:{_HEX}{{2}}:)?{_HEX}{{2}}(?![0-9A-Za-z]|:{_HEX})")
_IPV6 = re.compile(rf"(?<![0-9A-Za-z:.])(?:{_HEX}{{0,4}}:){{2,7}}{_HEX}{{0,4}}(?![0-9A-Za-z:]|\.[0-9])")
_WWN = re.compile(rf"(0[xX])?(3(?={_HEX}{{16}}(?:{_HEX}{{16}})?(?![0-9A-Za-z])))?({_HEX}+)(?![0-9A-Za-z])")

Found = tuple[int, str]


def identity_at(word: str, start: int, swap: Swap) -> Found | None:
    for at in (_uuid_at, _pairs_at, _ipv4_at, _ipv6_at, _wwn_at):
        if found := at(word, start, swap):
            return found
    return None


def _uuid_at(word: str, start: int, swap: Swap) -> Found | None:
    match = _UUID.match(word, start)
    if match is None:
        return None
    text, dash = swap(Form.UUID, "".join(match.group(1, 3, 4, 5, 6))), match[2]
    return match.end(), dash.join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def _ipv4_at(word: str, start: int, swap: Swap) -> Found | None:
    match = _IPV4.match(word, start)
    if match is None or max(map(int, match[0].split("."))) > 255:
        return None
    return match.end(), swap(Form.IPV4, match[0])


def _ipv6_at(word: str, start: int, swap: Swap) -> Found | None:
    match = _IPV6.match(word, start)
    if match is None:
        return None
    try:
        ipaddress.IPv6Address(match[0])
    except ValueError:
        return None
    return match.end(), swap(Form.IPV6, match[0])


def _pairs_at(word: str, start: int, swap: Swap) -> Found | None:
    """A MAC address, or a WWN of 16 digits with colons."""
    match = _PAIRS.match(word, start)
    if match is None:
        return None
    text = match[0].replace(":", "")
    told = _wwn(text, swap) if len(text) == 16 else text[:6] + swap(Form.PORT, text[6:])
    return match.end(), ":".join(told[at : at + 2] for at in range(0, len(told), 2))


def _wwn_at(word: str, start: int, swap: Swap) -> Found | None:
    match = _WWN.match(word, start)
    if match is None:
        return None
    eui = len(match[3]) == 16 and word.endswith("eui.", 0, start)
    told = match[3][:6] + swap(Form.EUI, match[3][6:]) if eui else _wwn(match[3], swap)
    if told == match[3]:
        return None
    return match.end(), f"{match[1] or ''}{match[2] or ''}{told}"


def _wwn(text: str, swap: Swap) -> str:
    if len(text) == 32:
        return text[:7] + swap(Form.WWN_HEAD, text[7:16]) + swap(Form.WWN_TAIL, text[16:])
    if len(text) == 25 and not text.isdigit():
        return swap(Form.WWN_HEAD, text[:9]) + swap(Form.WWN_TAIL, text[9:])
    if len(text) == 16 and text[0] in "56":
        return text[:7] + swap(Form.WWN_HEAD, text[7:])
    if len(text) == 16 and text[0] in "12":
        return text[:10] + swap(Form.PORT, text[10:])
    return text
