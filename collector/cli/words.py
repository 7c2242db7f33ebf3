"""What the words of the command line mean: periods, the new bundle's path, sudo's password.

Errors   click's own for a bad word; BundleError for a path no bundle can be written to; SudoPasswordError.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from bundle.layout import BundleError, bundle_name
from collector.errors import UserError
from collector.transports import Sudo

_PERIOD = re.compile(r"[1-9][0-9]{0,5}(?:s|min|h|d)")


class SudoPasswordError(UserError):
    """One sentence about the file with sudo's password."""


class Period(click.ParamType[str]):
    name = "period"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _PERIOD.fullmatch(str(value)):
            self.fail(f"{value!r} is not a period: write a number and s, min, h or d, as in 72h.", param, ctx)
        return str(value)


PERIOD = Period()
FILE = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Tell the result as one JSON object.")
ENCRYPT = click.option(
    "--encrypt-to",
    "encrypt_to",
    multiple=True,
    metavar="KEY",
    help="So that only they can read it: age1…, ssh-ed25519 …, or a file of such lines.",
)


def new_bundle(path: Path | None, *, force: bool, encrypted: bool = False) -> Path:
    """Where the bundle goes, after everything that would stop it later has been looked at."""
    chosen = path or Path(f"csi-bundle-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz{'.age' if encrypted else ''}")
    bundle_name(chosen)
    if not chosen.parent.is_dir():
        raise BundleError(f"{chosen.parent} is not a folder; make it, or choose another place with -o")
    if chosen.is_dir() or (chosen.exists() and not force):
        raise BundleError(f"{chosen} exists already; choose another name with -o, or replace the file with --force")
    return chosen


def sudo_of(*, wanted: bool, ask: bool, file: Path | None) -> Sudo | None:
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


def tell(result: Mapping[str, object], *, as_json: bool) -> None:
    """Of a bundle that was written."""
    if as_json:
        tell_json(result)
        return
    click.echo(f"bundle  {result['bundle']}")
    click.echo(f"size    {result['size']} bytes")
    click.echo(f"sha256  {result['sha256']}")


def tell_json(result: Mapping[str, object]) -> None:
    click.echo(json.dumps(result))
