"""Names of hosts and users that no tool can take for anything else: no leading dash, no blanks, no shell characters."""

from __future__ import annotations

import ipaddress
import re

_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9_])?\Z")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@\\$-]{0,63}\Z")


def is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _HOST.match(text) is not None
    return True


def is_user(text: str) -> bool:
    return _USER.match(text) is not None
