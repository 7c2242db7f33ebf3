"""`systemctl show UNIT… -p Id -p Names -p LoadState -p ActiveState -p SubState -p UnitFileState` -> Services.

Input    `Key=value` lines, a block a unit, blocks apart by blank lines.
Output   every unit in the order asked; a unit that does not exist is `not-found` and `inactive`.  An alias is printed
         under the unit behind it, so one unit may come twice.
Errors   ParseError on a line without `=`, a unit without its name or one of its three states (cut off), and on a last
         line without its end.
Source   systemctl(1); org.freedesktop.systemd1(5).
"""

from __future__ import annotations

from analyzer.facts.services import Service, Services
from analyzer.parsers import Parser
from analyzer.parsers.systemctl_show import Block, blocks

_PROBE = "services"


def parse(text: str) -> Services:
    return Services(tuple(_service(block) for block in blocks(_PROBE, text)))


def _service(block: Block) -> Service:
    block.need("Id", "LoadState", "ActiveState", "SubState")
    values = block.values
    return Service(
        unit=values["Id"],
        load_state=values["LoadState"],
        active_state=values["ActiveState"],
        sub_state=values["SubState"],
        enabled=values.get("UnitFileState", ""),
        span=block.span,
        names=tuple(values.get("Names", "").split()),
    )


PARSER = Parser(_PROBE, Services, parse)
