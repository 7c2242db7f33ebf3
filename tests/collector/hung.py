"""File systems that hold who asks them, for real: frozen, or with a server that does not answer.

Each is let go at the end whatever happens; where the machine cannot have one, the test is skipped with a sentence.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SERVER = Path(__file__).with_name("mute_server.py")


def until(condition: Callable[[], object]) -> bool:
    for _ in range(2400):
        if condition():
            return True
        time.sleep(0.05)
    return False


def relatives(mark: str) -> dict[int, str]:
    """Processes that have the mark in their environment, with their states; a dead one may wait for its parent."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()[0]
    return {pid: state for pid, state in found.items() if state != "Z" and pid != os.getpid()}


@contextlib.contextmanager
def frozen(folder: Path) -> Iterator[Path]:
    """An ext4 on a loop device, frozen: who writes sleeps until it is thawed."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("fsfreeze", "mkfs.ext4", "losetup"))):
        pytest.skip("a frozen file system needs root, fsfreeze, mkfs.ext4 and losetup")
    image, at = folder / "image", folder / "frozen"
    at.mkdir()
    with image.open("wb") as file:
        file.truncate(16 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
    if subprocess.run(["mount", "-o", "loop", image, at], capture_output=True, check=False).returncode:
        pytest.skip("this machine has no loop device to mount")
    try:
        subprocess.run(["fsfreeze", "-f", at], check=True)
        yield at
    finally:
        thaw(at)
        until(lambda: subprocess.run(["umount", at], capture_output=True, check=False).returncode == 0)


def thaw(at: Path) -> None:
    subprocess.run(["fsfreeze", "-u", at], capture_output=True, check=False)


@dataclass(frozen=True, slots=True)
class Mute:
    """A mount namespace in which folders do not answer."""

    process: subprocess.Popen[str]

    @property
    def enter(self) -> tuple[str, ...]:
        return ("nsenter", "--target", str(self.process.pid), "--mount", "--")

    def stop(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def let_go(self) -> None:
        self.process.kill()
        self.process.wait(10)


@contextlib.contextmanager
def mute(*folders: Path, before: str = ":") -> Iterator[Mute]:
    """`before` is shell text run in the namespace before the folders are mounted."""
    if os.geteuid() != 0 or not Path("/dev/fuse").exists() or shutil.which("nsenter") is None:
        pytest.skip("a file system that does not answer needs root, /dev/fuse and nsenter")
    text = f'{before} && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", text, "sh", sys.executable, SERVER, *folders]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "mounted\n":
            pytest.skip("this machine does not let a file system in user space be mounted")
        yield Mute(process)
    finally:
        process.kill()
        process.wait(10)
