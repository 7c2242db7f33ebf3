"""Signatures of runbook scripts, in OpenSSH's own form: `ssh-keygen -Y sign`.

Input    scripts, and a private key's file (or a public key's, whose private half an agent holds).
Output   for each script the armoured signature, to lie beside it as `<script>.sig`.
Errors   UserError.  ssh-keygen asks for a passphrase itself, once for all scripts.
Source   ssh-keygen(1); PROTOCOL.sshsig of OpenSSH.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from analyzer.cli.errors import UserError
from analyzer.report.commands import SIGNED_FOR


def check_key(key: Path) -> None:
    """Before an hour is spent on the report."""
    if not key.is_file():
        raise UserError(f"{key} is no file; give --sign an OpenSSH private key")
    if shutil.which("ssh-keygen") is None:
        raise UserError("ssh-keygen is not installed here, so nothing can be signed; install OpenSSH's client")


def signatures(scripts: Sequence[bytes], key: Path) -> list[bytes]:
    if not scripts:
        return []
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{number}.sh") for number in range(len(scripts))]
        for file, script in zip(files, scripts, strict=True):
            file.write_bytes(script)
        command = ["ssh-keygen", "-Y", "sign", "-n", SIGNED_FOR, "-f", str(key.absolute()), *map(str, files)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        signed = [file.with_name(f"{file.name}.sig") for file in files]
        if done.returncode or not all(file.is_file() for file in signed):
            raise UserError(f"ssh-keygen cannot sign with {key}: {_last_line(done.stderr)}")
        return [file.read_bytes() for file in signed]


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it does not say why")
