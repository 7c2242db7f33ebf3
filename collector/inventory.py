"""The nodes to ask: from a file, or from the cluster's own list.

File     one node a line: `name [address[:port]] [user=U]`; `#` begins a comment; an IPv6 address with a port is written
         `[fd00::1]:22`.  Without an address the name is connected to, as `~/.ssh/config` says.
Cluster  the objects of `/api/v1/nodes`: the node's name, and its InternalIP (else Hostname, else its name).
Output   `Node`s in the order read, each name once.
Errors   InventoryError, one sentence with the line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle.layout import is_safe_name
from collector.errors import UserError
from collector.transports.addresses import is_host, is_user

_WITH_PORT = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<host>[^:\[\]]+)):(?P<port>\d{1,5})\Z")
_BRACKETS = re.compile(r"\[(?P<v6>[^\]]+)\]\Z")


class InventoryError(UserError):
    """One sentence: which line or object cannot be used, and how it should read."""


@dataclass(frozen=True, slots=True)
class Node:
    """A node by the name it has in the cluster; None where the SSH configuration is to decide."""

    name: str
    address: str | None = None
    port: int | None = None
    user: str | None = None
    address_from_cluster: bool = False  # a HostName configured for the node's name is then the better way in


def read_file(path: Path) -> tuple[Node, ...]:
    try:
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InventoryError(f"{path}: the list of nodes cannot be read: {reason}; give a file to --nodes") from error
    nodes = tuple(
        _parse(words, f"{path}, line {number}")
        for number, line in enumerate(text.splitlines(), 1)
        if (words := line.partition("#")[0].split())
    )
    if not nodes:
        raise InventoryError(f"{path}: no node in it; write one a line: name [address[:port]] [user=U]")
    return _each_once(nodes, str(path))


def from_cluster(objects: Iterable[Mapping[str, Any]]) -> tuple[Node, ...]:
    return _each_once((_of_object(item) for item in objects), "the cluster's list of nodes")


def _parse(words: list[str], where: str) -> Node:
    name, *rest = words
    settings = dict(word.split("=", 1) for word in rest if "=" in word)
    places = [word for word in rest if "=" not in word]
    if not is_safe_name(name) or not is_host(name):
        raise InventoryError(f"{where}: {name!r} cannot be a node's name: use letters, digits, dots and dashes")
    if len(places) > 1 or settings.keys() - {"user"}:
        raise InventoryError(f"{where}: not understood; a line reads: name [address[:port]] [user=U]")
    user = settings.get("user")
    if user is not None and not is_user(user):
        raise InventoryError(f"{where}: {user!r} cannot be a user's name")
    address, port = _place(places[0], where) if places else (None, None)
    return Node(name, address, port, user)


def _place(text: str, where: str) -> tuple[str, int | None]:
    with_port = _WITH_PORT.match(text)
    bare = _BRACKETS.match(text)
    if with_port:
        host, port = with_port["v6"] or with_port["host"], int(with_port["port"])
    else:
        host, port = (bare["v6"] if bare else text), None
    if not is_host(host) or (port is not None and not 0 < port < 65536):
        raise InventoryError(
            f"{where}: {text!r} is not an address; write a name or address, with :port if it is not 22"
        )
    return host, port


def _of_object(item: Mapping[str, Any]) -> Node:
    name = item.get("metadata", {}).get("name", "")
    if not is_safe_name(name):
        raise InventoryError(f"the cluster names a node {name!r}, which cannot be a node's name; use --nodes instead")
    addresses = item.get("status", {}).get("addresses") or ()
    by_type = {entry.get("type"): entry.get("address", "") for entry in reversed(addresses)}
    address = by_type.get("InternalIP") or by_type.get("Hostname") or name
    if not is_host(address):
        raise InventoryError(f"the cluster gives node {name} the address {address!r}; use --nodes instead")
    return Node(name, address, address_from_cluster=True)


def _each_once(nodes: Iterable[Node], where: str) -> tuple[Node, ...]:
    found: dict[str, Node] = {}
    for node in nodes:
        if node.name in found:
            raise InventoryError(f"{where}: node {node.name} is there twice; name each node once")
        found[node.name] = node
    return tuple(found.values())
