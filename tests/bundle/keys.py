"""Keys made for tests: age's own, and OpenSSH's."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from pyrage import x25519


@dataclass(frozen=True)
class Key:
    """`file` holds the private half."""

    file: Path
    public: str


def age_key(folder: Path, name: str = "support.key") -> Key:
    identity = x25519.Identity.generate()
    return Key(private(folder / name, f"# created: 2026-11-22\n{identity}\n"), str(identity.to_public()))


def ssh_key(folder: Path, *, passphrase: str = "", kind: str = "ed25519") -> Key:
    file = folder / f"id_{kind}"
    command = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "support", "-f", str(file)]
    subprocess.run(command, check=True)
    return Key(file, file.with_suffix(".pub").read_text().strip())


def private(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(0o600)
    return file
