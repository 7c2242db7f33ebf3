"""Commands on paper: what is copied out of the PDF is the command, whatever its length."""

from __future__ import annotations

import io
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from analyzer.facts.identifiers import FileName
from analyzer.report import to_pdf
from analyzer.report.commands import command_line
from analyzer.report.model import Report, build
from analyzer.report.paper.typeset import SETTINGS, typeset
from analyzer.runbook import Command
from tests.analyzer.report.example import example

GLOBALMOUNT = f"/var/lib/kubelet/plugins/kubernetes.io/csi/csi.huawei.com/{'9a' * 32}/globalmount"
COMMANDS = {
    "short": Command(("multipath", "-f", "3618cf24100f8f457015a764c000001f7")),
    "with dashes and ligatures": Command(("grep", "--", "--apply -f fi ffl -> !=", "/proc/1/mountinfo")),
    "fed": Command(("tee", "/sys/block/sdb/device/delete"), stdin="1"),
    "of two lines": Command(("tee", "/etc/x.conf"), stdin="[Service]\nLimitNOFILE=1048576"),
    "one long word": Command(
        ("umount", f"/var/lib/kubelet/pods/{'5a1f0000'}/volumes/kubernetes.io~csi/pvc-{'9' * 50}/mount")
    ),
    "quoted and long": Command(("awk", f'$5 == "{GLOBALMOUNT}"', "/proc/1/mountinfo")),
    "past one line": Command(("kubectl", *(f"--word-{n}=it's {n}" for n in range(30)))),
    "saved": Command(("kubectl", "get", *("pod",) * 50, "-o", "yaml"), save_as=FileName("pods.yaml")),
}


def printed(*commands: str) -> bytes:
    report = build(example(), "en")
    host = report.hosts[-1]
    step = host.steps[0]
    steps = tuple(replace(step, number=n + 1, does=f"Step {n}", command=line) for n, line in enumerate(commands))
    return to_pdf.render(one_host(report, replace(host, steps=steps)))


def one_host(report: Report, host: object) -> Report:
    return replace(report, hosts=(host,), findings=(), cleared=(), unchecked=())


def squeezed(text: str) -> list[str]:
    """Lines without the blanks around them, which no reader keeps and no shell minds between words."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_printed(command: Command, text: str) -> bool:
    wanted = squeezed("\n".join(typeset(command_line(command)).lines))
    found = squeezed(text)
    return any(found[at : at + len(wanted)] == wanted for at in range(len(found)))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return printed(*map(command_line, COMMANDS.values()))


@pytest.mark.parametrize("name", COMMANDS)
def test_what_pypdf_reads_is_the_command(name: str, pdf: bytes) -> None:
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert any(is_printed(COMMANDS[name], page.extract_text()) for page in pages)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_reader_copies_is_the_command_on_one_page(name: str, pdf: bytes, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf)
    text = subprocess.check_output(("pdftotext", tmp_path / "report.pdf", "-"), text=True)
    assert any(is_printed(COMMANDS[name], page) for page in text.split("\f"))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_shell_reads_the_lines_as_the_command(name: str) -> None:
    line = command_line(COMMANDS[name])
    lines = "\n".join(squeezed("\n".join(typeset(line).lines)))
    assert shlex.split(lines.replace("\\\n", " ")) == shlex.split(line)
    assert subprocess.run(("sh", "-n"), input=lines, text=True, check=False).returncode == 0


def test_a_shell_gets_the_very_words_of_a_continued_command() -> None:
    command = COMMANDS["past one line"]
    lines = "\n".join(squeezed("\n".join(typeset(command_line(command)).lines)))
    told = subprocess.check_output(("sh",), input=f"printf '%s\\n' {lines}", text=True)
    assert told.splitlines() == list(command.argv)


def test_a_command_of_usual_length_stands_in_one_line() -> None:
    assert typeset("multipath -f 3618cf24100f8f457015a764c000001f7").size == 9
    for length in (84, 95, 108, 140, 165):
        assert typeset("x" * length).lines == ("x" * length,)


def test_a_continued_line_ends_in_a_backslash_outside_quotes() -> None:
    set_ = typeset(command_line(COMMANDS["past one line"]))
    assert set_.continued
    assert all(line.endswith(" \\") and shlex.split(line[:-2]) for line in set_.lines[:-1])
    assert all(len(line) <= SETTINGS[-1].columns for line in set_.lines)


def test_what_would_not_survive_copying_is_not_printed_but_told() -> None:
    lost = ("x" * 300, "printf 'a\tb'", "printf 'a \nb'", "printf 'a\n\nb'", "printf 'a  b'")
    assert [typeset(command).lines for command in lost] == [()] * len(lost)
    pages = pypdf.PdfReader(io.BytesIO(printed(*lost))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert text.count("This command is not printed") == len(lost)
    assert all(f"step {number} of runbook/worker-b.sh" in text for number in range(1, len(lost) + 1))
    assert not any(command in text for command in lost)
