"""Where the map of hidden names lies is told, also to a program."""

from __future__ import annotations

import json

from tests.collector.conftest import Run


def test_the_map_stands_in_the_result_and_its_warning_elsewhere(collector: Run) -> None:
    done = collector("collect", "--local", "--no-active", "--anonymize", "--json", "-o", "b.tar.gz")
    assert json.loads(done.stdout)["map"] == "b.tar.gz.map.json"
    assert "Keep b.tar.gz.map.json" in done.stderr


def test_a_run_is_gone_on_with_before_names_are_hidden(collector: Run) -> None:
    done = collector("collect", "--local", "--anonymize", "--resume", "b.tar.gz")
    assert (done.returncode, "csi-collector anonymize" in done.stderr) == (2, True)
