"""The kinds of words and the options that several commands take; a word is checked where it is typed.

Errors   click's own, one sentence, for a word that does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import click

from collector.node_program.limits import LEAST_SENT_BYTES
from collector.node_program.program import portal_words, share_word
from collector.periods import seconds_of
from collector.planning.to_sudoers import is_sudoers_user
from collector.probes.probe import KIB, MIB
from collector.transports.addresses import is_program

DEFAULT_PROGRAM = "/usr/local/sbin/csi-triage-collect"
_KUBERNETES_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_SIZE = re.compile(r"([1-9][0-9]{0,5})(MiB|GiB)")
_UNITS = {"MiB": MIB, "GiB": KIB * MIB}


class Word(click.ParamType[str]):
    """A word that fits, as it is; `check` raises ValueError with the sentence for one that does not."""

    def __init__(self, name: str, check: Callable[[str], object]) -> None:
        self.name, self.check = name, check

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            self.check(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
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


def _fits(test: Callable[[str], object], otherwise: str) -> Callable[[str], None]:
    def check(word: str) -> None:
        if not test(word):
            raise ValueError(f"{word!r} {otherwise}")

    return check


FILE = click.Path(path_type=Path)
PERIOD = Word("period", seconds_of)
NODE_BYTES = NodeBytes()
PORTAL = Word("address:port", portal_words)
SHARE = Word("address:/path", share_word)
KUBERNETES_NAME = Word("name", _fits(_KUBERNETES_NAME.fullmatch, "is not the name of a Kubernetes object."))
SUDOERS_USER = Word("user", _fits(is_sudoers_user, "is not one user (or %group) in sudoers."))
NODE_PROGRAM = Word("path", _fits(is_program, f"is not the absolute path of a program: write it as {DEFAULT_PROGRAM}."))

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
