"""Reports, runbook scripts, transcripts: the real names put back into texts, and into the names of files.

`revealed(path, text)`   the new relative path and content of one file.
`files_of(path)`         a file itself, or all files of a folder, with their paths relative to it.
What cannot be revealed is left out and told: a PDF is no text, and a signature is one of the text as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from collector.anonymizing.abbreviations import abbreviations, first_parts
from collector.anonymizing.veil import Unveil
from collector.errors import UserError

MOST_BYTES = 512 * 1024 * 1024
_PDF = b"%PDF-"


class PaperError(UserError):
    """One sentence about a file that is to be revealed."""


@dataclass(frozen=True, slots=True)
class Paper:
    path: PurePosixPath  # below what was given
    content: bytes
    is_script: bool = False
    left_out: str = ""  # why, half a sentence


def files_of(path: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    if path.is_dir():
        found = (file for file in sorted(path.rglob("*")) if file.is_file() and not file.is_symlink())
        yield from ((file, PurePosixPath(file.relative_to(path).as_posix())) for file in found)
    else:
        yield path, PurePosixPath(path.name)


def revealed(file: Path, path: PurePosixPath, unveil: Unveil) -> Paper:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise PaperError(f"{file} is larger than {MOST_BYTES // 1024**2} MiB, no report is; give the right file")
        content = file.read_bytes()
    except OSError as error:
        raise PaperError(f"{file} cannot be read: {error.strerror}") from None
    where = PurePosixPath(*(unveil.name(part) for part in path.parts))
    if content.startswith(_PDF):
        return Paper(where, b"", left_out="a PDF cannot be revealed: print the revealed report.html in its place")
    if path.suffix == ".sig":
        return Paper(where, b"", left_out="a signature is of the script as it came: verify that one, then run this one")
    return Paper(where, revealed_text(content, unveil), is_script=content.startswith(b"#!"))


def revealed_text(content: bytes, unveil: Unveil) -> bytes:
    """Of what is no text nothing is shortened; whole names are found in it all the same."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return unveil.rewrite(content)
    real = unveil.name(text)
    for shown, whole in abbreviations(text, unveil.name):
        real = real.replace(shown, whole)
    return first_parts(real, unveil.first_of_uuids).encode()
