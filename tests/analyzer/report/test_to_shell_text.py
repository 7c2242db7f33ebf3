"""The text of runbook scripts: nothing in a runbook is ever read as shell, and the guards only read."""

from __future__ import annotations

import re
import shlex
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer.facts.identifiers import DiskName, FileName, Hctl, MapName, PodUid, UnsafeValueError, Wwid
from analyzer.report.printable import printable
from analyzer.report.to_shell import render
from analyzer.runbook import ADMIN, Command, Effect, Phase, Runbook, Step
from analyzer.texts import Lang, Text
from tests.analyzer.report.removal import flush, runbook

TEMPLATES = files("report_templates").joinpath("runbook")
HOSTILE = (
    "$(touch canary)",
    "`touch canary`",
    "'; touch canary; '",
    '"; touch canary; "',
    "\\'; touch canary #",
    "x\ntouch canary\n",
    "& touch canary &",
    "${IFS}touch${IFS}canary",
    "%s%n%d\\n\\0",
    "-n",
    "--help",
    "*",
    "~root",
    "#!/bin/sh",
    "EOF",
    "\x1b]0;title\x07\x1b[2J",
    "\u202etac",
    "{name} {{}}",
    "",
)
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30), st.lists(st.sampled_from(HOSTILE)).map("".join))
words = texts.filter(lambda word: printable(word) == word and "\n" not in word)


def literal(sentence: str) -> Text:
    return Text(en="{it}", zh="{it}").fill(it=sentence)


def template(name: str) -> str:
    return TEMPLATES.joinpath(name).read_text(encoding="utf-8")


def test_the_same_runbook_gives_the_same_bytes() -> None:
    assert render(runbook()) == render(runbook())


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh"])
def test_every_shell_reads_the_script(shell: str, lang: Lang) -> None:
    subprocess.run([*shell.split(), "-n"], input=render(runbook(), lang), text=True, check=True)


@settings(max_examples=60, deadline=None)
@given(host=texts, name=texts, bundle=texts, target=texts, does=texts, expect=texts, if_fails=texts)
def test_no_text_of_a_runbook_is_read_as_shell(
    host: str, name: str, bundle: str, target: str, does: str, expect: str, if_fails: str
) -> None:
    said = (literal(does), Command(("true",)), literal(expect), literal(if_fails))
    for host_name in (ADMIN, host):
        step = Step(host_name, Phase.CHECK, target, Effect.READS, *said)
        script = render(Runbook(host_name, name, name, bundle, (step,)))
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "script").write_text(script, encoding="utf-8")
            ran = subprocess.run(["dash", "./script"], check=False, cwd=folder, capture_output=True, text=True)
            assert ran.returncode == (0 if host_name == ADMIN else 3)
            assert [path.name for path in Path(folder).iterdir()] == ["script"]
        if host_name == ADMIN:
            assert printable(does).replace("\n", "\n    ") in ran.stdout
            assert "\x1b" not in ran.stdout


@settings(max_examples=40, deadline=None)
@given(argument=words, stdin=words)
def test_a_command_gets_its_words_as_they_are(argument: str, stdin: str) -> None:
    show = ("sh", "-c", 'printf "<%s>" "$1"; cat', "sh", argument)
    step = Step(ADMIN, Phase.CHECK, "", Effect.READS, literal(""), Command(show, stdin), literal(""), literal(""))
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "script").write_text(render(Runbook(ADMIN, "", "", "b", (step,))), encoding="utf-8")
        ran = subprocess.run(["dash", "./script", "--apply"], check=True, cwd=folder, capture_output=True, text=True)
        assert f"    | <{argument}>{stdin}\n" in ran.stdout
        assert not Path(folder, "canary").exists()


@pytest.mark.parametrize("word", ["\x1b[2J", "a\rb", "\u202e", "\ud800"])
def test_a_command_that_would_not_look_as_it_is_cannot_be_written(word: str) -> None:
    step = Step(ADMIN, Phase.CHECK, "", Effect.READS, literal(""), Command(("ls", word)), literal(""), literal(""))
    with pytest.raises(ValueError, match="cannot be written"):
        render(Runbook(ADMIN, "", "", "b", (step,)))


@pytest.mark.parametrize("kind", [Wwid, DiskName, Hctl, MapName, PodUid, FileName])
@pytest.mark.parametrize("value", sorted(set(HOSTILE) - {"EOF"}))
def test_no_hostile_value_becomes_an_identity(kind: type[str], value: str) -> None:
    with pytest.raises(UnsafeValueError):
        kind(value)


@pytest.mark.parametrize("name", ["dm-3", "dm-3x", "8:16", "8:16x", "-f", ".", "/dev/sda", "a b", "a\n"])
def test_a_name_that_multipath_would_read_as_something_else_is_none(name: str) -> None:
    with pytest.raises(UnsafeValueError):
        MapName(name)


def test_a_step_of_another_host_is_not_written() -> None:
    with pytest.raises(ValueError, match="worker-1"):
        render(Runbook("worker-2", "worker-2", "boot", "b", (flush(),)))


# --- what a person reads first ------------------------------------------------------------------------------------


def head(script: str) -> list[str]:
    return script.partition("\nset -u\n")[0].splitlines()


def test_the_script_begins_with_its_steps_in_plain_words() -> None:
    lines = head(render(runbook()))
    assert lines[:2] == ["#!/bin/sh", "# Runbook for worker-1, made from the bundle csi-bundle-20260703-101501"]
    place = lines.index("#    2  [DESTROYS]  do it")
    assert lines[place + 1] == "#         multipath -f mpathb"
    assert len(lines) < 40


@settings(max_examples=60, deadline=None)
@given(host=texts, bundle=texts, does=texts)
def test_no_value_ends_the_comment(host: str, bundle: str, does: str) -> None:
    said = (literal(does), Command(("true",)), literal(""), literal(""))
    script = render(Runbook(host, host, host, bundle, (Step(host, Phase.CHECK, "", Effect.READS, *said),)))
    assert all(line.startswith("#") for line in head(script) if line)
    assert head(script)[-1].startswith("# Below: ")


def test_the_steps_stand_before_the_machinery() -> None:
    script = render(runbook())
    assert script.index("\nsteps() {") < script.index("\nguards_1() {") < script.index("\nT_usage=")
    assert script.index("\nT_usage=") < script.index("\nask() {") < script.index("\nplay() {")


@pytest.mark.parametrize("shell", ["dash", "bash", "busybox sh"])
def test_a_script_cut_off_in_transfer_does_nothing(shell: str, tmp_path: Path) -> None:
    lines = render(Runbook(ADMIN, "", "", "b", ())).splitlines(keepends=True)
    for kept in range(0, len(lines) - 1, 25):
        (tmp_path / "cut.sh").write_text("".join(lines[:kept]), encoding="utf-8")
        ran = subprocess.run([*shell.split(), "cut.sh", "--apply"], check=False, cwd=tmp_path, capture_output=True)
        assert ran.stdout == b""
    assert [path.name for path in tmp_path.iterdir()] == ["cut.sh"]


# --- promises --------------------------------------------------------------------------------------------------------

GUARDS = ("asking.sh", "guards.sh", "cluster_guards.sh", "mount_guards.sh")
SCRIPTS = (*GUARDS, "options.sh", "transcript.sh", "result.sh", "steps.sh", "play.sh")
READING = {
    "awk",
    "command",
    "dmsetup",
    "kubectl get nodes",
    "kubectl get pod",
    "ls",
    "readlink",
    "scsi_id",
    "sleep",
    "tr",
    "true",
}
SHELL = set(
    re.findall(r"\w+", "ask case continue do done else esac exit fi for if in kill printf read return shift then")
)
SHELL |= {"trap", "until", "while", "IFS"}
DATA = {
    "F",
    "HUP",
    "INT",
    "TERM",
    "QUIT",
    "KILL",
    "LOGGED_IN",
    "Online",
    "btrfs",
    "mounted",
    "kthreadd",
    "multipathd",
    "running",
}
DATA |= {
    "info",
    "status",
    "table",
    "queues",
    "mpath",
    "naa",
    "code",
    "err",
    "out",
    "holder",
    "rport",
    "session",
    "value",
}
DATA |= {"apply", "jsonpath", "metadata", "no", "nodeName", "pod", "spec", "top", "yes"}


def bare(source: str) -> list[str]:
    """Lines of shell without comments and without what is in single quotes."""
    source = re.sub(r"(^|\s)#.*", r"\1", source, flags=re.MULTILINE)
    source = re.sub(r"\$\(\([^()]*\)\)", "0", source)
    return re.sub(r"'[^']*'", "''", source).replace("\\\n", " ").splitlines()


def test_guards_only_read() -> None:
    """Every word outside quotes is known: a shell word, a function or variable of theirs, or a command that reads."""
    source = "".join(map(template, GUARDS))
    known = {word for command in READING for word in command.split()} | SHELL | DATA
    known |= set(re.findall(r"\b(\w+)(?==|\(\) \{)", source))
    known |= {name for loop in re.findall(r"\b(?:for|read -r) (\w+)(?: (\w+))?", source) for name in loop}
    for line in bare(source):
        outside = re.sub(r'"[^"]*"', "", line)
        outside = re.sub(
            r"(?<![\w.])/(sys|proc|dev)(/[^\s)]*)?|\$\{?\w+[^}\s]*\}?|(?<=\s)-o \S+|(?<=\s)-{1,2}[\w-]+", "", outside
        )
        for word in re.findall(r"[A-Za-z_][\w/]*", outside):
            assert word in known, line


def test_guards_write_to_their_own_folder_only() -> None:
    for line in bare("".join(map(template, GUARDS))):
        for target in re.findall(r">+(?!&1)\s*(\S+)", re.sub(r"\[[^]]*\]", "", line)):
            assert target.startswith(("/dev/null", '"$answer.', '"$work/')), line


def test_kubectl_is_only_asked_for_pods_and_nodes_by_guards() -> None:
    asked = re.findall(r"kubectl \w+ \w+", re.sub(r"`[^`]*`", "", template("cluster_guards.sh")))
    assert set(asked) == {"kubectl get pod", "kubectl get nodes"}


def test_dmsetup_is_asked_questions_only_by_guards() -> None:
    assert set(re.findall(r"dmsetup (\w+)", re.sub(r'"[^"]*"', "", template("guards.sh")))) == {
        "status",
        "info",
        "table",
    }


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_text_is_evaluated(name: str) -> None:
    assert not re.search(r"\beval\b|\bsh -c|^\s*(\.|source) ", template(name), re.MULTILINE)


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_expansion_is_quoted(name: str) -> None:
    for line in bare(template(name)):
        unquoted = line.replace('"$(', "$(").replace(')"', ")")  # quotes within a quoted substitution are its own
        unquoted = re.sub(r'"(?:\\.|[^"\\])*"', '""', unquoted)
        for found in re.finditer(r"\$\{?[A-Za-z0-9_@*#?!]+", unquoted):
            before = unquoted[: found.start()]
            safe = re.search(r"(?:\w=|case |\$\(\(.*)\S*$", before)  # neither is split nor expanded
            assert safe or found[0] == "$?", line


def keys(language: str) -> dict[str, int]:
    entries = re.findall(r"^(T_\w+)='([^']*)'$", template(f"{language}.sh"), re.MULTILINE)
    return {key: len(re.findall(r"%s", sentence)) for key, sentence in entries}


def test_both_languages_say_the_same_things() -> None:
    assert keys("en") == keys("zh")
    assert len(keys("en")) == template("en.sh").count("\nT_") + 1


def test_every_sentence_is_used_and_every_used_sentence_is_there() -> None:
    assert set(re.findall(r"\$(T_\w+)", "".join(map(template, SCRIPTS)))) == set(keys("en"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_hold_nothing_that_printf_or_the_shell_would_read(language: str) -> None:
    for line in template(f"{language}.sh").splitlines():
        assert not re.search(r"%(?!s)|\\|^T_\w+='-", line), line
    assert shlex.split(template(f"{language}.sh"))
