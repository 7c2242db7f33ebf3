"""`verify` of a runbook script: is it unchanged, and signed by the one it should be signed by?

Input    the paths of the script, of its signature (OpenSSH's SSHSIG) and of the signer's public key.
Output   `Signed`: the key, and the bundle, host and boot that the script is for; or `NotSigned` with the sentence why.
Errors   UserError when it cannot be told: no ssh-keygen, no readable script or key.
Source   ssh-keygen(1), -Y verify and ALLOWED SIGNERS.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from collector.errors import UserError

NAMESPACE = "csi-triage-runbook"
FIRST_LINE = b"#!/bin/sh\n"
SIZE_LIMIT = 64 << 20  # bytes; a script has some hundred for each step
_KEY = re.compile(r"((?:ssh-|ecdsa-|sk-)[A-Za-z0-9@.-]{1,100} [A-Za-z0-9+/]{20,20000}={0,3})(?: (.*))?")
_GOOD = re.compile(r'Good "[^"]*" signature for signer with (\S+) key (\S+)')


@dataclass(frozen=True, slots=True)
class Signed:
    """`host` and `boot_id` are "" where the script is for whoever has kubectl."""

    key: str
    comment: str
    bundle: str
    host: str
    boot_id: str


@dataclass(frozen=True, slots=True)
class NotSigned:
    why: str


def is_script(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(FIRST_LINE)) == FIRST_LINE
    except OSError:
        return False  # as a bundle it gets its sentence


def verify_script(script: Path, signature: Path | None, signer: Path) -> Signed | NotSigned:
    keys = _keys(signer)
    content = _read(script)
    beside = signature or script.with_name(f"{script.name}.sig")
    if not beside.is_file():
        return NotSigned(f"there is no signature {beside}; ask for it, or name it with --signature")
    said = ""
    for key, comment in keys:
        good, said = _ssh_keygen(content, beside, key)
        if good:
            return _signed(good, comment, content.decode("utf-8", "replace"))
    return NotSigned(f"the script was changed, or is not signed by the key in {signer} (ssh-keygen: {_last(said)})")


def _signed(good: re.Match[str], comment: str, script: str) -> Signed:
    values = _assigned(script)
    node = values.get("role") == "node"
    return Signed(
        key=f"{good[1]} {good[2]}",
        comment=_printable(comment),
        bundle=values.get("bundle", ""),
        host=values.get("expected_hostname", "") if node else "",
        boot_id=values.get("expected_boot_id", "") if node else "",
    )


def _keys(signer: Path) -> list[tuple[str, str]]:
    """The public keys of a file, each with its comment: nothing but keys, so that no option of ssh gets through."""
    lines = [line.strip() for line in _read(signer).decode("utf-8", "replace").splitlines()]
    found = [_KEY.fullmatch(line) for line in lines if line and not line.startswith("#")]
    keys = [(match[1], match[2] or "") for match in found if match]
    if not keys or len(keys) != len(found):
        raise UserError(f"{signer} is no OpenSSH public key; give --signer the file that ends in .pub")
    return keys


def _ssh_keygen(content: bytes, signature: Path, key: str) -> tuple[re.Match[str] | None, str]:
    """What it found good, and all that it said."""
    if shutil.which("ssh-keygen") is None:
        raise UserError("ssh-keygen is not installed here, so no signature can be checked; install OpenSSH's client")
    with tempfile.TemporaryDirectory() as folder:
        allowed = Path(folder, "signers")
        allowed.write_text(f'signer namespaces="{NAMESPACE}" {key}\n', encoding="ascii")
        options = ("-f", str(allowed), "-I", "signer", "-n", NAMESPACE, "-s", str(signature.absolute()))
        done = subprocess.run(["ssh-keygen", "-Y", "verify", *options], input=content, capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if re.search(r"(unknown|illegal|invalid) option", said):
        raise UserError("this ssh-keygen is too old to check signatures; use OpenSSH 8.2 or newer")
    return _GOOD.search(said) if done.returncode == 0 else None, said


def _assigned(script: str) -> dict[str, str]:
    """What the script says of itself; read only after its signature was found good."""
    found = re.findall(r"^(role|bundle|expected_hostname|expected_boot_id)=(.*)$", script, re.MULTILINE)
    return {name: _printable(_unquoted(value)) for name, value in reversed(found)}


def _unquoted(word: str) -> str:
    try:
        return "".join(shlex.split(word))
    except ValueError:
        return word


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > SIZE_LIMIT:
            raise UserError(f"{path} is far too long for a script or a key")
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror or error})") from None


def _last(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return _printable(lines[-1]).rstrip(".") if lines else "no reason"


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
