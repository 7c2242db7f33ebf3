"""Why the work cannot be done: one sentence that says what to do, shown to the user as it is."""

from __future__ import annotations


class UserError(Exception):
    """An error that the user can mend; the command line shows it and ends with 2."""
