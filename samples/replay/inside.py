"""Process 1 of a replayed node: builds the root, starts what the node shows of processes, runs the command."""

from __future__ import annotations

import argparse
import compileall
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bundle.capture import Capture, NodeSnapshot, Outcome
from bundle.folder import read_node_folder
from samples.replay import changes, mounts, tree
from samples.replay.recording import TOOLS, recording, said

SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROGRAMS = ("/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/lib/udev", "/lib/udev")
SYSTEM = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
USER_ID = 1000
ETC_FROM_HOST = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")


def run(options: argparse.Namespace) -> int:
    node = read_node_folder(options.node)
    if node.outcome is Outcome.UNREACHABLE:
        sys.exit(f"replay: {node.node} was unreachable, so there is nothing to replay.")
    captures = node.by_probe()
    root = Path(options.inside)
    listeners = _network(captures)
    mounts.make_private()
    mounts.tmpfs(root)
    hostname = tree.text_of(captures, "host").split()[0]
    mounts.set_hostname(hostname)
    _system(root)
    _accounts(root, options.user, hostname)
    _from_repository(root, options)
    (root / "proc").mkdir()
    mounts.mount("proc", root / "proc", "proc")
    os.chroot(root)  # from here on nothing of the host can be written, whatever a sample says
    os.chdir("/")
    tree.build(Path("/"), node)
    _tools(node, options)
    _over_devices()
    started = _processes(captures)
    _over_proc(captures)
    Path("/.replay/openers.json").write_text(json.dumps(started))
    changes.begin()
    for listener in listeners:
        _answer_connections(listener)
    return _command(options)


def _system(root: Path) -> None:
    """The host's programs, read-only, and the folder of ours before them."""
    (root / "usr").mkdir()
    mounts.bind_read_only(Path("/usr"), root / "usr")
    for name in SYSTEM:
        host = Path("/", name)
        if host.is_symlink():
            (root / name).symlink_to(host.readlink())
        elif host.is_dir():
            (root / name).mkdir()
            mounts.bind_read_only(host, root / name)
    base = Path(sys.base_prefix)
    if not base.is_relative_to("/usr"):
        (root / base.relative_to("/")).mkdir(parents=True)
        mounts.bind_read_only(base, root / base.relative_to("/"))
    (root / "dev").mkdir()
    for name in DEVICES:
        (root / "dev" / name).touch()
        with contextlib.suppress(OSError):
            mounts.bind(Path("/dev", name), root / "dev" / name)
    for name, number in (("stdin", 0), ("stdout", 1), ("stderr", 2)):
        (root / "dev" / name).symlink_to(f"/proc/self/fd/{number}")
    (root / "dev/fd").symlink_to("/proc/self/fd")


def _accounts(root: Path, user: str, hostname: str) -> None:
    """The accounts, and what the host's programs need of /etc."""
    etc = root / "etc"
    etc.mkdir()
    own = f"{user}:x:{USER_ID}:{USER_ID}::/tmp:/bin/sh\n" if user else ""
    (etc / "passwd").write_text(f"root:x:0:0:root:/root:/bin/sh\n{own}")
    (etc / "group").write_text(f"root:x:0:\n{f'{user}:x:{USER_ID}:' if user else ''}\n")
    (etc / "hosts").write_text(f"127.0.0.1 localhost {hostname}\n")
    for name in ETC_FROM_HOST:
        host = Path("/etc", name)
        if host.is_dir():
            shutil.copytree(host, etc / name, symlinks=True)
        elif host.exists():
            shutil.copy(host, etc / name)


def _from_repository(root: Path, options: argparse.Namespace) -> None:
    """The answering tools' programs, and the folder that keeps the state."""
    home = root / ".replay"
    (home / "state").mkdir(parents=True)
    if options.state:
        options.state.mkdir(parents=True, exist_ok=True)
        mounts.bind(options.state.resolve(), home / "state")
    for module in ("answer.sh", "answer.py", "answers.py", "recorded.py", "changes.py"):
        shutil.copy(Path(__file__).with_name(module), home / module)
    compileall.compile_dir(home, quiet=1)  # the tools run under limits that would cut their own caches short
    (home / "python").symlink_to(os.path.realpath(sys.executable))
    (home / "answer.sh").chmod(0o755)


def _tools(node: NodeSnapshot, options: argparse.Namespace) -> None:
    """Our answering tools where the node has them, and nothing where it has not."""
    home = Path("/.replay")
    recorded = recording(node, without=options.without, hangs=options.hangs)
    (home / "recording.json").write_text(json.dumps(recorded))
    (home / "bin").mkdir()
    for tool in recorded["tools"]:
        (home / "bin" / tool).symlink_to("/.replay/answer.sh")
    for kind in ("hangs", "root_only"):
        (home / kind).mkdir()
        for tool in recorded[kind]:
            (home / kind / tool).touch()
    for (tool, arguments), (out, err, code) in said(node).items():
        folder = Path(f"{home}/said/{tool}/{arguments}")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".out").write_bytes(out.encode("utf-8", "surrogateescape"))
        (folder / ".err").write_bytes(err.encode("utf-8", "surrogateescape"))
        (folder / ".code").write_text(f"{code}\n")
    for tool in recorded["installed"]:
        if not (home / "bin" / tool).is_symlink() and (tool in TOOLS or not _of_host(tool)):
            (home / "bin" / tool).symlink_to("/.replay/answer.sh")  # it is there, and refuses in words
    mounts.bind(home / "bin", Path("/usr/local/sbin"))
    for tool in {*TOOLS, *recorded["missing"]}:
        for program in _of_host(tool):
            mounts.bind(Path("/dev/null"), program)


def _of_host(tool: str) -> list[Path]:
    """The host's programs of this name."""
    return [program for folder in PROGRAMS if (program := Path(folder, tool)).is_file()]


def _over_devices() -> None:
    """Where device nodes may not be made, /dev/null lies over a plain file."""
    for path in (*Path("/dev").glob("sd*"), *Path("/dev").glob("dm-*")):
        if path.is_file():
            mounts.bind(Path("/dev/null"), path)


def _over_proc(captures: Mapping[str, Capture]) -> None:
    folder = Path("/.replay/proc")
    folder.mkdir()
    for name, text in tree.over_proc(captures).items():
        if not Path("/proc", name).exists():  # a kernel without modules has no /proc/modules
            continue
        source = folder / name.replace("/", "-")
        source.write_text(text)
        mounts.bind(source, Path("/proc", name))
    limits = tree.text_of(captures, "runtime_limits")
    for block in limits.split("== ")[1:]:
        head, _, text = block.partition("\n")
        pid = head.split()[0]
        if Path("/proc", pid).exists():
            (folder / f"limits-{pid}").write_text(text)
            mounts.bind(folder / f"limits-{pid}", Path("/proc", pid, "limits"))


def _processes(captures: Mapping[str, Capture]) -> list[dict[str, object]]:
    """The kernel's thread daemon as process 2, the container runtime, and whoever holds a device open, by their ids."""
    wanted: dict[int, tuple[str, list[str]]] = {2: ("kthreadd", [])}
    for line in tree.text_of(captures, "runtime_limits").splitlines():
        if line.startswith("== "):
            wanted[int(line.split()[1])] = (line.split()[2], [])
    for line in tree.text_of(captures, "block_openers").splitlines():
        pid, device, name = line.split(maxsplit=2)
        wanted.setdefault(int(pid), (name, []))[1].append(device)
    started = []
    for pid, (name, devices) in sorted(wanted.items()):
        real = _process(pid, name, devices)
        stuck = name == "(udev-worker)"
        started += [{"pid": real, "device": device, "stuck": stuck} for device in devices]
    with contextlib.suppress(OSError):
        Path("/proc/sys/kernel/ns_last_pid").write_text("20000")
    return started


def _process(pid: int, name: str, devices: Sequence[str]) -> int:
    """A sleeping process with this id (if the kernel lets us choose), name and open devices."""
    with contextlib.suppress(OSError):
        Path("/proc/sys/kernel/ns_last_pid").write_text(str(pid - 1))
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        os.read(read, 1)
        os.close(read)
        return child
    mounts.set_process_name(name)
    null = os.open("/dev/null", os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    keep = os.dup2(write, 200)
    os.closerange(3, 200)
    for device in devices:
        with contextlib.suppress(OSError):
            os.open(device, os.O_PATH)
    os.close(keep)
    while True:
        signal.pause()


def _network(captures: Mapping[str, Capture]) -> list[socket.socket]:
    """The loopback device, and an address and a listening port for each portal that answered."""
    up = [line.split() for line in tree.text_of(captures, "portals").splitlines() if " tcp=ok" in line]
    commands = [["link", "set", "lo", "up"], *(["addr", "add", f"{portal[0]}/32", "dev", "lo"] for portal in up)]
    listeners = []
    try:
        for command in commands:
            subprocess.run(["ip", *command], check=True, capture_output=True)
        for address, port, *_ in up:
            listeners.append(socket.create_server((address, int(port))))
    except (OSError, subprocess.CalledProcessError):
        return listeners  # without `ip` the portals do not answer
    return listeners


def _answer_connections(listener: socket.socket) -> None:
    if os.fork():
        listener.close()
        return
    while True:
        listener.accept()[0].close()


def _command(options: argparse.Namespace) -> int:
    child = os.fork()
    if child == 0:
        environment = {"PATH": SEARCH_PATH, "HOME": "/root", "TERM": os.environ.get("TERM", "dumb")}
        if options.user:
            os.setgroups([])
            os.setgid(USER_ID)
            os.setuid(USER_ID)
            environment["HOME"] = "/tmp"
        try:
            os.execvpe(options.command[0], options.command, environment)
        except OSError as error:
            print(f"replay: {options.command[0]}: {error.strerror}", file=sys.stderr)
            os._exit(127)
    code = os.waitstatus_to_exitcode(_status_of(child))
    return code if code >= 0 else 128 - code


def _status_of(child: int) -> int:
    """Process 1's work until the command ends: bury the dead, and delete the disks that were told to go."""
    while True:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == child:
            return status
        changes.apply_deletes()
        if pid == 0:
            time.sleep(0.02)
