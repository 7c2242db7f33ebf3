"""Composed from nvme-list-subsys(1) and nvme-print-json.c of nvme-cli 1.5, 1.16 and 2.11."""

import pytest

from analyzer.facts import ParseError
from analyzer.parsers.nvme_list_subsys import parse

PATHS = """"Paths" : [
        {
          "Name" : "nvme0",
          "Transport" : "rdma",
          "Address" : "traddr=10.1.1.3,trsvcid=4420",
          "State" : "live"
        },
        {
          "Name" : "nvme1",
          "Transport" : "rdma",
          "Address" : "traddr=10.1.2.3,trsvcid=4420",
          "State" : "connecting"
        }
      ]"""
NAMED = '"Name" : "nvme-subsys0",\n      "NQN" : "nqn.2020-02.huawei.nvme:nvm-subsystem-sn-21"'
VERSION_1 = f'{{\n  "Subsystems" : [\n    {{\n      {NAMED},\n      {PATHS}\n    }}\n  ]\n}}\n'
VERSION_2 = f'[\n  {{\n    "HostNQN":"nqn.2014-08.org.nvmexpress:uuid:1",\n    "Subsystems":[\n    {{\n      {NAMED},\n      {PATHS}\n    }}\n  ]\n}}]\n'  # noqa: E501
BEFORE_1_9 = f'{{\n  "Subsystems" : [\n    {{\n      {NAMED}\n    }},\n    {{\n      {PATHS}\n    }}\n  ]\n}}\n'


@pytest.mark.parametrize("text", [VERSION_1, VERSION_2, BEFORE_1_9])
def test_every_shape_gives_the_same_controllers(text: str) -> None:
    live, connecting = parse(text).controllers
    assert (live.subsystem, live.nqn) == ("nvme-subsys0", "nqn.2020-02.huawei.nvme:nvm-subsystem-sn-21")
    assert (live.name, live.transport, live.address, live.state) == (
        "nvme0",
        "rdma",
        "traddr=10.1.1.3,trsvcid=4420",
        "live",
    )
    assert (connecting.name, connecting.state) == ("nvme1", "connecting")
    assert live.span.text[0].strip() == '"Name" : "nvme0",'
    assert live.span.text[-1].strip() == '"State" : "live"'


@pytest.mark.parametrize("text", ["", "{}\n", "[]\n", '[{"HostNQN":"nqn.1","Subsystems":[]}]\n'])
def test_no_controller(text: str) -> None:
    assert parse(text).controllers == ()


@pytest.mark.parametrize(
    "text",
    [VERSION_1[:200], '{"error":"Failed to scan topology"}', '{"Subsystems":[{"Paths":[{"Name":"nvme0"}]}]}', "1"],
)
def test_what_does_not_fit_is_refused(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text)
