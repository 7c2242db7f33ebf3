"""The probe catalogue only reads: its commands are on a list, and nothing is written outside its own folder."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from bundle.capture import Status
from collector.probes import FileProbe, Probe, catalogue
from collector.probes.probe import KIB
from collector.probes.services import TOOLS
from collector.probes.side_by_side import LIMITED
from tests.collector.asking import SHELLS

ENDING = LIMITED[: LIMITED.index("limited()")]  # has a test of its own
COMMANDS = tuple(probe for probe in catalogue() if isinstance(probe, Probe))
LOOPS = tuple(probe for probe in COMMANDS if probe.argv[:2] == ("sh", "-c"))
# Names of commands that `tools` only looks for are no part of its script.
SCRIPTS = {probe.name: "\n".join(word for word in probe.argv[2:] if word not in TOOLS) for probe in LOOPS}

# Commands by what they are started with; all of them ask and change nothing.
READING = (
    r"cat /proc/\S+( /proc/\S+)?",
    r"ps -eo \S+",
    r"lsmod",
    r"modprobe -n -v iscsi_tcp",
    r"multipath -ll",
    r"multipathd show (maps|paths)( format %.*)?",
    r"dmsetup (info|table|status|ls)( .*)?",
    r"ls -l /dev/disk/by-(id|path)/",
    r"iscsiadm -m session -P3",
    r"upadmin show vlun",
    r"systemctl show .*",
    r"journalctl -q -u \w+ -o short-iso --no-pager -n \d+ --since=-72h",
    r"dmesg",
)
# Words that change something, wherever they stand in a loop.
FORBIDDEN = (
    r"delete|rescan|reconfigure|reload|restart|log(in|out)|flush|format\b|fail_if_no_path|disablequeueing|message|resume"
    r"|mkfs\S*|wipefs|blkdiscard|sg_(reset|write|raw|unmap|persist)\S*|vgchange|pvremove|lvremove|tee|chmod|chown|ln|install"
    r"|insmod|rmmod|sysctl|kill|reboot|shutdown|swapoff|swapon|losetup|echo 1|rescan-scsi-bus\S*|kpartx"
)
READERS_OF_LOOPS = {
    *(
        "cat",
        "date",
        "dd",
        "dmsetup",
        "grep",
        "id",
        "ls",
        "lsblk",
        "mkdir",
        "mktemp",
        "mount",
        "mv",
        "nc",
        "nvme",
        "ping",
        "readlink",
        "sed",
    ),
    *(
        "pvs",
        "rm",
        "scsi_id",
        "sg_luns",
        "sg_turs",
        "sha256sum",
        "sleep",
        "stat",
        "systemctl",
        "tr",
        "true",
        "umount",
        "uname",
        "unshare",
        "wc",
        "bash",
    ),
}
SHELL_WORDS = {
    *("[", "break", "case", "cd", "command", "continue", "do", "done", "echo", "elif", "else", "esac", "eval", "exec"),
    *(
        "exit",
        "fi",
        "for",
        "if",
        "in",
        "printf",
        "read",
        "return",
        "set",
        "shift",
        "then",
        "unset",
        "until",
        "while",
        "{",
        "}",
        "!",
    ),
}


def test_every_name_is_used_once() -> None:
    names = [probe.name for probe in catalogue()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("probe", catalogue(), ids=lambda probe: probe.name)
def test_every_probe_says_what_it_reads(probe: Probe | FileProbe) -> None:
    assert 10 < len(probe.reads) < 120
    assert probe.reads[-1] != "."


@pytest.mark.parametrize("probe", [one for one in COMMANDS if one not in LOOPS], ids=lambda probe: probe.name)
def test_every_command_is_on_the_list_of_those_that_read(probe: Probe) -> None:
    assert any(re.fullmatch(pattern, " ".join(probe.argv)) for pattern in READING)


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_loop_has_no_word_that_changes_something(name: str) -> None:
    allowed = SCRIPTS[name].replace('rm -f "$count.', "").replace("message: ", "").replace(ENDING, "")
    assert re.search(rf"(?<![\w-])(?:{FORBIDDEN})(?![\w-])", allowed) is None


def test_a_loop_ends_nothing_but_what_it_started_itself() -> None:
    assert re.findall(r"(?<![\w-])kill\b.*", LIMITED) == [
        'kill -s STOP "$1" 2>/dev/null',
        'kill -s KILL "$1" 2>/dev/null',
    ]
    assert re.findall(r"\bend_tree (\S+?)[; ]", LIMITED) == ['"$child"', '"$started"']
    assert "started=$!\n" in LIMITED


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_loop_writes_only_into_its_own_folder(name: str) -> None:
    targets = re.findall(r"(?<![-<])>{1,2}\s*([^\s;)&]+)", re.sub(r"'[^'\n]*'|<>\S+", "", SCRIPTS[name]))
    own = re.compile(r'"\$(1|count|at|point|slip|\$)\.[\w$.{#*/}]+"|/dev/null|2?/dev/null')
    assert [target for target in targets if not own.fullmatch(target)] == []


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_loop_starts_only_commands_on_the_list(name: str) -> None:
    script = SCRIPTS[name]
    functions = set(re.findall(r"^(\w+)\(\)", script, re.MULTILINE))
    text = re.sub(r"^\s*#.*$|\\\n|\$\(\([^\n]*?\)\)|'[^'\n]*'", "", script.replace(ENDING, ""), flags=re.MULTILINE)
    text = re.sub(r"\bin [^)\n]*\)", "in", text)
    start = r"(?:^\s*|;\s+|\|\s+|&\s+|[{(]\s+|\$\(|\b(?:then|do|else|if|until|while|exec)\s+)([a-z_][\w.]*)(?=[\s;)]|$)"
    starts = re.findall(start, text, re.MULTILINE)
    assert set(starts) - functions - SHELL_WORDS - {name} <= READERS_OF_LOOPS  # argv[3] is the loop's own name


def test_only_probes_that_touch_something_are_active() -> None:
    assert [probe.name for probe in catalogue() if probe.active] == [
        "direct_read",
        "mount_stat",
        "nfs_mount",
        "portals",
    ]


@pytest.mark.parametrize("folder", ["/var/lib/kubelet", "/var/vcap/data/kubelet", "/mnt/paas/kubernetes/kubelet"])
def test_the_kubelets_folder_is_looked_for_where_the_drivers_guide_has_it(folder: str) -> None:
    asked = {probe.name: probe for probe in catalogue()}
    notes, volumes = asked["driver_wwn_files"], asked["kubelet_volumes"]
    assert isinstance(notes, Probe)
    assert folder in notes.argv
    assert isinstance(volumes, FileProbe)
    assert f"{folder}/plugins/kubernetes.io/csi/*/*/vol_data.json" in volumes.globs


def test_what_reads_devices_or_mounts_is_guarded() -> None:
    assert all("unsafe" in SCRIPTS[name] for name in ("lvm_pvs", "direct_read", "mount_stat"))
    assert "ro,nolock,soft" in SCRIPTS["nfs_mount"]
    assert "unshare -m" in SCRIPTS["nfs_mount"]
    assert "--make-rslave" in SCRIPTS["nfs_mount"]


def test_a_timed_mount_may_run_longer_than_the_driver_waits() -> None:
    assert "longest=40 " in SCRIPTS["nfs_mount"]  # the driver gives up after 30 s


@pytest.mark.parametrize("shell", SHELLS.values(), ids=list(SHELLS))
@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_loop_is_valid_in_every_shell(shell: tuple[str, ...], name: str) -> None:
    checked = subprocess.run([*shell, "-n"], input=SCRIPTS[name].encode(), capture_output=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_a_loop_has_no_error_that_shellcheck_sees(name: str) -> None:
    command = ["shellcheck", "-s", "sh", "-S", "error", "-"]
    assert subprocess.run(command, input=SCRIPTS[name].encode(), capture_output=True, check=False).stdout == b""


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Bad Name"},
        {"reads": ""},
        {"reads": "two\nlines"},
        {"argv": ()},
        {"argv": ("a\0b",)},
        {"limit_s": 0},
        {"limit_bytes": 1000},
    ],
)
def test_a_probe_that_could_not_be_rendered_cannot_be_built(wrong: dict[str, object]) -> None:
    right: dict[str, object] = {"name": "asked", "argv": ("true",), "reads": "a test"}
    with pytest.raises(ValueError, match=r"\.$"):
        Probe(**{**right, **wrong})  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize("glob", ["etc/x", "/etc/x y", "/etc/$(id)", "/etc/../x", "/a;b"])
def test_a_glob_that_a_shell_could_misread_cannot_be_built(glob: str) -> None:
    with pytest.raises(ValueError, match="not an absolute glob"):
        FileProbe("asked", (glob,), reads="a test", limit_bytes=KIB)


def test_no_exit_code_of_another_meaning_is_knowledge() -> None:
    assert all(probe.exit_codes.get(124) is None and probe.exit_codes.get(137) is None for probe in COMMANDS)
    assert all(probe.exit_codes[0] is Status.COLLECTED for probe in COMMANDS)
