"""What comes from outside passes its grammar before it gets into the node program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from collector.cli import cli
from collector.collecting import Wishes
from collector.node_program.limits import Limits
from collector.node_program.program import render
from collector.probes import catalogue
from collector.probes.probe import MIB


@pytest.mark.parametrize(
    "portal", ["192.0.2.1", "192.0.2.1:0", "192.0.2.1:99999", "$(id):1", "a b:1", "[::1:1", "-f:1", ""]
)
def test_a_portal_outside_its_grammar_is_refused(portal: str) -> None:
    with pytest.raises(ValueError, match="is not a portal"):
        render(catalogue(), portals=[portal])


@pytest.mark.parametrize("share", ["192.0.2.1", "192.0.2.1:x", "h:/a b", "h:/../x", "h:/$(id)", "h:/a@b", "-o:/x;"])
def test_a_share_outside_its_grammar_is_refused(share: str) -> None:
    with pytest.raises(ValueError, match="is not an NFS share"):
        render(catalogue(), shares=[share])


def test_a_period_outside_its_grammar_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a period"):
        render(catalogue(), since="yesterday; id")


def test_the_period_reaches_the_journal() -> None:
    assert render(catalogue(), since="7d").count("--since=-7d") == 4


def test_what_may_take_long_begins_first_and_the_others_keep_their_order() -> None:
    begun = re.findall(r"^probe (\w+) ", render(catalogue()), re.MULTILINE)
    assert begun == ["nfs_mount", *(probe.name for probe in catalogue() if probe.name != "nfs_mount")]


def test_portals_and_shares_can_be_named_for_a_script() -> None:
    named = ["--portal", "192.0.2.1:3260", "--nfs-share", "192.0.2.9:/share", "--nfs-share", "[fd00::9]:/x"]
    lines = CliRunner().invoke(cli, ["script", *named]).stdout.splitlines()
    assert "' portals 192.0.2.1,3260 192.0.2.9,2049 fd00::9,2049" in lines
    assert [line for line in lines if line.endswith(" 192.0.2.9:/share '[fd00::9]:/x'")]


@pytest.mark.parametrize("words", [["--portal", "192.0.2.1"], ["--nfs-share", "h:/$(id)"], ["--nfs-share", "h"]])
@pytest.mark.parametrize("command", ["script", "collect"])
def test_a_name_outside_its_grammar_is_refused_on_the_command_line(command: str, words: list[str]) -> None:
    refused = CliRunner().invoke(cli, [command, "--local", *words] if command == "collect" else [command, *words])
    assert refused.exit_code == 2
    assert "write ADDRESS:" in refused.output


def test_targets_of_active_tests_are_not_named_where_there_are_none() -> None:
    refused = CliRunner().invoke(cli, ["script", "--no-active", "--portal", "192.0.2.1:3260"])
    assert refused.exit_code == 2
    assert "leave --no-active out" in refused.output


@pytest.mark.parametrize("salt", ["$(id)", "a b", "XYZ", "a" * 65, "a\n"])
def test_a_salt_outside_its_grammar_is_refused(salt: str) -> None:
    with pytest.raises(ValueError, match="a salt is"):
        render(catalogue(), salt=salt)


def test_the_salt_of_a_run_is_in_no_bundle() -> None:
    wishes = Wishes(output=Path("b.tar.gz"), tool_version="1")
    assert len(wishes.salt) == 32
    assert wishes.salt not in f"{wishes!r} {wishes.recorded}"


def test_each_printed_script_has_a_salt_of_its_own() -> None:
    one, other = (CliRunner().invoke(cli, ["script"]).stdout.splitlines() for _ in range(2))
    assert [line.split("SALT=")[0] for line in set(one) ^ set(other)] == ["  export CSI_TRIAGE_"] * 2


def test_what_a_node_may_send_reaches_its_program() -> None:
    assert f"most_sent_bytes={64 * MIB}" in CliRunner().invoke(cli, ["script", "--node-bytes", "64MiB"]).stdout


@pytest.mark.parametrize("size", ["64", "0MiB", "512KiB", "1TiB", "$(id)MiB", "-1MiB"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    done = CliRunner().invoke(cli, ["script", "--node-bytes", size])
    assert (done.exit_code, "is not a size" in done.output) == (2, True)


def test_the_plan_tells_what_a_node_may_be_charged() -> None:
    plan = " ".join(CliRunner().invoke(cli, ["plan"]).stdout.split())
    assert all(f"{what} {says}" in plan for what, says in Limits().told())
