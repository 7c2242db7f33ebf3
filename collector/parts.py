"""`join`: answers that the node program wrote when it was run by hand -> one bundle.

Input    `NODE=FILE` words; a file is the program's standard output, plain or gzip-compressed.
Output   a `NodeSnapshot` each; a part that was cut off is partial.
Errors   PartError, one sentence: a word that is no part, a file that cannot be read or is no answer.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from bundle.capture import Capture, NodeSnapshot, Status
from bundle.layout import bundle_name, is_safe_name
from bundle.writer import BundleWriter
from collector.anonymizing.covering import Cover
from collector.errors import UserError
from collector.node_program.answer import AnswerError, decode, snapshot
from collector.probes import AnyProbe, catalogue

if TYPE_CHECKING:
    from bundle.encrypting import Recipient

GZIP_MAGIC = b"\x1f\x8b"


class PartError(UserError):
    """One sentence about one part."""


@dataclass(frozen=True, slots=True)
class Part:
    node: str
    file: Path


def parse_part(word: str) -> Part:
    node, equals, file = word.partition("=")
    if not equals or not file or not is_safe_name(node):
        raise PartError(f"{word!r} is not a part; write NODE=FILE, as in worker-1=worker-1.part")
    return Part(node, Path(file))


def join(
    path: Path, parts: Sequence[Part], tool_version: str, cover: Cover, recipients: Sequence[Recipient] = ()
) -> tuple[tuple[NodeSnapshot, ...], str]:
    """The nodes' results and the sha256 of the bundle at `path`; `cover` gives what goes into it."""
    results = tuple(read_part(part, catalogue()) for part in parts)
    cover.learn(None, ((part.node, "") for part in parts))
    for result in results:
        cover.learn_node(result)
    writer = BundleWriter(
        path,
        name=bundle_name(path),
        started=min(result.started for result in results),
        tool_version=tool_version,
        options={"joined": True, **cover.recorded},
        targets=[cover.name(part.node) for part in parts],
        recipients=recipients,
    )
    with writer, cover:
        for result in results:
            writer.add_node(cover.node(result))
    return results, writer.sha256


def read_part(part: Part, probes: Sequence[AnyProbe]) -> NodeSnapshot:
    captures: list[Capture] = []
    problem = ""
    try:
        with _opened(part.file) as stream:
            captures.extend(decode(stream, probes))
    except (AnswerError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        problem = str(error)
    except OSError as error:
        raise PartError(f"{part.file}: the part cannot be read: {error.strerror}") from error
    if not captures:
        why = f" ({problem})" if problem else ""
        raise PartError(
            f"{part.file}: no answer of the node program is in it{why}; make it with `sh collect.sh > FILE`"
        )
    written = datetime.fromtimestamp(part.file.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return snapshot(
        part.node, captures, probes, transport="script", started=written, missing=Status.FAILED, reason=problem
    )


def _opened(file: Path) -> BinaryIO:
    stream = file.open("rb")
    packed = stream.read(2) == GZIP_MAGIC
    stream.seek(0)
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if packed else stream
