"""Which kernel modules the host's own configuration loads at boot, and which it forbids."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class ModuleLine:
    """A line of a configuration file that names a module."""

    module: str  # with underscores, as lsmod prints it
    path: str  # absolute on the node
    span: Span


@dataclass(frozen=True, slots=True)
class ModulesAtBoot:
    """Of /etc only: what packages bring in /usr/lib is not collected, so "not loaded" means "not by the admin"."""

    loaded: tuple[ModuleLine, ...]  # /etc/modules-load.d/*.conf, /etc/modules
    forbidden: tuple[ModuleLine, ...]  # /etc/modprobe.d/*.conf: `install MODULE …`, `blacklist MODULE`

    def loads(self, module: str) -> ModuleLine | None:
        return next((one for one in self.loaded if one.module == module), None)

    def forbids(self, module: str) -> ModuleLine | None:
        return next((one for one in self.forbidden if one.module == module), None)
