"""What the words of the command line lead to: the new bundle's path, sudo's password, the nodes' program, the result.

Errors   click's own for words that do not go together; BundleError for a path no bundle can be written to;
         SudoPasswordError and ProgramError about the file that was named.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bundle.layout import BundleError, bundle_name
from collector.errors import UserError
from collector.transports import Installed, Sudo
from collector.transports.addresses import is_program

if TYPE_CHECKING:
    from collector.to_json import Written


class SudoPasswordError(UserError):
    """One sentence about the file with sudo's password."""


class ProgramError(UserError):
    """One sentence about the file that should be the nodes' program."""


def refuse_targets(active: bool, targets: tuple[str, ...]) -> None:
    if targets and not active:
        raise click.UsageError("--portal and --nfs-share name targets of active tests: leave --no-active out.")


def new_bundle(path: Path | None, *, force: bool, encrypted: bool = False) -> Path:
    """Where the bundle goes, after everything that would stop it later has been looked at."""
    chosen = path or Path(f"csi-bundle-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz{'.age' if encrypted else ''}")
    bundle_name(chosen)
    if not chosen.parent.is_dir():
        raise BundleError(f"{chosen.parent} is not a folder; make it, or choose another place with -o")
    if chosen.is_dir() or (chosen.exists() and not force):
        raise BundleError(f"{chosen} exists already; choose another name with -o, or replace the file with --force")
    return chosen


def root_by(*, sudo: bool, ask: bool, file: Path | None, program: str | None) -> Sudo | Installed | None:
    if program and (ask or file):
        raise click.UsageError("--node-program is started by sudo without a password: give none.")
    return Installed(program) if program else _sudo(wanted=sudo, ask=ask, file=file)


def _sudo(*, wanted: bool, ask: bool, file: Path | None) -> Sudo | None:
    if ask and file:
        raise click.UsageError("give sudo's password once: --ask-sudo-password or --sudo-password-file, not both.")
    if file:
        return Sudo(_password_in(file))
    if ask:
        return Sudo(click.prompt("sudo password for the nodes", hide_input=True, err=True))
    return Sudo() if wanted else None


def _password_in(file: Path) -> str:
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise SudoPasswordError(f"{file} holds a password that others can read; first `chmod 600 {file}`")
        lines = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SudoPasswordError(f"{file}: sudo's password cannot be read from it: {error}") from error
    if not lines or not lines[0]:
        raise SudoPasswordError(f"{file}: its first line is empty; write sudo's password there")
    return lines[0]


def program_in(file: Path) -> bytes:
    """What `script` has printed into this file."""
    from collector.node_program.program import is_program_text  # noqa: PLC0415 - see collect_command

    try:
        program = file.read_bytes()
    except OSError as error:
        raise ProgramError(f"{file}: the program cannot be read: {error.strerror}") from error
    if not is_program_text(program) or not is_program(f"/{file.name}"):
        raise ProgramError(f"{file} is not what `csi-collector script` prints; write it to a file with a plain name")
    return program


def written(path: Path, sha256: str, *, encrypted: bool, map_file: Path | None) -> Written:
    from collector.to_json import Written  # noqa: PLC0415 - see collect_command

    return Written(str(path), path.stat().st_size, sha256, encrypted, str(map_file) if map_file else None)


def tell(result: Mapping[str, object], *, as_json: bool) -> None:
    """Of a bundle that was written."""
    if as_json:
        tell_json(result)
    else:
        tell_written(Path(str(result["bundle"])), str(result["sha256"]))
        if result["map"]:
            click.echo(f"map     {result['map']}")


def tell_written(path: Path, sha256: str) -> None:
    click.echo(f"bundle  {path}")
    click.echo(f"size    {path.stat().st_size} bytes")
    click.echo(f"sha256  {sha256}")


def tell_json(result: Mapping[str, object]) -> None:
    click.echo(json.dumps(result))
