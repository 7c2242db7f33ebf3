"""The shell loops of the probes: a stuck item holds up nobody, and nothing is read where a reader would hang."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.node_program.program import render
from collector.probes import catalogue
from collector.probes.side_by_side import SIDE_BY_SIDE
from tests.collector.asking import SHELLS, ask, ask_one, each_shell, shell_probe
from tests.collector.made_up import ALIVE, DEAD, FAILS, QUEUES, Node, probe_named

DASH = SHELLS["dash"]
TELL = 'tell() { printf "%s " "$1"; [ "$2" = 124 ] || cat "$answer"; echo " rc=$2"; }\n'


@each_shell
def test_a_stuck_disk_holds_up_no_other_and_the_order_stays(shell: Sequence[str], tmp_path: Path) -> None:
    asking = 'ask() { case $1 in b) sleep 300 ;; c) return 7 ;; *) echo "id-$1" ;; esac; }\n'
    answer = ask_one(shell, shell_probe(SIDE_BY_SIDE + asking + TELL + "batches 1 a b c d\n"), tmp_path)
    assert answer.out == b"a id-a\n rc=0\nb  rc=124\nc  rc=7\nd id-d\n rc=0\n"


@each_shell
def test_more_disks_than_are_asked_at_once_are_all_asked(shell: Sequence[str], tmp_path: Path) -> None:
    script = f"{SIDE_BY_SIDE}ask() {{ echo; }}\n{TELL}batches 4 $(seq 1 70)\n"
    answer = ask_one(shell, shell_probe(script, limit_s=20), tmp_path)
    assert answer.out.split()[::2] == [b"%d" % number for number in range(1, 71)]


@each_shell
def test_lvm_is_not_asked_while_a_map_queues_without_a_path(shell: Sequence[str], made_up: Node) -> None:
    made_up.tool("pvs", "echo asked")
    made_up.maps(table=QUEUES, status=DEAD)
    answer = made_up.ask("lvm_pvs", shell)
    assert (answer.returncode, answer.stdout) == (75, "")
    assert answer.stderr == "skipped: map mpatha queues without a usable path, a reader would hang\n"


@each_shell
def test_lvm_is_not_asked_while_a_map_is_suspended(shell: Sequence[str], made_up: Node) -> None:
    made_up.tool("pvs", "echo asked")
    made_up.maps(table=FAILS, status=ALIVE, suspended="Suspended")
    answer = made_up.ask("lvm_pvs", shell)
    assert (answer.returncode, answer.stdout) == (75, "")


def test_lvm_is_not_asked_while_a_disk_is_blocked(made_up: Node) -> None:
    made_up.tool("pvs", "echo asked")
    made_up.maps(table=FAILS, status=ALIVE)
    made_up.disk("sdb", "blocked")
    assert "disk sdb is blocked" in made_up.ask("lvm_pvs", DASH).stderr


@each_shell
@pytest.mark.parametrize(("table", "status"), [(QUEUES, ALIVE), (FAILS, ALIVE), (FAILS, DEAD)])
def test_lvm_is_asked_when_no_reader_can_hang(shell: Sequence[str], made_up: Node, table: str, status: str) -> None:
    made_up.tool("pvs", "echo asked")
    made_up.maps(table=table, status=status)
    made_up.disk("sdb", "running")
    assert made_up.ask("lvm_pvs", shell).stdout == "asked\n"


def test_without_dmsetup_no_map_counts_as_safe(made_up: Node) -> None:
    made_up.tool("pvs", "echo asked")
    answer = made_up.ask("lvm_pvs", ("/usr/bin/env", f"PATH={made_up.tools}:/bin-without-dmsetup", "/bin/sh"))
    assert (answer.returncode, answer.stdout) == (75, "")


@each_shell
def test_a_dead_map_that_queues_is_never_read(shell: Sequence[str], made_up: Node) -> None:
    made_up.tool("scsi_id", "echo 36")
    made_up.maps(table=QUEUES, status=DEAD)
    answer = made_up.ask("direct_read", shell)
    assert (answer.returncode, answer.stdout) == (21, "")
    assert answer.stderr == "skipped: map mpatha queues without a usable path\n"


@each_shell
def test_a_dead_map_that_fails_at_once_is_read_and_the_bytes_are_counted(shell: Sequence[str], made_up: Node) -> None:
    made_up.tool("scsi_id", "echo 36")
    made_up.maps(table=FAILS, status=DEAD)
    assert made_up.ask("direct_read", shell).stdout == f"{made_up.folder}/dev/mapper/mpatha rc=0 bytes=4096\n"


@each_shell
def test_a_dead_disk_that_nothing_holds_is_read_and_may_give_no_byte(shell: Sequence[str], made_up: Node) -> None:
    made_up.tool("scsi_id", "exit 1")
    made_up.maps(table=FAILS, status=ALIVE)
    for name, state in (("sdb", "running"), ("sdc", "running"), ("sdd", "offline")):
        made_up.disk(name, state)
    (made_up.folder / "sys/block/sdc/holders/dm-0").mkdir()
    (made_up.folder / "dev/sdb").write_bytes(b"")
    assert made_up.ask("direct_read", shell).stdout == f"{made_up.folder}/dev/sdb rc=0 bytes=0\n"


def test_a_disk_that_answers_is_not_read(made_up: Node) -> None:
    made_up.tool("scsi_id", "echo 36")
    made_up.maps(table=FAILS, status=ALIVE)
    made_up.disk("sdb", "running")
    assert made_up.ask("direct_read", DASH).returncode == 21


@each_shell
def test_portals_that_answer_are_told_from_those_that_do_not(shell: Sequence[str], tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        portals = [f"127.0.0.1:{port}", "127.0.0.1:1", "[::1]:1"]
        out = ask(shell, [probe_named("portals")], tmp_path / "private", portals=portals)["portals"].out.decode()
    words = [line.split(maxsplit=4) for line in out.splitlines()]
    assert [line[:2] + line[3:4] for line in words] == [
        ["127.0.0.1", str(port), "tcp=ok"],
        ["127.0.0.1", "1", "tcp=fail"],
        ["::1", "1", "tcp=fail"],
    ]
    assert "error" not in words[0][4]
    assert words[1][4].endswith("error=Connection refused")


def test_without_portals_none_is_asked(tmp_path: Path) -> None:
    assert ask(DASH, [probe_named("portals")], tmp_path / "private")["portals"].status is Status.EMPTY


@each_shell
def test_the_portals_of_the_nodes_own_sessions_and_mounts_are_asked(shell: Sequence[str], made_up: Node) -> None:
    for name, path, port in (("1:0", "127.0.0.1", "1"), ("2:0", "-f", "1"), ("3:0", "127.0.0.1", "x")):
        made_up.file(f"/sys/class/iscsi_connection/connection{name}/persistent_address", f"{path}\n")
        made_up.file(f"/sys/class/iscsi_connection/connection{name}/persistent_port", f"{port}\n")
    made_up.file("/sys/class/nvme/nvme0/transport", "tcp\n")
    made_up.file("/sys/class/nvme/nvme0/address", "traddr=127.0.0.2,trsvcid=4420,src_addr=127.0.0.1\n")
    made_up.file("/sys/class/nvme/nvme1/transport", "pcie\n")
    made_up.file("/sys/class/nvme/nvme1/address", "0000:00:1f.0\n")
    mounts = "41 1 0:51 / /a rw - nfs [::1]:/pvc_2 rw,vers=3\n42 1 0:52 / /b rw - nfs4 localhost:/x rw,vers=4.2\n"
    made_up.file("/proc/1/mountinfo", mounts)
    lines = made_up.ask("portals", shell).stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["127.0.0.1", "1"],
        ["127.0.0.2", "4420"],
        ["::1", "2049"],
        ["localhost", "2049"],
    ]


PRINTED = {
    "5 packets transmitted, 4 received, 20% packet loss, time 805ms\n"
    "rtt min/avg/max/mdev = 0.040/0.231/0.402/0.005 ms": "ping=ok sent=5 received=4 rtt_ms=0.231 rtt_max_ms=0.402",
    "3 packets transmitted, 3 packets received, 0% packet loss\n"
    "round-trip min/avg/max = 0.048/0.061/0.078 ms": "ping=ok sent=3 received=3 rtt_ms=0.061 rtt_max_ms=0.078",
    "5 packets transmitted, 0 received, +3 errors, 100% packet loss, time 4100ms\n": "ping=fail sent=5 received=0",
    "ping: connect: Network is unreachable": "ping=fail",
    "ping: socktype: SOCK_RAW: Operation not permitted": "ping=na",
}


@pytest.mark.parametrize(("printed", "told"), PRINTED.items())
def test_loss_and_round_trip_are_told_as_each_ping_prints_them(printed: str, told: str, made_up: Node) -> None:
    """The last lines of iputils 20221126 and of busybox 1.35."""
    made_up.file("printed", printed)
    made_up.tool("ping", f"cat {made_up.folder}/printed; exit {0 if 'ping=ok' in told else 1}")
    made_up.file("/proc/1/mountinfo", "41 1 0:51 / /a rw - nfs [::1]:/pvc_2 rw,vers=3\n")
    line = made_up.ask("portals", DASH).stdout
    assert set(told.split()) <= set(line.split()), line
    assert ("sent=" in line, "rtt_ms=" in line) == ("sent=" in told, "rtt_ms=" in told)


def test_a_ping_that_knows_no_interval_is_asked_without(made_up: Node) -> None:
    refuses = 'case "$*" in *-i*) echo "ping: invalid option -- i" >&2; exit 1 ;; esac\n'
    made_up.tool("ping", refuses + "echo '3 packets transmitted, 3 packets received, 0% packet loss'")
    made_up.file("/proc/1/mountinfo", "41 1 0:51 / /a rw - nfs [::1]:/pvc_2 rw,vers=3\n")
    assert " ping=ok tcp=fail sent=3 received=3 " in made_up.ask("portals", DASH).stdout


def test_the_program_needs_nothing_but_busybox(tmp_path: Path) -> None:
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        pytest.skip("a root folder of its own needs root")
    root = tmp_path / "root"
    for folder in ("bin", "proc", "sys", "dev", "tmp"):
        (root / folder).mkdir(parents=True)
    busybox = shutil.which("busybox") or "busybox"
    libraries = subprocess.run(["ldd", busybox], capture_output=True, text=True, check=False).stdout.split()
    for library in {word for word in libraries if word.startswith("/")}:
        (root / library.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, root / library.lstrip("/"))
    shutil.copy(busybox, root / "bin/busybox")
    for applet in subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True).stdout.split():
        if applet != "busybox":
            (root / "bin" / applet).symlink_to("busybox")
    enter = f"mount --bind /dev {root}/dev && mount -t proc proc {root}/proc && exec chroot {root} /bin/sh -s"
    command = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", enter]
    program = render(catalogue(), folders=("/tmp",))
    done = subprocess.run(command, input=program.encode(), capture_output=True, timeout=100, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.count(b"/meta\0") == len(catalogue())
    assert list((root / "tmp").iterdir()) == []
