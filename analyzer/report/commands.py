"""A command as one line to copy, and the file a host's steps are written to."""

from __future__ import annotations

import shlex

from analyzer.report.printable import printable
from analyzer.runbook import Command


def command_line(command: Command) -> str:
    """The line a shell would read; what goes to standard input is piped in by `printf`."""
    line = shlex.join(command.argv)
    if command.stdin is not None:
        line = f"printf '%s\\n' {shlex.quote(command.stdin)} | {line}"
    return printable(line)


def script_name(host: str) -> str:
    """Below the report's folder."""
    return f"runbook/{host}.sh"
