"""One file that gets its name only when it is whole: mode 0600, never over another file, never through a link.

Errors   `UserError`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from analyzer.cli.errors import UserError

_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def refuse_to_replace(path: Path) -> None:
    """Asked before the work begins, so that it is not done in vain."""
    if os.path.lexists(path):
        raise UserError(f"{path} is there already; name another file with -o, or remove it")


def write_new_file(path: Path, content: bytes) -> None:
    refuse_to_replace(path)
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.part")
    try:
        create(part, content, 0o600)
        part.rename(path)
    except OSError as error:
        raise UserError(
            f"{path} cannot be written ({error.strerror or error}); free space or choose another place with -o"
        ) from None
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def create(path: Path, content: bytes, mode: int) -> None:
    """On the disk when this returns; OSError where something has this name already, be it a link."""
    with os.fdopen(os.open(path, _CREATE, mode), "wb") as out:
        os.fchmod(out.fileno(), mode)
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
