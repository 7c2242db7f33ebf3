"""`verify` of a runbook script: unchanged, signed by the right key, and said for which host it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")

MAIN = "import sys; from collector.cli import main; sys.argv[0] = 'csi-collector'; main()"
SCRIPT = """\
#!/bin/sh
# bundle=not-this
role=node
expected_hostname=worker-1
expected_boot_id=6f1c3a52-0d1e-4c57-9a63-0f8e2b7d9c11
bundle='csi bundle 1'
begin
"""


def keygen(*words: str | Path) -> None:
    subprocess.run(["ssh-keygen", *map(str, words)], check=True, capture_output=True, stdin=subprocess.DEVNULL)


def new_key(folder: Path, name: str = "support") -> Path:
    keygen("-q", "-t", "ed25519", "-N", "", "-C", f"{name}@example.com", "-f", folder / name)
    return folder / name


def sign(script: Path, key: Path, namespace: str = "csi-triage-runbook") -> None:
    keygen("-Y", "sign", "-n", namespace, "-f", key, script)


def verify(folder: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", MAIN, "verify", *words]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **environ}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "worker-1.sh").write_text(SCRIPT)
    sign(tmp_path / "worker-1.sh", new_key(tmp_path))
    return tmp_path


BY_SUPPORT = ("worker-1.sh", "--signer", "support.pub")


def not_sound(done: subprocess.CompletedProcess[str], why: str) -> None:
    assert (done.returncode, done.stderr) == (1, "")
    assert why in done.stdout
    assert done.stdout.endswith("verdict: not sound; do not run it\n")


def told(done: subprocess.CompletedProcess[str], why: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("csi-collector: ")
    assert why in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_signed_script_says_who_signed_it_and_whom_it_is_for(folder: Path) -> None:
    done = verify(folder, *BY_SUPPORT)
    signed, *rest = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert signed.startswith("signed by  ED25519 SHA256:")
    assert signed.endswith("  support@example.com")
    assert rest == [
        "bundle     csi bundle 1",
        "host       worker-1, boot 6f1c3a52-0d1e-4c57-9a63-0f8e2b7d9c11",
        "verdict: sound",
    ]


def test_a_script_for_kubectl_is_bound_to_no_host(folder: Path) -> None:
    (folder / "admin.sh").write_text(SCRIPT.replace("role=node", "role=admin"))
    sign(folder / "admin.sh", folder / "support")
    assert "host       any where kubectl works" in verify(folder, "admin.sh", "--signer", "support.pub").stdout


def test_a_changed_script_is_not_sound(folder: Path) -> None:
    (folder / "worker-1.sh").write_text(SCRIPT + "\n")
    not_sound(verify(folder, *BY_SUPPORT), "the script was changed, or is not signed by the key in support.pub")


def test_a_script_signed_by_another_key_is_not_sound(folder: Path) -> None:
    new_key(folder, "other")
    not_sound(verify(folder, "worker-1.sh", "--signer", "other.pub"), "is not signed by the key in other.pub")


def test_a_signature_made_for_something_else_is_not_sound(folder: Path) -> None:
    (folder / "worker-1.sh.sig").unlink()
    sign(folder / "worker-1.sh", folder / "support", namespace="git")
    not_sound(verify(folder, *BY_SUPPORT), "is not signed by")


def test_a_script_without_signature_is_not_sound(folder: Path) -> None:
    (folder / "worker-1.sh.sig").unlink()
    not_sound(verify(folder, *BY_SUPPORT), "there is no signature worker-1.sh.sig")


def test_what_is_no_signature_is_not_sound(folder: Path) -> None:
    (folder / "worker-1.sh.sig").write_text("-----BEGIN SSH SIGNATURE-----\nnonsense\n")
    not_sound(verify(folder, *BY_SUPPORT), "the script was changed, or is not signed")


def test_the_signature_may_lie_elsewhere(folder: Path) -> None:
    (folder / "worker-1.sh.sig").rename(folder / "mail.sig")
    assert verify(folder, *BY_SUPPORT, "--signature", "mail.sig").returncode == 0


def test_one_of_several_keys_is_enough_and_is_named(folder: Path) -> None:
    other, support = (Path(f"{key}.pub").read_text() for key in (new_key(folder, "other"), folder / "support"))
    (folder / "team.pub").write_text(f"# our team\n{other}\n{support}")
    done = verify(folder, "worker-1.sh", "--signer", "team.pub")
    assert done.returncode == 0
    assert "  support@example.com\n" in done.stdout
    assert "other" not in done.stdout


def test_a_script_cannot_be_judged_without_the_signers_key(folder: Path) -> None:
    told(verify(folder, "worker-1.sh"), "say who must have signed the script: --signer FILE")


@pytest.mark.parametrize("content", ["", "nonsense\n", "cert-authority ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI\n"])
def test_a_signer_that_is_no_public_key_is_told(folder: Path, content: str) -> None:
    (folder / "bad.pub").write_text(content)
    told(verify(folder, "worker-1.sh", "--signer", "bad.pub"), "bad.pub is no OpenSSH public key")


def test_a_private_key_given_as_signer_is_told_and_not_repeated(folder: Path) -> None:
    done = verify(folder, "worker-1.sh", "--signer", "support")
    told(done, "give --signer the file that ends in .pub")


@pytest.mark.parametrize("words", [("missing.sh", "--signer", "support.pub"), ("worker-1.sh", "--signer", "missing")])
def test_a_file_that_is_not_there_is_told(folder: Path, words: tuple[str, ...]) -> None:
    told(verify(folder, *words), "cannot be read (No such file or directory)")


def test_a_machine_without_ssh_keygen_is_told(folder: Path) -> None:
    told(verify(folder, *BY_SUPPORT, PATH="/nonexistent"), "ssh-keygen is not installed here")


def test_an_ssh_keygen_of_before_signatures_is_told(folder: Path) -> None:
    (folder / "bin").mkdir()
    (folder / "bin/ssh-keygen").write_text("#!/bin/sh\necho 'ssh-keygen: illegal option -- Y' >&2\nexit 1\n")
    (folder / "bin/ssh-keygen").chmod(0o755)
    told(verify(folder, *BY_SUPPORT, PATH=f"{folder}/bin:{os.environ['PATH']}"), "too old to check signatures")
