"""The timed NFS mount: which shares, each version in turn, and nothing of it stays, however it ends.

The mount namespaces are real, and so are the mounts in them: only `mount -t nfs` mounts a tmpfs in place of a share.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from collector.node_program.program import render
from tests.collector.asking import SHELLS, each_shell
from tests.collector.made_up import Node, probe_named

SHARE = "192.0.2.9:/share"
NEGOTIATED = "ro,relatime,vers=4.2,soft,proto=tcp,addr=192.0.2.9"
# `mount ... SHARE POINT`: what is asked is noted, "is mounted" is real.
MOUNTS = """case "$*" in *" -t nfs "*) ;; *) exec {mount} "$@" ;; esac
for point do :; done
echo "$*" >>"{notes}"
{mount} -t tmpfs -o ro none "$point"
"""
REFUSES = "echo 'mount.nfs: Protocol not supported' >&2; exit 32\n"
SHOWS_KERNEL = """case "$*" in *" nfs"*) echo "{share} point {options} 0 0" ;; *) exec {grep} "$@" ;; esac"""


def why_not() -> str:
    if os.geteuid() != 0:
        return "mount namespaces need root"
    tried = subprocess.run(["unshare", "-m", "mount", "--make-rslave", "/"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else f"no mount namespace of its own here: {tried.stderr.decode()}"


pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "-")


@pytest.fixture
def made_up(made_up: Node) -> Node:
    made_up.file("/proc/1/mountinfo", "")
    made_up.tool("mount.nfs", "exit 1")
    made_up.tool("mount", MOUNTS.format(mount=shutil.which("mount"), notes=made_up.folder / "notes"))
    shown = {"share": SHARE, "options": f"nfs4 {NEGOTIATED}", "grep": shutil.which("grep")}
    made_up.tool("grep", SHOWS_KERNEL.format(**shown))
    return made_up


def refusing(node: Node, how: str = REFUSES) -> None:
    before = (node.tools / "mount").read_text().partition("for point")[0].partition("\n")[2]
    node.tool("mount", before + how)


def ask(node: Node, shell: Sequence[str], *shares: str, limit: str = "40") -> list[str]:
    probe = probe_named("nfs_mount")
    script = probe.argv[2].replace("/proc/1/mountinfo", f"{node.folder}/proc/1/mountinfo")
    command = [*shell, "-c", script.replace("longest=40", f"longest={limit}"), *probe.argv[3:], *shares]
    environment = {
        "PATH": f"{node.tools}:{os.environ['PATH']}",
        "CSI_TRIAGE_TMP": str(node.folder / "work"),
        "CSI_TRIAGE_SHELL": " ".join(shell),
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert done.returncode in (0, 21), done.stderr
    return done.stdout.splitlines()


def asked(node: Node) -> list[str]:
    return (node.folder / "notes").read_text().splitlines()


def mounted_for(folder: Path) -> list[str]:
    """Mounts below this folder, in the namespace of any process."""
    found = []
    for table in Path("/proc").glob("[0-9]*/mountinfo"):
        try:
            found += [line for line in table.read_text().splitlines() if f" {folder}/" in line]
        except OSError:
            continue
    return found


def processes() -> str:
    return subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def comes_true(wanted: Callable[[], bool], within_s: float = 20.0) -> bool:
    end = time.monotonic() + within_s
    while not wanted() and time.monotonic() < end:
        time.sleep(0.1)
    return wanted()


@each_shell
def test_each_version_is_asked_in_turn_and_at_last_none(shell: Sequence[str], made_up: Node) -> None:
    refusing(made_up)
    lines = [line.split(" seconds=") for line in ask(made_up, shell, SHARE)]
    assert [line[0] for line in lines] == [f"{SHARE} vers={one} rc=32" for one in ("3", "4.0", "4.1", "4.2", "any")]
    assert all(line[1].split(" ", 1)[1].strip() == "mount.nfs: Protocol not supported" for line in lines)


@each_shell
def test_what_the_kernel_agreed_on_is_told(shell: Sequence[str], made_up: Node) -> None:
    lines = ask(made_up, shell, SHARE)
    assert all(" rc=0 seconds=" in line and f" options={NEGOTIATED} unmount=" in line for line in lines)
    assert len(lines) == 5


def test_a_mount_is_read_only_soft_without_locks_and_in_no_table_of_the_host(made_up: Node) -> None:
    ask(made_up, SHELLS["dash"], SHARE)
    options = "-n -t nfs -o ro,nolock,soft,retry=0,timeo=50,retrans=1"
    assert [note.rsplit(" ", 1)[0] for note in asked(made_up)] == [
        *(f"{options},vers={one} {SHARE}" for one in ("3", "4.0", "4.1", "4.2")),
        f"{options} {SHARE}",
    ]


def test_shares_that_are_mounted_here_follow_those_that_were_named_the_kubelets_first(made_up: Node) -> None:
    kubelet = "/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/x/globalmount"
    table = (
        "40 1 0:50 / /home rw shared:1 - nfs4 192.0.2.7:/home rw,vers=4.2\n"
        f"41 1 0:51 / {kubelet} rw shared:2 - nfs [2001:db8::9]:/pvc_2 rw,vers=3\n"
        "42 1 0:52 / /again rw shared:3 - nfs 192.0.2.9:/share rw,vers=3\n"
        "43 1 0:53 / /odd rw shared:4 - nfs 192.0.2.8:/a\\040b rw,vers=3\n"
        "44 1 0:54 / /up rw shared:5 - nfs 192.0.2.8:/a/../b rw,vers=3\n"
        "45 1 0:55 / /option rw shared:6 - nfs -oops:/b rw,vers=3\n"
        "46 1 0:56 / /disk rw shared:7 - ext4 /dev/sda1 rw\n"
    )
    made_up.file("/proc/1/mountinfo", table)
    refusing(made_up)
    lines = ask(made_up, SHELLS["dash"], SHARE)
    assert list(dict.fromkeys(line.split()[0] for line in lines)) == [SHARE, "[2001:db8::9]:/pvc_2", "192.0.2.7:/home"]


def test_no_more_than_five_shares_are_mounted(made_up: Node) -> None:
    refusing(made_up)
    shares = [f"192.0.2.9:/pvc_{number}" for number in range(7)]
    lines = ask(made_up, SHELLS["dash"], *shares)
    assert list(dict.fromkeys(line.split()[0] for line in lines)) == shares[:5]


@each_shell
def test_a_mount_that_does_not_end_is_ended_and_the_next_version_is_asked(shell: Sequence[str], made_up: Node) -> None:
    refusing(made_up, 'case "$*" in *vers=3*) sleep 301 ;; esac\n' + REFUSES)
    lines = ask(made_up, shell, SHARE, limit="1")
    assert lines[0].split(" seconds=")[0] == f"{SHARE} vers=3 rc=124"
    assert [line.split()[2] for line in lines[1:]] == ["rc=32"] * 4
    assert "sleep 301" not in processes()


def test_of_a_mount_that_cannot_be_unmounted_its_own_seconds_are_told(made_up: Node) -> None:
    made_up.tool("umount", "sleep 302")
    lines = ask(made_up, SHELLS["dash"], SHARE, limit="1")
    assert all(f" options={NEGOTIATED} " in line and " rc=0 seconds=0." in line for line in lines)
    assert not any("unmount=" in line for line in lines)
    assert mounted_for(made_up.folder) == []


def test_what_the_host_unmounts_meanwhile_is_not_held(made_up: Node) -> None:
    """A device that the host has just unmounted would stay busy in a namespace that keeps its copy of the mount."""
    volume = made_up.folder / "volume"
    volume.mkdir()
    leave = f'nsenter -t "$HOST" -m umount {volume}\n'
    held = f"! {shutil.which('grep')} -q ' {volume} ' /proc/self/mountinfo || echo 'still held' >&2\nexit 32\n"
    refusing(made_up, f'case "$*" in *vers=3*) {leave};; esac\n{held}')
    probe = probe_named("nfs_mount")
    host = f'mount --make-rshared / && mount -t tmpfs none {volume} && export HOST=$$ && sh -c "$@"; exit 0'
    script = probe.argv[2].replace("/proc/1/mountinfo", f"{made_up.folder}/proc/1/mountinfo")
    command = ["unshare", "-m", "sh", "-c", host, "sh", script, *probe.argv[3:], SHARE]
    environment = {
        "PATH": f"{made_up.tools}:{os.environ['PATH']}",
        "CSI_TRIAGE_TMP": str(made_up.folder / "work"),
        "CSI_TRIAGE_SHELL": "sh",
    }
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=True)
    assert [line.split()[2] for line in done.stdout.splitlines()] == ["rc=32"] * 5, done.stderr
    assert "held" not in done.stdout


@pytest.mark.parametrize("moment", [0.3, 0.6, 1.2])
def test_nothing_stays_when_the_program_is_killed(made_up: Node, moment: float) -> None:
    slow = (made_up.tools / "mount").read_text() + "sleep 303\n"
    made_up.tool("mount", slow)
    folder = made_up.folder / "private"
    folder.mkdir()
    program = render([probe_named("nfs_mount")], shares=[SHARE], folders=(str(folder),))
    program = program.replace("\n  PATH=", f"\n  PATH={made_up.tools}:")
    running = subprocess.Popen(["sh", "-s"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert running.stdin is not None
    running.stdin.write(program.encode())
    running.stdin.close()
    time.sleep(moment)
    running.kill()
    running.wait()
    assert comes_true(lambda: not mounted_for(folder) and not list(folder.iterdir()) and "sleep 303" not in processes())
