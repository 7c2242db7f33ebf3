"""A made-up node in namespaces of its own, with an init, a host name, folders, and a container that sees its processes.

`running(name)` gives a `Host`.  Commands are run in the container, as `kubectl exec` runs them: to be on the node they
have to enter the namespaces of process 1.  Needs root.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

OWN_TOOLS = "/usr/local/sbin"  # where the program looks first
FOLDERS = ("/var/tmp", "/dev/shm")
_CONTAINER_SLEEPS, _INIT_SLEEPS = "sleep infinity", "sleep 3600"
_PRIVATE = "for folder in /var/tmp /dev/shm; do mount -t tmpfs -o size=512m made-up $folder; done"
_CONTAINER = f'hostname container; {_PRIVATE}; echo "$$" >"$1/container"; exec {_CONTAINER_SLEEPS}'
_HOST = (
    f'hostname "$2"; {_PRIVATE}; unshare --mount --uts --net --propagation private sh -c "$3" sh "$1" & '
    f"while :; do {_INIT_SLEEPS}; done"
)
_UNSHARE = ("unshare", "--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")


def possible() -> bool:
    command = (*_UNSHARE, "--propagation", "private", "true")
    return os.geteuid() == 0 and subprocess.run(command, capture_output=True, check=False).returncode == 0


@dataclass(frozen=True)
class Host:
    name: str
    init: int  # as this machine numbers it
    tools: Path  # what the container's image has: busybox

    def start(self, command: Sequence[str], **pipes: object) -> subprocess.Popen[bytes]:
        """A command in the container."""
        enter = ("nsenter", "-t", str(self._container()), "--mount", "--uts", "--net", "--ipc", "--pid", "--")
        given = {"PATH": f"{self.tools}:/usr/bin:/bin"}
        return subprocess.Popen((*enter, "env", *(f"{k}={v}" for k, v in given.items()), *command), **pipes)  # type: ignore[call-overload,no-any-return]  # Popen's own

    def on_host(self, script: str) -> str:
        enter = ("nsenter", "-t", str(self.init), "--mount", "--uts", "--pid", "--", "sh", "-c", script)
        return subprocess.run(enter, check=True, capture_output=True, text=True).stdout

    def processes(self) -> dict[int, str]:
        """What is at work there besides its init and its container; by this machine's numbers."""
        own = Path(f"/proc/{self.init}/ns/pid").stat().st_ino
        found: dict[int, str] = {}
        for process in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
            with contextlib.suppress(OSError):
                if Path(f"/proc/{process}/ns/pid").stat().st_ino == own:
                    found[process] = _words(process)
        return {process: words for process, words in found.items() if words and process not in self._own()}

    def left_behind(self) -> list[str]:
        """Files of the collector on the host, and processes."""
        files = self.on_host(f"ls -d {' '.join(f'{folder}/*' for folder in FOLDERS)} 2>/dev/null || :").split()
        return [*files, *self.processes().values()]

    def becomes_clean(self, within_s: float = 60) -> bool:
        end = time.monotonic() + within_s
        while self.left_behind() and time.monotonic() < end:
            time.sleep(0.1)
        return not self.left_behind()

    def kill_all(self) -> None:
        """What a runtime does to the processes of a container that it removes."""
        for process in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    @contextlib.contextmanager
    def hanging(self, tool: str) -> Iterator[None]:
        """One of the node's tools takes a minute."""
        script = f"printf '#!/bin/sh\\nexec sleep 60\\n' >{OWN_TOOLS}/{tool}; chmod +x {OWN_TOOLS}/{tool}"
        self.on_host(f"mount -t tmpfs made-up {OWN_TOOLS}; {script}")
        try:
            yield
        finally:
            self.kill_all()
            self.on_host(f"umount {OWN_TOOLS}")

    def clean(self) -> None:
        self.kill_all()
        self.on_host(f"rm -rf {' '.join(f'{folder}/*' for folder in FOLDERS)}")

    def _container(self) -> int:
        return next(process for process in self._children() if _words(process) == _CONTAINER_SLEEPS)

    def _own(self) -> set[int]:
        return {self.init, *(one for one in self._children() if _words(one) in (_CONTAINER_SLEEPS, _INIT_SLEEPS))}

    def _children(self) -> list[int]:
        return [int(child) for child in Path(f"/proc/{self.init}/task/{self.init}/children").read_text().split()]


def _words(process: int) -> str:
    """ "" of one that has ended."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    return ""


@contextlib.contextmanager
def running(folder: Path, name: str) -> Iterator[Host]:
    tools = folder / "tools"
    tools.mkdir(parents=True)
    for tool in ("nsenter", "sh", "sleep"):
        (tools / tool).symlink_to(str(shutil.which("busybox")))
    command = (*_UNSHARE, "--propagation", "private", "sh", "-c", _HOST, "sh", str(folder), name, _CONTAINER)
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        while not (folder / "container").exists():
            assert process.poll() is None, "the made-up host does not start"
            time.sleep(0.02)
        init = int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text())
        yield Host(name, init, tools)
    finally:
        process.kill()
        process.wait(10)
