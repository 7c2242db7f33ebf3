"""`--node-program`: sudo allows one reviewed file on a node and nothing else, and the collector needs no more."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from bundle.capture import Status
from collector.node_program.answer import decode
from collector.planning.to_sudoers import is_sudoers_user
from collector.transports import Installed, TransportError
from collector.transports.ssh import SshTransport
from collector.transports.ssh_config import SshOptions, Wanted, route
from samples import loopback as sshd
from tests.collector.conftest import Run
from tests.collector.test_sudo import needs_root, node_with


@pytest.fixture
def installed() -> Iterator[Path]:
    """Where the program lies on the node, in a folder that only root may write to."""
    folder = Path(tempfile.mkdtemp(prefix="node-program-"))
    folder.chmod(0o755)
    yield folder / "csi-triage-collect"
    shutil.rmtree(folder)


@pytest.fixture
def rule(collector: Run, installed: Path, tmp_path: Path) -> str:
    """The program is installed as the printed lines say; what sudoers grants are those lines."""
    (tmp_path / "program").write_text(collector("script", "--no-active").stdout)
    shutil.copy(tmp_path / "program", installed)
    installed.chmod(0o700)
    return collector("plan", "--sudoers", "program", "--user", "admin", "--node-program", installed).stdout


def on(server: sshd.Sshd, program: Path) -> SshTransport:
    given = SshOptions(server.identity, server.known_hosts, paramiko.SSHConfig())
    way = route(Wanted("n1", "127.0.0.1", server.port, server.user), given)
    return SshTransport("n1", way, Installed(str(program)))


def answers(way: SshTransport) -> dict[str, bytes]:
    with way.run("echo this is never sent", deadline_s=60) as running:
        return {capture.probe: capture.out for capture in decode(running.stream) if capture.status.is_knowledge}


def refusal(way: SshTransport) -> TransportError:
    with pytest.raises(TransportError) as caught:
        answers(way)
    return caught.value


def typed(server: sshd.Sshd, *words: str) -> int:
    options = ["-F", "none", "-o", f"UserKnownHostsFile={server.known_hosts}", "-o", "BatchMode=yes", "-T"]
    command = ["ssh", *options, "-i", str(server.identity), "-p", str(server.port), f"{server.user}@127.0.0.1"]
    return subprocess.run([*command, *words], capture_output=True, timeout=60, check=False).returncode


@needs_root
def test_the_installed_program_answers_as_root(rule: str, installed: Path) -> None:
    with node_with(f"Defaults use_pty\n{rule}") as server:  # as distributions ship it
        found = answers(on(server, installed))
    assert {"host", "block_openers"} <= set(found)  # the second one answers root only


@needs_root
def test_nothing_else_may_be_run_as_root(rule: str, installed: Path) -> None:
    with node_with(rule) as server:
        assert typed(server, "sudo", "-n", str(installed), ">/dev/null") == 0
        assert typed(server, "sudo", "-n", str(installed), "--more") == 1
        assert typed(server, "sudo", "-n", "sh", "-c", "true") == 1
        assert typed(server, "sudo", "-n", "-u", "nobody", str(installed)) == 1


@needs_root
def test_a_changed_program_is_not_run(rule: str, installed: Path) -> None:
    with node_with(rule) as server:
        installed.write_text(installed.read_text() + "touch /tmp/never\n")
        error = refusal(on(server, installed))
    assert error.status is Status.FAILED
    assert "in sudoers with its digest?" in error.sentence


@needs_root
def test_a_key_that_may_start_the_program_only_is_enough(rule: str, installed: Path) -> None:
    with node_with(rule, f"ForceCommand sudo -n {installed}") as server:
        assert "host" in answers(on(server, installed))


@needs_root
def test_the_lines_are_a_sudoers_file(rule: str, tmp_path: Path) -> None:
    (tmp_path / "lines").write_text(rule)
    subprocess.run(["visudo", "-cf", tmp_path / "lines"], check=True, capture_output=True)


@pytest.mark.parametrize("user", ["ALL", "ADMINS", "a b", "a,b", "#0", "a=(root)", "", "%", "-u", "admin\n", "a\\b"])
def test_a_word_that_sudoers_reads_as_more_than_one_user_is_refused(user: str) -> None:
    assert not is_sudoers_user(user)


@pytest.mark.parametrize("path", ["csi", "/opt/a b", "/opt/../sh", "/opt/*", "/", "/opt/x ALL", "/opt/a,b", "/opt/x\n"])
@pytest.mark.parametrize("command", [("collect", "--local"), ("plan", "--sudoers", "program", "--user", "admin")])
def test_a_path_that_sudoers_or_a_shell_could_misread_is_refused(
    collector: Run, path: str, command: tuple[str, ...]
) -> None:
    done = collector(*command, "--node-program", path)
    assert (done.returncode, "absolute path" in done.stderr) == (2, True)


def test_what_script_has_not_printed_gets_no_line(collector: Run, tmp_path: Path) -> None:
    whole = collector("script").stdout
    (tmp_path / "cut").write_text(whole[: len(whole) // 2])
    done = collector("plan", "--sudoers", "cut", "--user", "admin")
    assert (done.returncode, done.stdout, "script" in done.stderr) == (2, "", True)


def test_the_program_on_the_nodes_decides_what_is_active(collector: Run) -> None:
    done = collector("collect", "--local", "--no-active", "--node-program", "/usr/local/sbin/csi-triage-collect")
    assert (done.returncode, "when `script` wrote it" in done.stderr) == (2, True)
