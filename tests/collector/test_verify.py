"""`verify`: whole, of this format, and free of secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.capture import Capture, CollectedFile, NodeSnapshot, Redactions, Status
from bundle.writer import BundleWriter
from collector.verifying import verify
from tests.collector.conftest import Run


def bundle(
    folder: Path, content: bytes, *, targets: tuple[str, ...] = ("n1",), removed: Redactions | None = None
) -> Path:
    file = CollectedFile("/etc/iscsi/iscsid.conf", content)
    capture = Capture("iscsi_conf", Status.COLLECTED, files=(file,), redactions=removed)
    path = folder / "b.tar.gz"
    with BundleWriter(
        path, name="b", started="2026-07-03T10:00:00Z", tool_version="1", options={}, targets=targets
    ) as writer:
        writer.add_node(NodeSnapshot("n1", (capture,)))
    return path


@pytest.mark.parametrize(
    "secret",
    [
        b"node.session.auth.password = hunter2hunter2",
        b'{"Password": "hunter2hunter2"}',
        b"GET https://admin:hunter2@198.51.100.9:8088/rest",
        b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq0\n",
        b"token eyJhbGciOiJSUzI1NiIsImtpZCI6.eyJpc3MiOiJrdWJlcm5ldGVz.c2lnbmF0dXJl",
    ],
)
def test_what_looks_like_a_secret_is_named_by_its_place_and_not_repeated(tmp_path: Path, secret: bytes) -> None:
    verdict = verify(bundle(tmp_path, b"# one\n" + secret + b"\n"))
    assert not verdict.sound
    assert verdict.secrets[0].startswith("n1 /etc/iscsi/iscsid.conf, line ")
    assert "hunter2" not in verdict.secrets[0]


@pytest.mark.parametrize(
    "harmless",
    [
        b"node.session.auth.password = [redacted]",
        b"authentication failed: wrong password: try again",
        b"-----BEGIN RSA PRIVATE KEY-----\n[redacted]\n-----END RSA PRIVATE KEY-----\n",
        b"https://user:[redacted]@host/",
        b"tgt******tgtLunGuid: password=*** next",
        b'passwd: "", secret_key: null',
    ],
)
def test_what_was_hidden_or_is_only_said_is_no_secret(tmp_path: Path, harmless: bytes) -> None:
    assert verify(bundle(tmp_path, harmless + b"\n")).sound


def test_a_target_that_is_missing_is_told(tmp_path: Path) -> None:
    verdict = verify(bundle(tmp_path, b"", targets=("n1", "n2")))
    assert (verdict.nodes, verdict.targets, verdict.sound) == (1, 2, False)


def test_a_byte_that_changed_on_the_way_is_noticed(tmp_path: Path) -> None:
    path = bundle(tmp_path, b"abc" * 2000)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert not verify(path).sound


CONF = "files/etc/iscsi/iscsid.conf"


def test_the_record_of_what_was_removed_is_read_back_by_file(tmp_path: Path) -> None:
    removed = {CONF: {"CHAP login": 2}, "iscsi_conf.err": {}}
    assert verify(bundle(tmp_path, b"", removed=removed)).removed == {f"nodes/n1/{CONF}": {"CHAP login": 2}}


def test_no_record_is_not_a_record_of_nothing(tmp_path: Path) -> None:
    assert verify(bundle(tmp_path, b"")).removed is None
    assert verify(bundle(tmp_path, b"", removed={})).removed == {}


def test_verify_tells_how_many_of_which_kind_and_on_request_where(tmp_path: Path, collector: Run) -> None:
    path = bundle(tmp_path, b"", removed={CONF: {"CHAP login": 2}})
    told = collector("verify", path).stdout
    assert "2 secrets were removed before it was written:\n  CHAP login      2  in 1 file\n" in told
    assert CONF not in told
    assert f"nodes/n1/{CONF}" in collector("verify", path, "--verbose").stdout


def test_words_of_a_bundle_do_not_steer_the_terminal(tmp_path: Path, collector: Run) -> None:
    path = bundle(tmp_path, b"", removed={CONF: {"\x1b[2Jpassword": 1}})
    assert "\x1b" not in collector("verify", path, "--verbose").stdout


def test_a_bundle_without_a_record_says_so(tmp_path: Path, collector: Run) -> None:
    assert "is not recorded" in collector("verify", bundle(tmp_path, b"")).stdout
