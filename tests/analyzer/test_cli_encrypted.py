"""`csi-analyzer` on a bundle that was encrypted: every command reads it with `--identity`, as it reads a plain one."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pypdf
import pytest

from bundle.encrypting import EncryptedFile, recipients_of
from bundle.writer import pack
from tests.analyzer.test_cli import SAMPLES, one_sentence, run, tree
from tests.bundle.keys import Key, age_key


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Key:
    return age_key(tmp_path_factory.mktemp("key"))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plain") / "stale_fail.tar.gz"
    pack(SAMPLES / "stale_fail", path)
    return path


@pytest.fixture(scope="module")
def encrypted(plain: Path, key: Key) -> Path:
    return encrypted_for(key, plain)


def encrypted_for(key: Key, plain: Path) -> Path:
    path = plain.with_name(f"{plain.name}.age")
    file = EncryptedFile(path, recipients_of([key.public]))
    file.append(plain.read_bytes())
    file.finish()
    return path


def test_the_report_is_the_same(plain: Path, encrypted: Path, key: Key, tmp_path: Path) -> None:
    run("report", plain, "-o", tmp_path / "a", "--no-pdf")
    done = run("report", encrypted, "--identity", key.file, "-o", tmp_path / "b", "--no-pdf")
    assert done.returncode == 1, done.stderr
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_processes_that_read_nodes_side_by_side_read_it_too(key: Key, tmp_path: Path) -> None:
    pack(SAMPLES / "demo", tmp_path / "demo.tar.gz")
    encrypted = encrypted_for(key, tmp_path / "demo.tar.gz")
    done = run("show", encrypted, "--identity", key.file, "--workers", "2", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert done.stdout == run("show", tmp_path / "demo.tar.gz", "--format", "json").stdout


@pytest.mark.slow
def test_the_paper_names_the_checksum_of_the_encrypted_file(encrypted: Path, key: Key, tmp_path: Path) -> None:
    run("report", encrypted, "--identity", key.file, "-o", tmp_path / "out")
    cover = pypdf.PdfReader(tmp_path / "out/report.pdf").pages[0].extract_text()
    assert hashlib.sha256(encrypted.read_bytes()).hexdigest() in cover


@pytest.mark.parametrize(
    "words",
    [
        ("show", "BUNDLE", "--all"),
        ("cat", "BUNDLE", "worker-1", "host"),
        ("cat", "BUNDLE", "cluster", "nodes"),
        ("diff", "BUNDLE", "BUNDLE"),
    ],
)
def test_what_is_printed_is_the_same(plain: Path, encrypted: Path, key: Key, words: tuple[str, ...]) -> None:
    said = run(*(plain if word == "BUNDLE" else word for word in words))
    done = run(*(encrypted if word == "BUNDLE" else word for word in words), "--identity", key.file)
    assert done.returncode == said.returncode, done.stderr
    assert done.stdout.decode().replace(f"{encrypted} --identity {key.file}", str(plain)) == said.stdout.decode()


def test_the_next_commands_name_the_key_too(encrypted: Path, key: Key) -> None:
    said = run("show", encrypted, "--identity", key.file).stdout.decode()
    assert f"csi-analyzer show {encrypted} --identity {key.file} --all" in said
    assert f"csi-analyzer report {encrypted} --identity {key.file} -o stale_fail\n" in said


def test_it_is_unpacked_into_the_same_folder(plain: Path, encrypted: Path, key: Key, tmp_path: Path) -> None:
    assert run("unpack", plain, "-o", tmp_path / "a").returncode == 0
    assert run("unpack", encrypted, "--identity", key.file, "-o", tmp_path / "b").returncode == 0
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


@pytest.mark.parametrize(
    "words",
    [("show",), ("report", "-o", "out"), ("cat", "worker-1", "host"), ("unpack", "-o", "out"), ("diff", "{}")],
)
def test_without_a_key_each_command_asks_for_one(encrypted: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    command, *rest = (str(tmp_path / word) if word == "out" else word.format(encrypted) for word in words)
    assert "is encrypted; give --identity FILE" in one_sentence(run(command, encrypted, *rest))
    assert list(tmp_path.iterdir()) == []
