"""What commands change on a replayed node: maps that were flushed or no longer queue, disks that were deleted.

Runs inside the node with nothing but the standard library.  The state is a file that both process 1 and the answering
tools change under a lock; the trees of /sys and /dev follow it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

STATE = Path("/.replay/state/state.json")
CHANGED = Path("/.replay/state/changed")  # from then on no recorded answer is given as it is
OPENERS = Path("/.replay/openers.json")
BLOCK = Path("/sys/block")


@contextlib.contextmanager
def state() -> Iterator[dict[str, list[str]]]:
    """The state, locked; what was changed in it is kept."""
    with STATE.open("r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        value: dict[str, list[str]] = json.load(file)
        yield value
        file.seek(0)
        file.truncate()
        json.dump(value, file)
    CHANGED.touch()


def begin() -> None:
    """Start with nothing changed, or bring the trees to a state that was kept."""
    if not STATE.exists():
        STATE.write_text(json.dumps({"maps": [], "disks": [], "unqueued": [], "modules": []}))
    kept = json.loads(STATE.read_text())
    for name in kept["maps"]:
        _remove_map(name)
    for name in kept["disks"]:
        _remove_disk(name)
    for name in kept["unqueued"]:
        _release(name)


def flush_map(name: str) -> None:
    with state() as now:
        now["maps"].append(name)
        _remove_map(name)


def stop_queueing(name: str) -> None:
    with state() as now:
        now["unqueued"].append(name)
        _release(name)


def load_module(name: str) -> None:
    with state() as now:
        now["modules"].append(name)


def apply_deletes() -> None:
    """Delete each disk whose `delete` file was written to, as the kernel does at once."""
    for file in BLOCK.glob("sd*/device/delete"):
        disk = file.parts[3]
        with contextlib.suppress(FileNotFoundError):
            if file.stat().st_size:
                with state() as now:
                    now["disks"] = sorted({*now["disks"], disk})
                    _remove_disk(disk)


def dm_of(name: str) -> str:
    """The kernel's name of a map ("dm-1"), or ""."""
    found = (path.parts[3] for path in BLOCK.glob("dm-*/dm/name") if path.read_text().strip() == name)
    return next(found, "")


def _remove_map(name: str) -> None:
    dm = dm_of(name)
    if not dm:
        return
    for held in BLOCK.glob(f"*/holders/{dm}"):
        held.unlink()
    _remove_device(dm)
    Path("/dev/mapper", name).unlink(missing_ok=True)


def _remove_disk(disk: str) -> None:
    for slave in BLOCK.glob(f"dm-*/slaves/{disk}"):
        slave.unlink()
    with contextlib.suppress(FileNotFoundError):
        device = (BLOCK / disk / "device").resolve()
        hctl = device.name
        _remove_device(disk)
        shutil.rmtree(device)
        Path("/sys/class/scsi_device", hctl).unlink(missing_ok=True)


def _remove_device(name: str) -> None:
    link = BLOCK / name
    target = link.resolve()
    link.unlink(missing_ok=True)
    shutil.rmtree(target, ignore_errors=True)
    with contextlib.suppress(OSError):
        Path("/dev", name).unlink(missing_ok=True)
    for other in list(Path("/dev/disk").glob("by-*/*")):
        if other.readlink().name == name:
            other.unlink()


def _release(name: str) -> None:
    """Readers that hang in the queue of a map end with an error when it stops queueing."""
    device = f"/dev/{dm_of(name)}"
    for opener in json.loads(OPENERS.read_text()):
        if opener["device"] == device and opener["stuck"]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(opener["pid"], signal.SIGKILL)
