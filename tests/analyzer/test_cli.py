"""`csi-analyzer` as a process: what it writes, what it refuses in one sentence, and its exit codes."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shlex
import stat
import subprocess
import sys
import tarfile
from pathlib import Path
from unittest.mock import patch

import pypdf
import pytest

from analyzer.cli import main
from bundle.writer import pack

SAMPLES = Path(__file__).parents[2] / "samples"
SICK, HEALTHY = SAMPLES / "stale_fail", SAMPLES / "healthy"
REPORT = ("report.html", "report.json", "report.pdf")
MAIN = "import sys; from analyzer.cli import main; sys.argv[0] = 'csi-analyzer'; main()"


IN_PLACE = {**os.environ, "PYTHONPATH": str(SAMPLES.parent)}


def run(*words: str | Path, code: str = MAIN, **more: object) -> subprocess.CompletedProcess[bytes]:
    """The program's own `main`: in this process where nothing is asked of the process itself, which is much faster."""
    if code == MAIN and not more:
        return run_here(*map(str, words))
    command = [sys.executable, "-c", code, *map(str, words)]
    return subprocess.run(command, capture_output=True, check=False, **more)  # type: ignore[call-overload]


def run_here(*words: str) -> subprocess.CompletedProcess[bytes]:
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    with (
        patch.object(sys, "argv", ["csi-analyzer", *words]),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    said = (one.detach().getvalue() for one in (out, err))  # type: ignore[attr-defined]
    return subprocess.CompletedProcess(words, int(ended.value.code or 0), *said)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def one_sentence(done: subprocess.CompletedProcess[bytes]) -> str:
    assert done.returncode == 2
    last = done.stderr.decode().splitlines()[-1]
    assert last.startswith("csi-analyzer: ")
    assert last.endswith(".")
    assert b"Traceback" not in done.stderr
    return last


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("packed") / "stale_fail.tar.gz"
    pack(SICK, path)
    return path


def test_report_writes_all_files_and_ends_with_1(packed: Path, tmp_path: Path) -> None:
    done = run("report", packed, "-o", tmp_path / "out")
    assert done.returncode == 1, done.stderr
    assert sorted(tree(tmp_path / "out")) == [*REPORT, "runbook/worker-1.html", "runbook/worker-1.sh"]
    assert stat.S_IMODE((tmp_path / "out/runbook/worker-1.sh").stat().st_mode) == 0o700
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert b"Residual multipath map on worker-1 (2)" in done.stdout


def test_the_paper_names_the_checksum_of_the_file(packed: Path, tmp_path: Path) -> None:
    run("report", packed, "-o", tmp_path / "out")
    cover = pypdf.PdfReader(tmp_path / "out/report.pdf").pages[0].extract_text()
    assert hashlib.sha256(packed.read_bytes()).hexdigest() in cover


def test_a_file_and_its_folder_give_the_same_report(packed: Path, tmp_path: Path) -> None:
    for bundle, out in ((packed, "a"), (SICK, "b")):
        assert run("report", bundle, "-o", tmp_path / out, "--no-pdf").returncode == 1
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_a_healthy_bundle_ends_with_0_and_has_no_script(tmp_path: Path) -> None:
    done = run("report", HEALTHY, "-o", tmp_path / "out", "--no-pdf")
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "out" / "runbook").iterdir()) == []
    assert run("show", HEALTHY).returncode == 0


def test_an_earlier_report_is_replaced_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("report", SICK, "-o", out, "--no-pdf").returncode == 1
    assert run("report", HEALTHY, "-o", out, "--no-pdf").returncode == 0
    assert sorted(tree(out)) == ["report.html", "report.json"]
    (out / "notes.txt").write_text("mine")
    assert "is not empty and holds no earlier report" in one_sentence(run("report", SICK, "-o", out, "--no-pdf"))
    assert (out / "notes.txt").read_text() == "mine"


def test_a_transcript_beside_a_script_is_never_deleted(tmp_path: Path) -> None:
    run("report", SICK, "-o", tmp_path / "out", "--no-pdf")
    (tmp_path / "out/runbook/runbook-worker-1-20260703T101501Z.log").write_text("done")
    one_sentence(run("report", SICK, "-o", tmp_path / "out", "--no-pdf"))


def test_nothing_half_written_stays_when_the_pdf_cannot_be_made(tmp_path: Path) -> None:
    environment = {**os.environ, "PATH": "/nonexistent"}
    done = run("report", SICK, "-o", tmp_path / "out", "--lang", "zh", env=environment)
    assert "fonts-noto-cjk" in one_sentence(done)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_standard_output_is_told_in_one_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-c", MAIN, "rules"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert b"Traceback" not in done.stderr
    assert done.returncode != 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("report", "nowhere.tar.gz", "-o", "out"), "does not exist"),
        (("report", "text.tar.gz", "-o", "out"), "text.tar.gz"),
        (("show", "text.tar.gz"), "text.tar.gz"),
        (("show", "."), "bundle.json"),
        (("report", str(SICK), "-o", "text.tar.gz"), "is a file; name a folder"),
        (("report", str(SICK), "-o", "/proc/nowhere/out"), "cannot be written"),
        (("report", str(SICK)), "Missing option"),
        (("show", str(SICK), "--finding", "3"), "there is no finding '3'; name it by its number, 1 to 2"),
        (("show", str(HEALTHY), "--finding", "1"), "nothing was found in this bundle"),
        (("show", str(SICK), "--node", "worker-9"), "there is no node 'worker-9'; there is worker-1"),
        (("show", str(SICK), "--node", "worker-1", "--all"), "exclude each other"),
        (("show", str(SICK), "--format", "json", "--finding", "1"), "always the whole report"),
        (("cat", str(SICK), "worker-1", "multipath"), "perhaps multipath_ll"),
        (("cat", str(SICK), "worker-9", "ps"), "holds no node 'worker-9'"),
        (("cat", str(SICK), "../../etc", "passwd"), "holds no node"),
        (("cat", str(SICK), "worker-1", "nothing"), "has no capture 'nothing'"),
        (("cat", str(SICK), "worker-1", "multipath_conf", "--file", "/etc/shadow"), "no collected file '/etc/shadow'"),
        (("rules", "show", "nothing"), "there is no rule 'nothing'"),
        (("unpack", "text.tar.gz", "-o", "out"), "text.tar.gz"),
        (("nonsense",), "No such command"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    (tmp_path / "text.tar.gz").write_text("not a bundle\n")
    assert says in one_sentence(run(*words, cwd=tmp_path, env=IN_PLACE))
    assert [path.name for path in tmp_path.iterdir()] == ["text.tar.gz"]


def test_show_prints_plain_text_and_tells_progress_elsewhere() -> None:
    done = run("show", SICK, env={**os.environ, "FORCE_COLOR": "1"})
    assert done.stdout.startswith(b"error: Residual multipath map on worker-1 (2)\n")
    assert b"\x1b" not in done.stdout
    assert b"2 findings" in done.stderr


def test_show_as_json_is_report_json(tmp_path: Path) -> None:
    run("report", SICK, "-o", tmp_path / "out", "--no-pdf")
    assert run("show", SICK, "--format", "json").stdout == (tmp_path / "out/report.json").read_bytes()


@pytest.mark.parametrize("words", [(), ("--all",), ("--finding", "1"), ("--node", "worker-1"), ("--format", "md")])
def test_the_exit_code_of_show_is_that_of_the_bundle(words: tuple[str, ...]) -> None:
    done = run("show", SICK, *words)
    assert (done.returncode, b"multipath" in done.stdout) == (1, True), done.stderr


def test_the_commands_that_show_names_do_what_they_say(tmp_path: Path) -> None:
    shown = run("show", SAMPLES / "outage").stdout.decode()
    commands = [shlex.split(line) for line in shown.splitlines() if line.startswith("    csi-analyzer ")]
    assert [command[1] for command in commands] == ["show", "report", "show", "cat", "show"]
    for _, *words in commands:
        done = run(*words, *(("--no-pdf",) if words[0] == "report" else ()), cwd=tmp_path, env=IN_PLACE)
        assert done.returncode == (0 if words[0] == "cat" else 1), done.stderr
        assert done.stdout


@pytest.mark.parametrize("words", [("show", str(SICK), "--all"), ("rules",)])
def test_a_reader_that_goes_away_ends_it_quietly(words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", MAIN, *words]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert not [line for line in done.stderr.splitlines() if not line.startswith(b"csi-analyzer: ")]
    assert b"should not happen" not in done.stderr


@pytest.mark.parametrize("words", ["", "report", "show", "cat", "unpack", "rules", "rules show"])
def test_help_fits_into_80_columns_and_is_not_cut_off(words: str) -> None:
    text = run(*words.split(), "--help", env={**os.environ, "COLUMNS": "80"}).stdout.decode()
    assert max(map(len, text.splitlines())) <= 80
    assert "..." not in text.replace("[ARGS]...", "")


def test_a_rule_is_told_in_80_columns() -> None:
    assert max(map(len, run("rules", "show", "clock-skew").stdout.decode().splitlines())) <= 80


def test_cat_prints_the_bytes_of_a_capture(packed: Path) -> None:
    expected = (SICK / "nodes/worker-1/multipath_ll.out").read_bytes()
    assert run("cat", packed, "worker-1", "multipath_ll").stdout == expected
    assert run("cat", SICK, "worker-1", "multipath_ll").stdout == expected
    assert run("cat", packed, "worker-1", "multipath_ll", "--err").stdout == b""


def test_cat_lists_collected_files_and_prints_one(packed: Path) -> None:
    files = run("cat", packed, "worker-1", "multipath_conf").stdout.decode().split()
    assert "/etc/multipath.conf" in files
    content = (SICK / "nodes/worker-1/files/etc/multipath.conf").read_bytes()
    assert run("cat", packed, "worker-1", "multipath_conf", "--file", "/etc/multipath.conf").stdout == content
    assert run("cat", packed, "worker-1", "files/etc/multipath.conf").stdout == content


@pytest.mark.parametrize("probe", ["pods", "cluster/pods.json"])
def test_cat_prints_the_clusters_objects(packed: Path, probe: str) -> None:
    assert run("cat", packed, "cluster", probe).stdout == (SICK / "cluster/pods.json").read_bytes()


def test_unpacked_is_the_folder_that_was_packed(packed: Path, tmp_path: Path) -> None:
    done = run("unpack", packed, "-o", tmp_path / "files")
    assert done.returncode == 0, done.stderr
    unpacked = tree(tmp_path / "files")
    there = {name: content for name, content in tree(SICK).items() if name.endswith((".out", ".err"))}
    assert there.items() <= unpacked.items()
    as_told = ("--format", "json")
    assert run("show", tmp_path / "files", *as_told).stdout == run("show", packed, *as_told).stdout
    assert "is not empty" in one_sentence(run("unpack", packed, "-o", tmp_path / "files"))


def test_of_a_cut_off_bundle_comes_what_arrived(packed: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(packed.read_bytes()[:-200])
    done = run("unpack", cut, "-o", tmp_path / "files")
    assert done.returncode == 1
    assert b"not all of it arrived" in done.stderr
    assert (tmp_path / "files/bundle.json").exists()


@pytest.mark.parametrize("evil", ["../evil", "b/../../evil", "/tmp/evil", "b/nodes/x/\x1b[2J", "b//x", "b/./x"])
def test_unpack_writes_below_its_folder_only(evil: str, packed: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.tar.gz"
    with tarfile.open(packed) as source, tarfile.open(hostile, "w:gz") as target:
        first = source.next()
        assert first
        target.addfile(first, source.extractfile(first))
        for name, kind in ((first.name.split("/")[0] + "/nodes", tarfile.SYMTYPE), (evil, tarfile.REGTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname, info.size = kind, "/tmp", 4 if kind == tarfile.REGTYPE else 0
            target.addfile(info, io.BytesIO(b"evil"))
    done = run("unpack", hostile, "-o", tmp_path / "files")
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} <= {"hostile.tar.gz", "files"}
    assert set(tree(tmp_path / "files")) <= {"bundle.json"}


def test_rules_are_listed_and_each_is_a_document() -> None:
    listed = run("rules").stdout.decode()
    assert "residual-multipath-map" in listed
    assert "How we know" in run("rules", "show", "residual-multipath-map").stdout.decode()


def test_results_go_to_standard_output_and_progress_to_standard_error() -> None:
    done = run("show", SICK)
    assert b"csi-analyzer:" not in done.stdout
    assert done.stderr.startswith(b"csi-analyzer: reading ")


def test_a_terminal_without_chinese_gets_the_rest() -> None:
    done = run("show", SICK, "--all", "--lang", "zh", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 1
    assert b"multipath -f mpathb" in done.stdout


def test_neither_paramiko_nor_the_pdf_is_needed_to_show() -> None:
    blocked = "import sys; sys.modules['paramiko'] = sys.modules['weasyprint'] = None\n" + MAIN
    assert run("show", SICK, code=blocked).returncode == 1


def test_asking_for_help_loads_nothing_heavy() -> None:
    watched = "import sys, atexit; atexit.register(lambda: print(sorted(sys.modules), file=sys.stderr))\n" + MAIN
    loaded = run("report", "--help", code=watched).stderr.decode()
    assert not [name for name in ("weasyprint", "hyperscan", "jinja2", "rich.console") if f"'{name}'" in loaded]


def test_the_report_json_is_the_same_in_both_languages(tmp_path: Path) -> None:
    for lang in ("en", "zh"):
        run("report", SICK, "-o", tmp_path / lang, "--lang", lang, "--no-pdf")
    english, chinese = (json.loads((tmp_path / lang / "report.json").read_text()) for lang in ("en", "zh"))
    assert english == chinese
