"""Salted digests of the node's initiator names -> Initiators.

Input    `salt <8 hex>`, then `iscsi <16 hex|empty|missing>`, `nvme <16 hex|empty|missing>`, and `fc <16 hex>` for each
         Fibre Channel host port.  A digest is the beginning of the SHA-256 of salt and name; the salt's is of itself.
Output   all of them in the order printed.
Errors   ParseError unless the salt comes first and iSCSI and NVMe once each, on a line of another form, and on a last
         line without its end.
Source   open-iscsi's initiatorname.iscsi; nvme-cli's hostnqn; kernel, drivers/scsi/scsi_transport_fc.c.
"""

from __future__ import annotations

import re
from typing import get_args

from analyzer.facts import ParseError
from analyzer.facts.initiators import Initiator, Initiators, Kind, State
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "initiators"
_SALT = re.compile(r"salt ([0-9a-f]{8})")
_LINE = re.compile(r"(?:(iscsi|nvme) ([0-9a-f]{16}|empty|missing)|fc ([0-9a-f]{16}))")
_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}
_WITHOUT_NAME: dict[str, State] = {"empty": "empty", "missing": "missing"}


def parse(text: str) -> Initiators:
    found = list(numbered(_PROBE, text))
    salt = _SALT.fullmatch(found[0][1]) if found else None
    if salt is None:
        raise ParseError(_PROBE, 1, "the salt does not come first")
    initiators = tuple(_initiator(number, line) for number, line in found[1:])
    for kind in ("iscsi", "nvme"):
        if sum(initiator.kind == kind for initiator in initiators) != 1:
            raise ParseError(_PROBE, found[-1][0], f"not one answer for {kind}: cut off")
    return Initiators(salt[1], initiators)


def _initiator(number: int, line: str) -> Initiator:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not the digest of an initiator's name: {line!r}")
    said = match[2] or match[3]
    state = _WITHOUT_NAME.get(said, "set")
    kind = _KINDS[match[1] or "fc"]
    return Initiator(kind, said if state == "set" else None, state, one_line(_PROBE, number, line))


PARSER = Parser(_PROBE, Initiators, parse)
