"""The tutorial, done as it says: its files written into a copy of the repository, its commands run there, in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.outputs import as_shown, normal
from tests.docs.tutorial import Copy, steps


@pytest.mark.slow
def test_the_tutorial_leads_to_a_tested_rule(tmp_path: Path) -> None:
    copy = Copy(tmp_path / "copy")
    for command in steps(copy):
        code, printed = copy.run(command.text)
        assert code in ((0, 1) if "csi-analyzer show" in command.text else (0,)), f"{command}\n{printed}"
        if command.shown is not None:
            assert normal(as_shown(printed, command.shown)) == normal(command.shown), str(command)
    assert "### node-restarted" in (copy.folder / "docs/rules.zh.md").read_text(encoding="utf-8")


def test_the_tutorials_rule_is_no_rule_of_the_product(tmp_path: Path) -> None:
    assert not (Path(__file__).parents[2] / "analyzer/rules/host/node_restarted.py").exists()
