"""What the words of the command line mean: periods, names, the new bundle's path, sudo's password, the nodes' program.

Errors   click's own for a bad word; BundleError for a path no bundle can be written to; SudoPasswordError and
         ProgramError about the file that was named.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from bundle.layout import BundleError, bundle_name
from collector.errors import UserError
from collector.node_program.limits import LEAST_SENT_BYTES
from collector.node_program.program import portal_words, share_word
from collector.planning.to_sudoers import is_sudoers_user
from collector.probes.probe import KIB, MIB
from collector.transports import Installed, Sudo
from collector.transports.addresses import is_program

NODE_PROGRAM = "/usr/local/sbin/csi-triage-collect"
_KUBERNETES_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")

_SIZE = re.compile(r"([1-9][0-9]{0,5})(MiB|GiB)")
_UNITS = {"MiB": MIB, "GiB": KIB * MIB}
_PERIOD = re.compile(r"[1-9][0-9]{0,5}(?:s|min|h|d)")


class SudoPasswordError(UserError):
    """One sentence about the file with sudo's password."""


class ProgramError(UserError):
    """One sentence about the file that should be the nodes' program."""


class NodeProgram(click.ParamType[str]):
    name = "path"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not is_program(str(value)):
            self.fail(f"{value!r} is not the absolute path of a program: write it as {NODE_PROGRAM}.", param, ctx)
        return str(value)


class SudoersUser(click.ParamType[str]):
    name = "user"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not is_sudoers_user(str(value)):
            self.fail(f"{value!r} is not one user (or %group) in sudoers.", param, ctx)
        return str(value)


class KubernetesName(click.ParamType[str]):
    name = "name"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _KUBERNETES_NAME.fullmatch(str(value)):
            self.fail(f"{value!r} is not the name of a Kubernetes object.", param, ctx)
        return str(value)


class Period(click.ParamType[str]):
    name = "period"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not _PERIOD.fullmatch(str(value)):
            self.fail(f"{value!r} is not a period: write a number and s, min, h or d, as in 72h.", param, ctx)
        return str(value)


class NodeBytes(click.ParamType[int]):
    """ "256MiB" -> 268435456: at least what the short answers need."""

    name = "size"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = _SIZE.fullmatch(str(value))
        count = int(match[1]) * _UNITS[match[2]] if match else 0
        if count < LEAST_SENT_BYTES:
            self.fail(f"{value!r} is not a size: write a number of MiB or GiB from 1MiB, as in 64MiB.", param, ctx)
        return count


class Checked(click.ParamType[str]):
    """A word that reaches the node program: it passes the program's own grammar, or is refused in its words."""

    def __init__(self, name: str, check: Callable[[str], str]) -> None:
        self.name, self.check = name, check

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            self.check(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return str(value)


PERIOD = Period()
NODE_BYTES = NodeBytes()
PORTAL = Checked("address:port", portal_words)
SHARE = Checked("address:/path", share_word)
FILE = click.Path(path_type=Path)
JSON = click.option("--json", "as_json", is_flag=True, help="Tell the result as one JSON object.")
ENCRYPT = click.option(
    "--encrypt-to",
    "encrypt_to",
    multiple=True,
    metavar="KEY",
    help="So that only they can read it: age1…, ssh-ed25519 …, or a file of such lines.",
)


def named_targets(command: Callable[..., None]) -> Callable[..., None]:
    """Adds `--portal` and `--nfs-share`, which may be given more than once."""
    portal = click.option("--portal", "portals", type=PORTAL, multiple=True, help="Also ping and connect to it.")
    share = click.option("--nfs-share", "shares", type=SHARE, multiple=True, help="Also mount it, timed.")
    return portal(share(command))


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


def tell(result: Mapping[str, object], *, as_json: bool) -> None:
    """Of a bundle that was written."""
    if as_json:
        tell_json(result)
    else:
        tell_written(Path(str(result["bundle"])), str(result["sha256"]))


def tell_written(path: Path, sha256: str) -> None:
    click.echo(f"bundle  {path}")
    click.echo(f"size    {path.stat().st_size} bytes")
    click.echo(f"sha256  {sha256}")


def tell_json(result: Mapping[str, object]) -> None:
    click.echo(json.dumps(result))
