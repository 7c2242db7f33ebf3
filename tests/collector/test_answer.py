"""Decoding a node's answer: whole, cut off, hostile."""

from __future__ import annotations

import io
import tarfile

import pytest

from bundle.capture import Capture, Outcome, Status
from collector.node_program.answer import AnswerError, decode, snapshot
from collector.probes import FileProbe, Keep, Probe

ASKED = Probe("asked", ("tool", "-l"), reads="a test", limit_bytes=2048)
OTHER = Probe("other", ("tool", "-x"), reads="a test", exit_codes={0: Status.COLLECTED, 21: Status.EMPTY})
LOG = Probe("log", ("dmesg",), reads="a test", keep=Keep.LAST)
CONF = FileProbe("conf", ("/etc/x.conf",), reads="a test")
PROBES = (ASKED, OTHER, LOG, CONF)
META = "started 2026-07-03T10:15:01Z\nend exited {}\ntook 0.25\n"


def archive(*members: tuple[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, text in members:
            content = text.encode() if isinstance(text, str) else text
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def answer(name: str, out: str = "", err: str = "", code: int = 0, more: str = "") -> bytes:
    return archive((f"{name}/out", out), (f"{name}/err", err), (f"{name}/meta", META.format(code) + more))


def decoded(stream: bytes) -> list[Capture]:
    return list(decode(io.BytesIO(stream), PROBES))


def only(stream: bytes) -> Capture:
    [capture] = decoded(stream)
    return capture


def test_an_answer_becomes_a_capture() -> None:
    how = ("asked", Status.COLLECTED, ("tool", "-l"), 0, "2026-07-03T10:15:01Z", 0.25)
    expected = Capture(*how, out=b"out\n", err=b"warning\n", redactions={})
    assert only(answer("asked", "out\n", "warning\n")) == expected


def test_a_stream_cut_off_anywhere_gives_the_captures_that_arrived_whole() -> None:
    first, second = (answer(name, "one\n")[:2560] for name in ("asked", "other"))  # five blocks, without the padding
    stream = first + b"\0" * 512 + second
    whole = decoded(stream)
    for length in range(len(stream)):
        got: list[Capture] = []
        try:
            for capture in decode(io.BytesIO(stream[:length]), PROBES):
                got.append(capture)
        except AnswerError:
            pass
        assert got == whole[: len(got)]
        assert len(got) == (length >= 2560)


def test_a_stream_that_breaks_passes_its_error_on_after_what_arrived() -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            piece = super().read(size)
            if not piece:
                raise ConnectionResetError
            return piece

    captures = decode(Breaking(answer("asked", "one\n")), PROBES)
    assert next(captures).out == b"one\n"
    with pytest.raises(ConnectionResetError):
        next(captures)


@pytest.mark.parametrize("length", [0, 1, 256, 257, 300, 511, 512, 513, 700, 1024, 5000])
def test_what_a_login_shell_prints_first_is_skipped(length: int) -> None:
    assert only(b"Welcome! " * (length // 9) + answer("asked", "one\n")).out == b"one\n"


def test_a_text_that_is_no_answer_is_quoted() -> None:
    with pytest.raises(AnswerError, match="it begins: sh: tar: not found"):
        decoded(b"sh: tar: not found\n")


def test_noise_in_the_middle_ends_the_answer_after_what_arrived_whole() -> None:
    captures = decode(io.BytesIO(answer("asked") + b"x" * 512), PROBES)
    assert next(captures).probe == "asked"
    with pytest.raises(AnswerError):
        next(captures)


@pytest.mark.parametrize(
    ("probe", "code", "err", "status"),
    [
        ("asked", 0, "", Status.COLLECTED),
        ("asked", 1, "broken\n", Status.FAILED),
        ("asked", 1, "need to be root\n", Status.DENIED),
        ("asked", 1, "dmesg: read kernel buffer failed: Operation not permitted\n", Status.DENIED),
        ("asked", 127, "", Status.ABSENT),
        ("other", 21, "iscsiadm: No active sessions.\n", Status.EMPTY),
        ("asked", 21, "", Status.FAILED),
        (
            "asked",
            1,
            "1.5 | can't set open fds limit to 1048576/1048576 : Operation not permitted\nno map\n",
            Status.FAILED,
        ),
        (
            "asked",
            1,
            "/dev/mapper/control: open failed: No such device\nCheck that device-mapper is available in the kernel.\n",
            Status.ABSENT,
        ),
        (
            "asked",
            1,
            "control: open failed: Permission denied\nCheck that device-mapper is available in the kernel.\n",
            Status.DENIED,
        ),
        ("asked", 1, "System has not been booted with systemd as init system (PID 1).\n", Status.ABSENT),
    ],
)
def test_the_status_follows_from_exit_code_and_error(probe: str, code: int, err: str, status: Status) -> None:
    capture = only(answer(probe, "out\n", err, code))
    assert (capture.status, capture.exit_code) == (status, code)
    assert bool(capture.reason) is not status.is_knowledge


def test_an_answer_without_a_byte_is_empty() -> None:
    assert only(answer("asked")).status is Status.EMPTY


def test_an_empty_journal_is_knowledge_only_to_root() -> None:
    probe = Probe("journal", ("journalctl",), reads="a test", empty_needs_root=True)
    for user, status in ((0, Status.EMPTY), (1000, Status.DENIED)):
        stream = io.BytesIO(answer("journal", more=f"user {user}\n"))
        assert [capture.status for capture in decode(stream, [probe])] == [status]


def test_a_warning_on_success_is_no_refusal() -> None:
    assert only(answer("asked", "x\n", "ls: /root: Permission denied\n")).status is Status.COLLECTED


def test_what_was_skipped_says_why() -> None:
    assert only(answer("asked", "", "skipped: map a is suspended\n", 75)).reason == "skipped: map a is suspended"


def test_a_process_left_in_d_state_is_told() -> None:
    meta = "end timeout -\ntook 41.00\nleft 4397 D dm_wait\n"
    capture = only(archive(("asked/out", ""), ("asked/meta", meta)))
    assert capture.status is Status.TIMEOUT
    assert capture.reason == f"timed out after {ASKED.limit_s} s, still in D state, pid 4397, wchan dm_wait"


def test_an_answer_longer_than_its_limit_is_not_kept() -> None:
    capture = only(answer("asked", "x" * 4096))
    assert (capture.status, capture.out) == (Status.FAILED, b"")


def test_the_rest_of_a_cut_line_is_not_kept() -> None:
    assert only(answer("log", "word=hunter2\nwhole\n", more="cut out\n")).out == b"whole\n"
    assert only(answer("asked", "first\nsec", more="cut out\n")).out == b"first\nsec"


def test_files_carry_the_path_they_had_on_the_node() -> None:
    meta = META.format(0) + "file 1 0 /etc/x.conf\n"
    capture = only(archive(("conf/files/1", "x\n"), ("conf/meta", meta)))
    assert [(file.path, file.content) for file in capture.files] == [("/etc/x.conf", b"x\n")]


@pytest.mark.parametrize("path", ["etc/x", "/etc/../x", "/a b", "/a\x1b[2J", "/" + "a" * 2000, ""])
def test_a_path_outside_its_grammar_is_dropped(path: str) -> None:
    meta = META.format(0) + f"file 1 0 {path}\n"
    assert only(archive(("conf/files/1", "x\n"), ("conf/meta", meta))).files == ()


def test_a_compressed_file_is_withheld() -> None:
    meta = META.format(0) + "file 1 0 /etc/x.conf\n"
    [file] = only(archive(("conf/files/1", b"\x1f\x8b\x08secret"), ("conf/meta", meta))).files
    assert b"secret" not in file.content


@pytest.mark.parametrize("name", ["../asked/out", "/asked/out", "nobody/out", "asked/other", "asked/files/x", "a" * 90])
def test_a_member_outside_the_grammar_is_passed_over(name: str) -> None:
    assert only(archive((name, "x" * 5000)) + answer("asked", "one\n")).out == b"one\n"


def test_a_probe_answers_once() -> None:
    assert [capture.out for capture in decoded(answer("asked", "one\n") + answer("asked", "two\n"))] == [b"one\n"]


@pytest.mark.parametrize("meta", ["", "end exited\n", "end exited x\n", "end exited 0\nend exited 1\n", "end what 0\n"])
def test_a_record_outside_its_form_is_a_failure(meta: str) -> None:
    assert only(archive(("asked/out", "x"), ("asked/meta", meta))).status is Status.FAILED


def test_a_forged_size_is_no_reason_to_read_for_ever() -> None:
    header = bytearray(archive(("asked/out", ""))[:512])
    header[124:136] = b"\x80" + b"\xff" * 11
    header[148:156] = b"%06o\0 " % (sum(header[:148]) + sum(header[156:]) + 8 * 32)
    with pytest.raises(AnswerError):
        decoded(answer("other") + bytes(header))


def test_no_stream_of_a_capture_keeps_a_secret() -> None:
    meta = META.format(1) + "file 1 0 /etc/x.conf\n"
    asked = only(answer("asked", "password=hunter2\n", "denied for token: hunter2\n", 1))
    conf = only(archive(("conf/files/1", "node.session.auth.password = hunter2\n"), ("conf/meta", meta)))
    assert "hunter2" not in repr(asked) + repr(conf)


def test_a_snapshot_has_every_probe_in_catalogue_order() -> None:
    whole = snapshot("n1", decoded(answer("other", "two\n") + answer("asked", "one\n")), PROBES, reason="gone at 3 s")
    assert [capture.probe for capture in whole.captures] == ["asked", "other", "log", "conf"]
    assert [capture.status for capture in whole.captures[2:]] == [Status.TIMEOUT] * 2
    assert (whole.outcome, whole.captures[2].reason) == (Outcome.PARTIAL, "gone at 3 s")
    assert whole.reason == "2 of 4 probes without an answer: 2 timeout; gone at 3 s"


def test_a_node_that_sent_nothing_was_not_reached() -> None:
    whole = snapshot("n1", [], PROBES, missing=Status.UNREACHABLE, reason="no route to host")
    assert (whole.outcome, whole.reason) == (Outcome.UNREACHABLE, "no route to host")
    assert {capture.status for capture in whole.captures} == {Status.UNREACHABLE}


def test_a_missing_tool_does_not_make_a_node_partial() -> None:
    absent = [Capture(probe.name, Status.ABSENT) for probe in PROBES]
    assert snapshot("n1", absent, PROBES).outcome is Outcome.COLLECTED
