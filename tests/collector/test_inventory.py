"""Nodes from a file and from the cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.inventory import InventoryError, Node, from_cluster, read_file


def nodes(folder: Path, text: str) -> tuple[Node, ...]:
    (folder / "nodes.txt").write_text(text)
    return read_file(folder / "nodes.txt")


def test_a_line_names_a_node_its_address_port_and_user(tmp_path: Path) -> None:
    text = (
        "# ours\nworker-1\nworker-2 192.0.2.2 # rack 3\n"
        "worker-3 192.0.2.3:2222 user=admin\nw4 [fd00::4]:22\nw5 fd00::5\n"
    )
    assert nodes(tmp_path, text) == (
        Node("worker-1"),
        Node("worker-2", "192.0.2.2"),
        Node("worker-3", "192.0.2.3", 2222, "admin"),
        Node("w4", "fd00::4", 22),
        Node("w5", "fd00::5"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "-oProxyCommand=id",
        "a;id",
        "../x",
        "n1 -l",
        "n1 192.0.2.1:99999",
        "n1 192.0.2.1 192.0.2.2",
        "n1 user=-x",
        "n1 shell=sh",
    ],
)
def test_a_line_that_could_mean_something_else_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    with pytest.raises(InventoryError, match=r"nodes\.txt, line 2"):
        nodes(tmp_path, f"good\n{line}\n")


@pytest.mark.parametrize(("text", "says"), [("# nobody\n", "no node in it"), ("n1\nn2\nn1\n", "n1 is there twice")])
def test_a_list_of_nobody_or_of_doubles_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(InventoryError, match=says):
        nodes(tmp_path, text)


def test_the_cluster_gives_a_node_its_internal_address() -> None:
    addresses = [{"type": "Hostname", "address": "w1"}, {"type": "InternalIP", "address": "192.0.2.1"}]
    item = {"metadata": {"name": "w1"}, "status": {"addresses": addresses}}
    assert from_cluster([item]) == (Node("w1", "192.0.2.1", address_from_cluster=True),)


def test_an_address_of_the_cluster_that_is_an_option_is_refused() -> None:
    item = {
        "metadata": {"name": "w1"},
        "status": {"addresses": [{"type": "InternalIP", "address": "-oProxyCommand=id"}]},
    }
    with pytest.raises(InventoryError, match="use --nodes"):
        from_cluster([item])
