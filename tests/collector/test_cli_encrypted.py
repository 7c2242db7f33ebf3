"""`--encrypt-to` and `verify --identity`, from the command line to the file."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bundle.keys import age_key
from tests.collector.conftest import Run
from tests.collector.test_cli import told_in_one_sentence


def test_a_run_leaves_only_the_encrypted_bundle_which_its_key_verifies(collector: Run, tmp_path: Path) -> None:
    key = age_key(tmp_path)
    result = json.loads(collector("collect", "--local", "--no-active", "--encrypt-to", key.public, "--json").stdout)
    bundle = result["bundle"]
    assert (result["encrypted"], bundle.endswith(".tar.gz.age")) == (True, True)
    assert {path.name for path in tmp_path.iterdir()} == {"home", key.file.name, bundle, f"{bundle}.sha256"}
    checked = json.loads(collector("verify", bundle, "--identity", key.file, "--json").stdout)
    assert (checked["sound"], checked["encrypted"]) == (True, True)
    told_in_one_sentence(collector("verify", bundle), "--identity FILE")


def test_nobody_is_asked_when_nobody_could_read_the_answer(collector: Run, tmp_path: Path) -> None:
    told_in_one_sentence(collector("collect", "--local", "--encrypt-to", "age1typo"), "give a public key")
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
