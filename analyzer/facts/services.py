"""The system's services that storage needs, as systemd has them."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class Service:
    """A block of `systemctl show UNIT…`; one that does not exist is `not-found` and `inactive`."""

    unit: str  # "multipathd.service"; of an alias the unit behind it
    load_state: str  # loaded, not-found, masked, error, bad-setting
    active_state: str  # active, inactive, failed, activating, deactivating, reloading
    sub_state: str  # running, dead, listening, exited, auto-restart, ...
    enabled: str  # enabled, disabled, static, indirect, masked; "" for a unit without a file
    span: Span
    names: tuple[str, ...] = ()  # all its names, aliases too: "iscsi.service" is "open-iscsi.service" on Debian

    @property
    def is_active(self) -> bool:
        return self.active_state == "active"

    @property
    def exists(self) -> bool:
        """It can be started: a masked one cannot."""
        return self.load_state not in ("not-found", "masked")


@dataclass(frozen=True, slots=True)
class Services:
    units: tuple[Service, ...]

    def get(self, unit: str) -> Service | None:
        """By its name or an alias; None: it was not asked for."""
        return next((one for one in self.units if unit == one.unit or unit in one.names), None)
