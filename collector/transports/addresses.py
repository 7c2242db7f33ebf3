"""Names of hosts, users and programs that no tool can take for anything else: no leading dash, no blanks, nothing that
a shell or sudoers reads as more than itself."""

from __future__ import annotations

import ipaddress
import re

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?\Z")
_ZONE = re.compile(r"[A-Za-z0-9._-]{0,32}\Z")  # of fe80::1%eth0; the library takes anything for it
_PROGRAM = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}){1,16}\Z")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@\\$-]{0,63}\Z")


def is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _HOST.match(text) is not None
    return _ZONE.match(text.partition("%")[2]) is not None


def is_program(path: str) -> bool:
    """An absolute path of plain names, none of them hidden and none leading up."""
    return _PROGRAM.match(path) is not None


def is_user(text: str) -> bool:
    return _USER.match(text) is not None
