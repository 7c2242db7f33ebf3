"""mount(2) and what goes with it, through libc: no command of the host is needed."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

RDONLY, NOSUID, NODEV, NOEXEC, REMOUNT, BIND, REC, PRIVATE = 1, 2, 4, 8, 32, 4096, 16384, 1 << 18
_LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_NAME = 15


def mount(source: str, target: Path, kind: str = "", flags: int = 0, options: str = "") -> None:
    words = (source, str(target), kind or "none")
    result = _LIBC.mount(*(word.encode() for word in words), ctypes.c_ulong(flags), options.encode() or None)
    if result:
        error = ctypes.get_errno()
        raise OSError(error, f"mount {source} on {target}: {os.strerror(error)}")


def tmpfs(target: Path) -> None:
    mount("tmpfs", target, "tmpfs", 0, "mode=755")


def bind(source: Path, target: Path) -> None:
    mount(str(source), target, flags=BIND | REC)


def bind_read_only(source: Path, target: Path) -> None:
    bind(source, target)
    try:
        mount("none", target, flags=BIND | REMOUNT | RDONLY)
    except PermissionError:  # in a user namespace the flags of the host's mount are locked
        mount("none", target, flags=BIND | REMOUNT | RDONLY | NOSUID | NODEV)


def make_private() -> None:
    mount("none", Path("/"), flags=REC | PRIVATE)


def set_hostname(name: str) -> None:
    _LIBC.sethostname(name.encode(), len(name.encode()))


def set_process_name(name: str) -> None:
    _LIBC.prctl(PR_SET_NAME, name.encode(), 0, 0, 0)
