"""Files of a node: found, bounded, refused."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bundle.capture import Status
from collector.probes import FileProbe, catalogue
from collector.probes.probe import KIB
from tests.collector.asking import NOBODY, SHELLS, ask, ask_one, each_shell

DASH = SHELLS["dash"]


@each_shell
def test_files_are_copied_with_their_paths(shell: Sequence[str], tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("one\n")
    (tmp_path / "b.conf").write_text("")
    answer = ask_one(shell, FileProbe("conf", (f"{tmp_path}/*.conf",), reads="a test"), tmp_path / "private")
    assert answer.status is Status.COLLECTED
    assert [(file.path, file.content) for file in answer.files] == [
        (f"{tmp_path}/a.conf", b"one\n"),
        (f"{tmp_path}/b.conf", b""),
    ]


@each_shell
def test_a_folder_without_such_a_file_is_empty_and_a_missing_folder_is_absent(
    shell: Sequence[str], tmp_path: Path
) -> None:
    present, missing = (FileProbe("conf", (f"{tmp_path}{part}/*.conf",), reads="a test") for part in ("", "/no"))
    assert ask_one(shell, present, tmp_path / "private").status is Status.EMPTY
    assert ask_one(shell, missing, tmp_path / "private").status is Status.ABSENT


def test_of_a_long_file_the_last_whole_lines_are_kept(tmp_path: Path) -> None:
    (tmp_path / "long.log").write_text("".join(f"line {number}\n" for number in range(10000)))
    probe = FileProbe("log", (f"{tmp_path}/long.log",), reads="a test", limit_bytes=1024, total_bytes=1024)
    [file] = ask_one(DASH, probe, tmp_path / "private").files
    assert file.truncated
    assert file.content.startswith(b"line 9")
    assert file.content.endswith(b"line 9999\n")


def test_the_newest_files_come_first_when_not_all_of_them_fit(tmp_path: Path) -> None:
    for age in range(4):
        (tmp_path / f"{age}.log").write_text("x" * 1023 + "\n")
        os.utime(tmp_path / f"{age}.log", (time.time() - age * 60,) * 2)
    probe = FileProbe(
        "log", (f"{tmp_path}/*.log",), reads="a test", limit_bytes=1024, total_bytes=2048, newest_first=True
    )
    answer = ask_one(DASH, probe, tmp_path / "private")
    assert [Path(file.path).name for file in answer.files] == ["0.log", "1.log"]
    assert (answer.truncated, b"3.log: skipped" in answer.err) == (True, True)


@each_shell
def test_a_log_last_written_to_before_the_period_is_left_out(shell: Sequence[str], tmp_path: Path) -> None:
    for name, age_s in (("new", 60), ("old", 7300)):
        (tmp_path / f"{name}.log").write_text("line\n")
        os.utime(tmp_path / f"{name}.log", (time.time() - age_s,) * 2)
    for log, kept in ((True, ["new.log"]), (False, ["new.log", "old.log"])):
        probe = FileProbe("log", (f"{tmp_path}/*.log",), reads="a test", log=log)
        answer = ask(shell, [probe], tmp_path / "private", since="2h")["log"]
        assert [Path(file.path).name for file in answer.files] == kept
        assert (b"old.log: skipped, older than the period" in answer.err) == log


def test_where_no_log_was_written_to_in_the_period_there_is_none_and_it_is_said_why(tmp_path: Path) -> None:
    (tmp_path / "old.log").write_text("line\n")
    os.utime(tmp_path / "old.log", (0, 0))
    answer = ask_one(DASH, FileProbe("log", (f"{tmp_path}/*.log",), reads="a test", log=True), tmp_path / "private")
    assert (answer.status, b"older than the period" in answer.err) == (Status.EMPTY, True)


@pytest.mark.parametrize("name", ["driver_logs", "syslog"])
def test_each_log_file_of_the_catalogue_keeps_its_newest_end(name: str, tmp_path: Path) -> None:
    [probe] = (probe for probe in catalogue() if probe.name == name)
    assert isinstance(probe, FileProbe)
    (tmp_path / "long.log").write_text("".join(f"{number:015}\n" for number in range(10_000)))
    short = replace(probe, globs=(f"{tmp_path}/*.log",), limit_bytes=64 * KIB)
    [file] = ask_one(DASH, short, tmp_path / "private").files
    assert (file.truncated, len(file.content)) == (True, 64 * KIB - 16)
    assert file.content.endswith(b"000000000009999\n")


def test_a_link_in_a_log_folder_does_not_lead_to_another_file(tmp_path: Path) -> None:
    (tmp_path / "driver").symlink_to("/etc/hostname")
    probe = FileProbe("log", (f"{tmp_path}/*",), reads="a test", follow_links=False)
    answer = ask_one(DASH, probe, tmp_path / "private")
    assert (answer.files, b"a symbolic link" in answer.err) == ((), True)


def test_a_file_that_may_not_be_read_makes_the_probe_denied(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to become another user")
    (tmp_path / "secret.conf").write_text("x\n")
    (tmp_path / "secret.conf").chmod(0o600)
    for folder in (tmp_path, *tmp_path.parents):
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    (tmp_path / "private").mkdir()
    (tmp_path / "private").chmod(0o777)
    answer = ask_one(NOBODY, FileProbe("conf", (f"{tmp_path}/*.conf",), reads="a test"), tmp_path / "private")
    assert (answer.status, answer.files) == (Status.DENIED, ())
