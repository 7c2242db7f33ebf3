"""The loops that ask what the host has: commands, initiator names (told as digests only), kernel parameters."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from collector.node_program.program import new_salt
from collector.probes.services import TOOLS
from tests.collector.asking import NOBODY, SHELLS, ask, each_shell
from tests.collector.made_up import Node, probe_named

DASH = SHELLS["dash"]
IQN = "iqn.1993-08.org.debian:01:5e7f0d3c21"
NQN = "nqn.2014-08.org.nvmexpress:uuid:4c4c4544-0031-3510-8052-b4c04f4e3232"
WWPN = "0x21000024ff4c5b1a"
SALT = "6b1f" * 8


def digest(salt: str, name: str, length: int = 16) -> str:
    return hashlib.sha256(f"{salt}{name}".encode()).hexdigest()[:length]


@each_shell
@pytest.mark.parametrize("salt", [SALT, ""])
def test_names_are_told_as_salted_digests(shell: Sequence[str], made_up: Node, salt: str) -> None:
    made_up.file("/etc/iscsi/initiatorname.iscsi", f"## comment\n#InitiatorName=iqn.old\nInitiatorName={IQN}\n")
    made_up.file("/etc/nvme/hostnqn", NQN)
    made_up.file("/sys/class/fc_host/host3/port_name", f"{WWPN}\n")
    answer = made_up.ask("initiators", shell, CSI_TRIAGE_SALT=salt)
    assert answer.stdout.splitlines() == [
        f"salt {digest(salt, '', 8)}",
        f"iscsi {digest(salt, IQN)}",
        f"nvme {digest(salt, NQN)}",
        f"fc {digest(salt, WWPN)}",
    ]


@each_shell
def test_a_file_without_a_name_is_not_one_that_is_missing(shell: Sequence[str], made_up: Node) -> None:
    made_up.file("/etc/iscsi/initiatorname.iscsi", "GenerateName=yes\nInitiatorName=\n")
    answer = made_up.ask("initiators", shell, CSI_TRIAGE_SALT=SALT)
    assert answer.stdout.splitlines()[1:] == ["iscsi empty", "nvme missing"]


@pytest.mark.skipif(os.geteuid() != 0, reason="root reads every file")
def test_a_file_that_may_not_be_read_is_not_one_that_is_missing(made_up: Node) -> None:
    for folder in (made_up.folder, *made_up.folder.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o711)
    (made_up.folder / "work").chmod(0o777)
    made_up.file("/etc/iscsi/initiatorname.iscsi", f"InitiatorName={IQN}\n")
    (made_up.folder / "etc/iscsi").chmod(0o700)
    answer = made_up.ask("initiators", NOBODY, CSI_TRIAGE_SALT=SALT)
    assert (answer.returncode, answer.stdout.count("iscsi")) == (77, 0)
    assert "permission denied" in answer.stderr


@each_shell
def test_the_salt_of_the_run_reaches_the_probe_and_no_list_of_processes(shell: Sequence[str], tmp_path: Path) -> None:
    answers = ask(shell, [probe_named("initiators"), probe_named("ps")], tmp_path / "private", salt=SALT)
    assert answers["initiators"].out.startswith(f"salt {digest(SALT, '', 8)}\n".encode())
    assert SALT.encode() not in answers["ps"].out


def test_no_two_runs_have_one_salt() -> None:
    assert new_salt() != new_salt()
    assert len(new_salt()) == 32


@each_shell
def test_every_command_is_told_with_its_path_or_as_missing(shell: Sequence[str], made_up: Node) -> None:
    made_up.tool("multipath", "")
    made_up.tool("nvme", "echo 'nvme version 2.4 (git 2.4)'; echo 'libnvme version 1.4 (git 1.4)'")
    (made_up.tools / "iscsiadm").write_text("not executable")
    lines = made_up.ask("tools", shell, PATH=f"{made_up.tools}:/bin:/usr/bin").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [*TOOLS, "nvme-version"]
    told = dict(line.split() for line in lines)
    assert (told["multipath"], told["iscsiadm"]) == (f"{made_up.tools}/multipath", "-")
    assert (told["nvme-version"], told["ls"]) == ("2.4", "/bin/ls")


@each_shell
def test_an_old_nvme_cli_tells_its_version_too(shell: Sequence[str], made_up: Node) -> None:
    made_up.tool("nvme", "echo 'nvme version 1.8.1'")
    assert made_up.ask("tools", shell).stdout.endswith("nvme-version 1.8.1\n")


@each_shell
def test_a_module_that_is_not_loaded_is_told_from_one_without_the_parameter(
    shell: Sequence[str], made_up: Node
) -> None:
    assert made_up.ask("nvme_multipath", shell).returncode == 21
    made_up.file("/sys/module/nvme_core/parameters/io_timeout", "30\n")
    assert made_up.ask("nvme_multipath", shell).stdout == "no parameter\n"
    made_up.file("/sys/module/nvme_core/parameters/multipath", "Y\n")
    assert made_up.ask("nvme_multipath", shell).stdout == "Y\n"
