"""Why the work cannot be done: one sentence that says what to do, shown to the user as it is."""

from __future__ import annotations


class UserError(Exception):
    """Every error of the collector that its user can mend; the command line shows it and ends with 2."""


class CollectError(UserError):
    """One sentence: why there is no bundle, and what to do."""
