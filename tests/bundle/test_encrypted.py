"""A bundle that only its recipients can read: what is on the disk, who reads it, and what is said when it cannot be."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pyrage
import pytest

from bundle.decrypting import Source, plain
from bundle.encrypting import recipients_of
from bundle.layout import BundleError, bundle_name
from bundle.reader import BundleReader
from tests.bundle.keys import Key, age_key, private, ssh_key
from tests.bundle.making import make, node, writer

HEADER = b"age-encryption.org/v1\n"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def key(tmp_path):
    return age_key(tmp_path)


@pytest.fixture
def encrypted(tmp_path, key):
    return make(tmp_path / "b.tar.gz.age", recipients=recipients_of([key.public]), size=150_000)


def opened(path: Path, *keys: Key, said: list[str] | None = None):
    return plain(path, [key.file for key in keys], (said if said is not None else []).append)


def nodes_read(path: Path, *keys: Key) -> list[str]:
    with opened(path, *keys) as source:
        return [snapshot.node for snapshot in BundleReader(source).snapshots()]


def refused(path: Path, *keys: Key) -> str:
    with pytest.raises(BundleError) as caught, opened(path, *keys):
        pass
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


def bytes_of(source: Source) -> bytes:
    return source.read_bytes() if isinstance(source, Path) else source.file.read_bytes()


def test_what_comes_out_is_the_bundle_that_would_have_been_written_plain(tmp_path, encrypted, key):
    with opened(encrypted, key) as source:
        assert bytes_of(source) == make(tmp_path / "plain", size=150_000).read_bytes()


def test_its_nodes_are_found_through_the_index(encrypted, key):
    with opened(encrypted, key) as source:
        reader = BundleReader(source)
        assert reader.seekable
        assert reader.node("n2") == node("n2", 150_000)
        assert reader.problems() == ()


def test_the_file_is_encrypted_private_and_has_its_own_checksum(encrypted):
    content = encrypted.read_bytes()
    assert content.startswith(HEADER)
    assert b"\x1f\x8b\x08" not in content[:400]
    assert stat.S_IMODE(encrypted.stat().st_mode) == 0o600
    told = encrypted.with_name(f"{encrypted.name}.sha256").read_text()
    assert told == f"{hashlib.sha256(content).hexdigest()}  {encrypted.name}\n"


def test_its_name_inside_is_that_of_a_plain_one():
    assert bundle_name(Path("/tmp/case-4711.tar.gz.age")) == bundle_name(Path("case-4711.tar.gz")) == "case-4711"


def test_each_recipient_reads_it_with_its_own_key_and_nobody_else(tmp_path, key):
    ssh, stranger = ssh_key(tmp_path), age_key(tmp_path, "stranger.key")
    listed = tmp_path / "recipients"
    listed.write_text(f"# support\n\n{key.public}\n{ssh.public}\n")
    path = make(tmp_path / "b.age", recipients=recipients_of([str(listed)]))
    assert nodes_read(path, key) == nodes_read(path, ssh) == nodes_read(path, stranger, key) == ["n1", "n2", "n3"]
    assert "was not encrypted to this key" in refused(path, stranger)


def test_one_in_ascii_armour_is_read_whatever_its_name(tmp_path, key):
    content = make(tmp_path / "plain").read_bytes()
    (tmp_path / "b.txt").write_bytes(pyrage.encrypt(content, recipients_of([key.public]), armored=True))
    assert nodes_read(tmp_path / "b.txt", key) == ["n1", "n2", "n3"]


def test_a_plain_bundle_needs_no_key_and_minds_none(tmp_path, key):
    assert nodes_read(make(tmp_path / "plain")) == nodes_read(tmp_path / "plain", key) == ["n1", "n2", "n3"]


def test_the_decrypted_bytes_have_no_name_on_the_disk(tmp_path, encrypted, key, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with opened(encrypted, key) as source:
        assert BundleReader(source).nodes() == ("n1", "n2", "n3")
        assert list((tmp_path / "tmp").iterdir()) == []


def test_without_a_key_the_sentence_asks_for_one(encrypted):
    assert "is encrypted; give --identity FILE" in refused(encrypted)
    with pytest.raises(BundleError, match="is encrypted; give --identity FILE"):
        BundleReader(encrypted)


def test_of_one_that_is_cut_off_comes_what_is_whole_and_it_is_said(tmp_path, encrypted, key):
    cut = tmp_path / "cut.age"
    cut.write_bytes(encrypted.read_bytes()[:-100_000])
    said: list[str] = []
    with opened(cut, key, said=said) as source:
        reader = BundleReader(source)
        assert list(reader.snapshots()) == [node("n1", 150_000), node("n2", 150_000)]
        assert not reader.complete
    assert said == [f"{cut} is cut off or damaged; what came whole before that is read"]


@pytest.mark.parametrize(("kept", "then"), [(120, b""), (400, b""), (22, b"-> X25519 ?\n"), (400, b"x" * 999)])
def test_one_of_which_nothing_is_whole_is_refused_in_a_sentence(tmp_path, encrypted, key, kept, then):
    (tmp_path / "bad.age").write_bytes(encrypted.read_bytes()[:kept] + then)
    assert "is damaged" in refused(tmp_path / "bad.age", key)


def test_a_private_key_that_others_can_read_is_told(encrypted, key):
    key.file.chmod(0o644)
    said: list[str] = []
    with opened(encrypted, key, said=said):
        assert said == [f"{key.file} is a private key that others can read; `chmod 600` it"]


@pytest.mark.parametrize("text", ["", "# nothing\n", "AGE-SECRET-KEY-1XYZ\n", "age1abc\n", "hello", "x" * 100_000])
def test_what_is_no_private_key_is_told_in_a_sentence(tmp_path, encrypted, text):
    assert "is no private key" in refused(encrypted, Key(private(tmp_path / "none", text), ""))


def test_a_private_key_that_is_not_there_is_told_in_a_sentence(tmp_path, encrypted):
    assert "cannot be read (No such file" in refused(encrypted, Key(tmp_path / "missing", ""))


def test_keys_with_a_passphrase_are_told_in_a_sentence(tmp_path, encrypted):
    locked = tmp_path / "locked"
    locked.write_bytes(HEADER + b"-> scrypt 2RYzcPXdVSsOjhEFoGKZnw 18\n")
    assert "is protected by a passphrase" in refused(encrypted, Key(locked, ""))
    assert "is protected by a passphrase" in refused(encrypted, ssh_key(tmp_path, passphrase="secret"))


@pytest.mark.parametrize("word", ["age1abc", "ssh-ed25519 AAAA", "missing", "/"])
def test_what_is_nobody_to_encrypt_to_is_told_in_a_sentence(word):
    with pytest.raises(BundleError, match=r"give a public key|give age1"):
        recipients_of([word])


def test_a_secret_key_given_for_a_public_one_is_not_repeated(key):
    secret = key.file.read_text().splitlines()[-1]
    for word in (secret, str(key.file)):
        with pytest.raises(BundleError, match="is a secret key") as caught:
            recipients_of([word])
        assert secret not in str(caught.value)


def test_a_file_that_names_nobody_is_told_in_a_sentence(tmp_path):
    (tmp_path / "empty").write_text("# later\n")
    with pytest.raises(BundleError, match="names nobody"):
        recipients_of([str(tmp_path / "empty")])


def test_ctrl_c_while_a_node_is_on_its_way_leaves_a_whole_bundle(tmp_path, key, monkeypatch):
    really_write = os.write
    pressed: list[int] = []

    def interrupted(fd, data):
        if not pressed:
            pressed.append(1)
            os.kill(os.getpid(), signal.SIGINT)
        return really_write(fd, data)

    path = tmp_path / "b.age"
    with writer(path, recipients=recipients_of([key.public])) as bundle:
        bundle.add_node(node("n1"))
        monkeypatch.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bundle.add_node(node("n2", 400_000))
        bundle.add_node(node("n3"))
    with opened(path, key) as source:
        reader = BundleReader(source)
        assert [reader.node(name) for name in reader.nodes()] == [node("n1"), node("n3")]
        assert "not collected" in reader.targets()["n2"].reason


def test_any_other_exception_leaves_nothing(tmp_path, key):
    recipients = recipients_of([key.public])
    with pytest.raises(ZeroDivisionError), writer(tmp_path / "b.age", recipients=recipients) as bundle:  # noqa: PT012
        bundle.add_node(node("n1", 200_000))
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["support.key"]


DIE_EARLY = """
import os, resource, signal, sys
from pathlib import Path
from bundle.encrypting import recipients_of
from bundle.layout import BundleError
from tests.bundle.making import node, writer
if sys.argv[3] == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    with writer(Path(sys.argv[1]), recipients=recipients_of([sys.argv[2]])) as bundle:
        for number in range(4):
            bundle.add_node(node(f"n{number}", 200_000))
        os.kill(os.getpid(), signal.SIGKILL)
except BundleError as error:
    print(error)
"""


def dying(path: Path, key: Key, how: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", DIE_EARLY, str(path), key.public, how]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_on_a_full_disk_the_sentence_says_so_and_nothing_is_left(tmp_path, key):
    done = dying(tmp_path / "b.age", key, "full")
    assert (done.returncode, done.stderr) == (0, "")
    assert "cannot be written (File too large)" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["support.key"]


def test_when_it_is_killed_nothing_plain_is_left(tmp_path, key):
    assert dying(tmp_path / "b.age", key, "killed").returncode == -signal.SIGKILL
    (left,) = (path for path in tmp_path.iterdir() if path.name != "support.key")
    assert left.name.startswith(".b.age.")
    assert left.read_bytes().startswith(HEADER)
    assert stat.S_IMODE(left.stat().st_mode) == 0o600
