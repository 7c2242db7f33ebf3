"""A command as one line to copy, and the file a host's steps are written to."""

from __future__ import annotations

import re
import shlex

from analyzer.report.printable import printable
from analyzer.runbook import Command

SIGNED_FOR = "csi-triage-runbook"  # the namespace of a script's signature; ssh-keygen(1), -n


def command_line(command: Command) -> str:
    """The line a shell would read; what goes to standard input is piped in by `printf`.

    What is saved is private, and no file is overwritten (`set -C`).
    """
    line = shlex.join(command.argv)
    if command.stdin is not None:
        line = f"printf '%s\\n' {shlex.quote(command.stdin)} | {line}"
    if command.save_as is not None:
        line = f"(umask 077; set -C; {line} >{shlex.quote(command.save_as)})"
    return printable(line)


def script_name(host: str) -> str:
    """Below the report's folder."""
    return f"runbook/{host}.sh"


def page_name(host: str) -> str:
    """The same steps to read and print, beside the script."""
    return f"runbook/{host}.html"


def plain_name(host: str) -> str:
    """A host as a script calls itself, and its transcripts."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", host, flags=re.ASCII)
