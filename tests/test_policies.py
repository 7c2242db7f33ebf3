"""Promises of the whole code base, kept by looking at it."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from analyzer.parsers import all_parsers
from analyzer.parsers.objects import all_object_parsers
from analyzer.rules import Rule, all_rules
from analyzer.signals.signal import LOGS_OF_PROBE
from collector.cluster.fields import FIELDS
from collector.probes import catalogue

ROOT = Path(__file__).parents[1]
PACKAGES = ("bundle", "collector", "analyzer")

# a module imports from its own layer and those before it
LAYERS = (
    ("texts", "facts", "sparing"),
    ("guards",),
    ("runbook",),
    ("findings", "remedies", "parsers", "signals", "impact", "timeline"),
    ("rules",),
    ("pictures",),
    ("reading", "judging", "host_runbooks", "engine"),
    ("diff",),
    ("report",),
    ("cli",),
)
# what only reads text, and what only reads bytes, and must not come to judge
PURE = {"parsers": {"facts", "parsers"}, "signals": {"facts", "signals"}, "facts": {"facts"}}

# where files, processes and connections may be touched
EDGES = re.compile(r"analyzer\.cli\.|analyzer\.report\.to_pdf\.")
OWN_DATA = "files('report_templates')"  # what the program itself brings along is no input
EDGE_MODULES = {"subprocess", "socket", "paramiko", "urllib", "http", "shutil", "tempfile"}
EDGE_CALLS = {"read_text", "read_bytes", "write_text", "write_bytes", "unlink", "mkdir", "rename"}

SECTIONS = ("How we know", "Not reported here", "False alarms", "Remedy", "Source")
SECTIONS_ZH = ("判断依据", "不在此报告", "误报", "处理", "来源")
CJK = re.compile("[\u4e00-\u9fff]")
CLUSTER_KINDS = {*FIELDS, "backendconfigmaps"}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str:
    """`analyzer.facts.block` -> `facts`."""
    return [*module.split("."), ""][1]


def layer_of(part: str) -> int | None:
    return next((number for number, layer in enumerate(LAYERS) if part in layer), None)


def texts() -> Iterator[tuple[str, str]]:
    """Every literal `Text(en=…, zh=…)`: where it stands, and its Chinese."""
    for path in sources("analyzer"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
                for keyword in node.keywords:
                    if keyword.arg == "zh" and isinstance(keyword.value, ast.Constant):
                        yield f"{name_of(path)}:{node.lineno}", str(keyword.value.value)


def rule_modules() -> list[Path]:
    families = [folder for folder in (ROOT / "analyzer" / "rules").iterdir() if (folder / "__init__.py").exists()]
    return sorted(path for folder in families for path in folder.glob("*.py"))


def rules_in(path: Path) -> list[Rule]:
    values = vars(importlib.import_module(name_of(path))).values()
    return [value for value in values if isinstance(value, Rule)]


def commands(program: str, group: click.Group) -> list[tuple[str, click.Command]]:
    return [(f"{program} {name}", command) for name, command in sorted(group.commands.items())]


@pytest.mark.parametrize("path", sources("analyzer"), ids=name_of)
def test_the_analyzer_imports_one_way(path: Path) -> None:
    own = layer_of(part_of(name_of(path)))
    for module in imports_of(path):
        if module.startswith("analyzer.") and own is not None:
            other = layer_of(part_of(module))
            assert other is not None, f"{module} stands in no layer"
            assert other <= own, f"{name_of(path)} imports {module}"


def test_every_part_of_the_analyzer_stands_in_a_layer() -> None:
    parts = {part_of(name_of(path)) for path in sources("analyzer")} - {""}
    assert {part for part in parts if layer_of(part) is None} == set()


@pytest.mark.parametrize("package", sorted(PURE))
def test_what_reads_does_not_judge(package: str) -> None:
    for path in sources(f"analyzer/{package}"):
        parts = {part_of(module) for module in imports_of(path) if module.startswith("analyzer.")}
        assert parts <= PURE[package], f"{name_of(path)} imports {parts}"


def test_collector_and_analyzer_never_meet() -> None:
    strangers = {"bundle": ("analyzer", "collector"), "analyzer": ("collector",), "collector": ("analyzer",)}
    for package, others in strangers.items():
        for path in sources(package):
            met = [module for module in imports_of(path) if module.split(".")[0] in others]
            assert not met, f"{name_of(path)} imports {met}"


@pytest.mark.parametrize("package", ["analyzer", "bundle"])
def test_ssh_is_the_collectors_business(package: str) -> None:
    assert not [path for path in sources(package) if any(name.startswith("paramiko") for name in imports_of(path))]


@pytest.mark.parametrize("path", sources("analyzer"), ids=name_of)
def test_files_and_processes_are_touched_at_the_edges_only(path: Path) -> None:
    if EDGES.match(f"{name_of(path)}."):
        return
    assert not [name for name in imports_of(path) if name.split(".")[0] in EDGE_MODULES]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and OWN_DATA not in ast.unparse(node.func):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            assert called not in EDGE_CALLS, f"{name_of(path)}:{node.lineno} calls {called}"
            assert not (isinstance(node.func, ast.Name) and called == "open"), f"{name_of(path)}:{node.lineno} opens"


def test_no_command_goes_through_a_shell_here() -> None:
    for path in (path for package in PACKAGES for path in sources(package)):
        text = path.read_text()
        assert "shell=True" not in text, name_of(path)
        assert "os.system" not in text, name_of(path)


@pytest.mark.parametrize("path", rule_modules(), ids=name_of)
def test_a_rule_file_holds_one_rule_named_after_it(path: Path) -> None:
    ids = [rule.id for rule in rules_in(path)]
    assert ids in ([], [path.stem.replace("_", "-")])


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_is_a_document(rule: Rule) -> None:
    assert headings(rule.document) == list(SECTIONS)


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_the_document_of_a_rule_is_in_chinese_too(rule: Rule) -> None:
    path = ROOT / f"{rule.module.replace('.', '/')}.zh.txt"
    assert headings(path.read_text()) == list(SECTIONS_ZH)
    assert CJK.search(path.read_text().splitlines()[0])


def headings(document: str) -> list[str]:
    """What stands at the beginning of a line, after the first paragraph."""
    first, *lines = document.split("\n\n", 1)[-1].splitlines()
    return [line for line in (first, *lines) if line and not line.startswith(" ")]


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for path in rule_modules() for rule in rules_in(path)]
    assert sorted(ids) == [rule.id for rule in all_rules()]


def test_a_rule_is_explained_by_rules_that_exist() -> None:
    ids = {rule.id for rule in all_rules()}
    assert {cause.rule for rule in all_rules() for cause in rule.explained_by} <= ids


def test_probe_names_are_unique() -> None:
    names = [probe.name for probe in catalogue()]
    assert len(set(names)) == len(names)


def test_every_parser_names_a_real_probe_and_every_fact_has_one_parser() -> None:
    assert {parser.probe for parser in all_parsers()} <= {probe.name for probe in catalogue()}
    facts = [parser.fact for parser in all_parsers()]
    assert len(set(facts)) == len(facts)


def test_every_object_parser_names_a_kind_that_is_collected() -> None:
    assert {kind for parser in all_object_parsers() for kind in (parser.kind, *parser.beside)} <= CLUSTER_KINDS


def test_every_scanned_log_is_a_real_probe() -> None:
    assert set(LOGS_OF_PROBE) <= {probe.name for probe in catalogue()}


@pytest.mark.parametrize("parser", all_parsers(), ids=lambda parser: parser.probe)
def test_a_parser_has_its_module_and_its_test(parser) -> None:
    assert (ROOT / "analyzer" / "parsers" / f"{parser.probe}.py").exists()
    assert list((ROOT / "tests" / "analyzer" / "parsers").rglob(f"test_{parser.probe}.py"))


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_a_rule_has_its_test(rule: Rule) -> None:
    assert list((ROOT / "tests" / "analyzer").rglob(f"test_{rule.id.replace('-', '_')}.py"))


def test_every_text_is_chinese_in_chinese() -> None:
    assert [where for where, zh in texts() if not CJK.search(zh)] == []


@pytest.mark.parametrize("program", ["collector", "analyzer"])
def test_every_command_has_help_with_an_example(program: str) -> None:
    module = importlib.import_module(f"{program}.cli")
    (group,) = (value for value in vars(module).values() if isinstance(value, click.Group))
    for called, command in commands(f"csi-{program}", group):
        assert command.help, called
        assert f"{called} " in f"{command.help} ", f"`{called} --help` shows no example"


@pytest.mark.parametrize("path", [path for package in PACKAGES for path in sources(package)], ids=name_of)
def test_a_module_says_what_it_is_and_stays_readable(path: Path) -> None:
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{name_of(path)} has no docstring"
    assert text.count("\n") <= 300
    assert path.stem not in {"utils", "helpers", "common", "manager"}
