"""`report` writes for each host a script, its steps as a page and, if wanted, a signature."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.analyzer.test_cli import SICK, one_sentence, run, tree

HAS_SSH_KEYGEN = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")


def new_key(folder: Path, *, passphrase: str = "") -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(folder / "key")]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return folder / "key"


def verified(script: Path, key: Path) -> bool:
    signers = script.parent.parent.parent / "signers"
    signers.write_text(f"support {key.with_suffix('.pub').read_text()}")
    options = ("-f", signers, "-I", "support", "-n", "csi-triage-runbook", "-s", f"{script}.sig")
    command = ["ssh-keygen", "-Y", "verify", *map(str, options)]
    return subprocess.run(command, input=script.read_bytes(), capture_output=True, check=False).returncode == 0


@HAS_SSH_KEYGEN
def test_a_signed_script_is_verified_by_openssh_alone(tmp_path: Path) -> None:
    key, out = new_key(tmp_path), tmp_path / "out"
    done = run("report", SICK, "-o", out, "--no-pdf", "--sign", key)
    assert done.returncode == 1, done.stderr
    script = out / "runbook/worker-1.sh"
    assert verified(script, key)
    assert stat.S_IMODE(Path(f"{script}.sig").stat().st_mode) == 0o600
    assert "csi-collector verify worker-1.sh --signer" in (out / "runbook/worker-1.html").read_text()
    script.write_bytes(script.read_bytes() + b"\n")
    assert not verified(script, key)


@HAS_SSH_KEYGEN
def test_a_signed_report_is_replaced_by_one_that_is_not(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("report", SICK, "-o", out, "--no-pdf", "--sign", new_key(tmp_path))
    assert run("report", SICK, "-o", out, "--no-pdf").returncode == 1
    assert sorted(tree(out / "runbook")) == ["worker-1.html", "worker-1.sh"]


@pytest.mark.parametrize(
    "name", ["notes.html", "worker-1.sig", "runbook-worker-1-20260703T101501Z.json", "other.sh.sig", "a.sh/b"]
)
def test_what_lies_beside_no_script_of_its_name_is_never_deleted(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    run("report", SICK, "-o", out, "--no-pdf")
    (out / "runbook" / name).parent.mkdir(exist_ok=True)
    (out / "runbook" / name).write_text("mine")
    one_sentence(run("report", SICK, "-o", out, "--no-pdf"))
    assert (out / "runbook" / name).read_text() == "mine"


def test_a_key_that_is_not_there_is_told_before_the_work(tmp_path: Path) -> None:
    done = run("report", SICK, "-o", tmp_path / "out", "--sign", tmp_path / "nowhere")
    assert "nowhere is no file; give --sign an OpenSSH private key" in one_sentence(done)
    assert b"reading" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@HAS_SSH_KEYGEN
def test_a_key_that_cannot_sign_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("nonsense\n")
    done = run("report", SICK, "-o", tmp_path / "out", "--no-pdf", "--sign", tmp_path / "key")
    assert "ssh-keygen cannot sign with" in one_sentence(done)
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


@HAS_SSH_KEYGEN
def test_a_passphrase_is_asked_for_by_ssh_keygen_itself(tmp_path: Path) -> None:
    key = new_key(tmp_path, passphrase="correct horse")
    answer = tmp_path / "askpass"
    answer.write_text("#!/bin/sh\necho 'correct horse'\n")
    answer.chmod(0o755)
    environment = {**os.environ, "SSH_ASKPASS": str(answer), "SSH_ASKPASS_REQUIRE": "force", "DISPLAY": ":0"}
    done = run("report", SICK, "-o", tmp_path / "out", "--no-pdf", "--sign", key, env=environment)
    assert done.returncode == 1, done.stderr
    assert verified(tmp_path / "out/runbook/worker-1.sh", key)


def test_without_ssh_keygen_it_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a key")
    environment = {**os.environ, "PATH": "/nonexistent"}
    done = run("report", SICK, "-o", tmp_path / "out", "--sign", tmp_path / "key", env=environment)
    assert "ssh-keygen is not installed here" in one_sentence(done)
