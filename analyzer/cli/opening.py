"""The bundle as it was given: a folder, a file, or a file that was encrypted to the one who reads it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bundle.decrypting import Source

IDENTITY = click.option(
    "--identity",
    "identities",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    help="The private key of age or OpenSSH that an encrypted bundle is for.",
)


@contextmanager
def opened(bundle: Path, identities: Sequence[Path]) -> Iterator[Source]:
    from bundle.decrypting import plain  # noqa: PLC0415 - `--help` and `rules` start at once

    with plain(bundle, identities, tell) as source:
        yield source


def tell(what: str) -> None:
    from analyzer.report.printable import printable  # noqa: PLC0415 - see `opened`

    click.echo(f"csi-analyzer: {printable(what)}", err=True)
