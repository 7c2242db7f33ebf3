"""The user's SSH configuration -> hops, and which host keys are trusted."""

from __future__ import annotations

import base64
from pathlib import Path

import paramiko
import pytest

from collector.transports.known_hosts import KnownHosts, Verdict
from collector.transports.ssh_config import ConfigError, SshOptions, Wanted, read_config, route

KEY = paramiko.Ed25519Key.from_type_string("ssh-ed25519", b"\0\0\0\x0bssh-ed25519\0\0\0 " + bytes(range(32)))
LINE = f"ssh-ed25519 {base64.b64encode(KEY.asbytes()).decode()}"


def hops(folder: Path, config: str, **wanted: object) -> list[str]:
    (folder / "config").write_text(config)
    options = SshOptions(config=read_config(folder / "config"))
    return [hop.label for hop in route(Wanted("worker-1", **wanted), options)]  # type: ignore[arg-type]


def judged(folder: Path, text: str, *names: str) -> Verdict:
    (folder / "known").write_text(text)
    return KnownHosts([folder / "known"]).judge(KEY, *names)


def test_the_inventory_wins_over_the_configuration(tmp_path: Path) -> None:
    config = "Host worker-1\n  HostName 192.0.2.9\n  User other\n  Port 2022\n"
    assert hops(tmp_path, config, address="192.0.2.1", port=22, user="admin") == ["admin@192.0.2.1"]
    assert hops(tmp_path, config) == ["other@192.0.2.9 port 2022"]


def test_jump_hosts_are_looked_up_and_chained(tmp_path: Path) -> None:
    config = "Host worker-*\n  User w\n  ProxyJump inner\nHost inner\n  User i\n  ProxyJump o@outer:2200\n"
    assert hops(tmp_path, config) == ["o@outer port 2200", "i@inner", "w@worker-1"]


def test_a_jump_host_that_every_host_goes_through_does_not_go_through_itself(tmp_path: Path) -> None:
    assert hops(tmp_path, "Host *\n  User u\n  ProxyJump bastion\n") == ["u@bastion", "u@worker-1"]


def test_jump_hosts_in_a_circle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="circle"):
        hops(tmp_path, "Host worker-1 b\n  ProxyJump a\nHost a\n  ProxyJump b\n")


def test_an_include_does_not_swallow_what_follows_it(tmp_path: Path) -> None:
    (tmp_path / "more").write_text("Host elsewhere\n  Port 1\n")
    assert hops(tmp_path, "Include more\nUser u\nPort 7\n") == ["u@worker-1 port 7"]


@pytest.mark.parametrize(
    "config",
    ["ProxyCommand nc %h %p", "HostName -oProxyCommand=id", "User -x", "ProxyJump -oProxyCommand=id", "Port ssh"],
)
def test_what_cannot_be_done_safely_is_one_sentence(tmp_path: Path, config: str) -> None:
    with pytest.raises(ConfigError):
        hops(tmp_path, f"Host *\n  {config}\n")


@pytest.mark.parametrize(
    ("names", "verdict"),
    [
        ("node-1", Verdict.TRUSTED),
        ("other,node-?", Verdict.TRUSTED),
        ("*,!node-1", Verdict.UNKNOWN),
        ("[node-1]:22", Verdict.UNKNOWN),
        ("@cert-authority node-1", Verdict.UNKNOWN),
    ],
)
def test_host_patterns_of_known_hosts(tmp_path: Path, names: str, verdict: Verdict) -> None:
    assert judged(tmp_path, f"{names} {LINE}\n", "node-1") is verdict


def test_the_name_connected_to_decides_before_the_node_s_own_name(tmp_path: Path) -> None:
    another = LINE.replace("AAAAC3", "AAAAC2")
    assert judged(tmp_path, f"192.0.2.1 {another}\nnode-1 {LINE}\n", "192.0.2.1", "node-1") is Verdict.CHANGED
    assert judged(tmp_path, f"node-1 {LINE}\n", "192.0.2.1", "node-1") is Verdict.TRUSTED


def test_lines_that_do_not_fit_trust_nothing(tmp_path: Path) -> None:
    assert (
        judged(tmp_path, "node-1 ssh-ed25519\nnode-1 ssh-ed25519 !!!\n|1|x|y ssh-ed25519 AAAA\n\n# x\n", "node-1")
        is Verdict.UNKNOWN
    )
