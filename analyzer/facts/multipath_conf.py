"""What `/etc/multipath.conf` and its drop-in files say of names."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.facts import Span


@dataclass(frozen=True, slots=True)
class Setting:
    """A `keyword value` line; `section` is the outermost one: defaults, devices, multipaths, overrides, ..."""

    section: str
    keyword: str
    value: str  # without quotes
    span: Span


@dataclass(frozen=True, slots=True)
class MultipathConf:
    """Every setting in the order read; `rejected` are lines that multipath ignores: they share one with a brace."""

    files: tuple[str, ...]  # of configuration: not `wwids`, not `bindings`
    settings: tuple[Setting, ...]
    rejected: tuple[Span, ...] = ()

    def last(self, keyword: str, *sections: str) -> Setting | None:
        """The one in force: a later line wins, and `overrides` over all others."""
        found = [one for one in self.settings if one.keyword == keyword and one.section in sections]
        strongest = [one for one in found if one.section == "overrides"] or found
        return strongest[-1] if strongest else None

    @property
    def friendly_names(self) -> Setting | None:
        """None: not set, which is `no`."""
        return self.last("user_friendly_names", "defaults", "overrides")

    @property
    def aliases(self) -> tuple[Setting, ...]:
        """Names given by hand to single maps."""
        return tuple(one for one in self.settings if one.keyword == "alias" and one.section == "multipaths")
