"""Secrets in spellings that nobody wrote down: any name, quotes, separator, place in a line and in a log.

The secret is gone, no line moves, and where its end can be told, what stands around it is kept to the letter.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.redaction.redact import MASK, redact
from collector.redaction.search import looks_like
from samples.pack import HERE
from tests.collector.planted import TEXTS, fill, planted

M = MASK.decode()
NAMES = (
    *("password", "passwd", "passphrase", "token", "secret", "api_key", "private-key", "credential", "access.token"),
    *("DB_PASSWORD", "X-Auth-Token", "iBaseToken", "rootPassword", "MYSQL_PASS", "bindpw", "tls_psk", "dbPass"),
    *("aws_secret_access_key", "client_secret", "session-id", "ldap_default_authtok", "密码", "令牌"),
)
PREFIXES = (
    "2026-07-03 10:15:01.204511 28417 [INFO]: [requestID:3301746797] config ",
    "Jul  3 10:15:01 worker-1 kubelet[1403]: I0703 10:15:01.1 x.go:1] ",
    "   4711       1 S    do_sys_poll   3980 tool x ",
    '{"a":1,"b":[{',
    "用户登录失败 ",
    "[   12.345678] sd 2:0:0:1: ",
)


@dataclass(frozen=True)
class Style:
    """How name and value are written; `hard` are letters that would end the value."""

    text: str
    after: str
    hard: str = ""
    blanks: bool = False


STYLES = (
    Style("NAME=VALUE", " x=1"),
    Style("NAME = VALUE", " x=1"),
    Style("NAME: VALUE", " x: 1"),
    Style("NAME:VALUE", " Other:1]", hard="]}):", blanks=True),
    Style("--NAME VALUE", " -v"),
    Style("--NAME=VALUE", " -v"),
    Style('"NAME":"VALUE"', ',"x":1}', hard='"\\', blanks=True),
    Style('"NAME" : "VALUE"', ',"x":1}', hard='"\\', blanks=True),
    Style("'NAME': 'VALUE'", ", 'x': 1}", hard="'", blanks=True),
    Style("'NAME' => 'VALUE'", ", 'x' => 1}", hard="'", blanks=True),
    Style('\\"NAME\\":\\"VALUE\\"', ',\\"x\\":1}"', hard='"\\', blanks=True),
    Style('\\\\\\"NAME\\\\\\":\\\\\\"VALUE\\\\\\"', ',\\\\\\"x\\\\\\":1}\\""', hard='"\\', blanks=True),
    Style('NAME="VALUE"', " x=1", hard='"\\', blanks=True),
    Style("NAME='VALUE'", " x=1", hard="'", blanks=True),
    Style('"NAME=VALUE"', ' "x=1"', hard='"', blanks=True),
    Style('name: NAME, value: "VALUE"', ", x: 1", hard='"\\', blanks=True),
    Style('{"name":"NAME","value":"VALUE"}', ',{"name":"x"}', hard='"\\', blanks=True),
    Style("EnvVar{Name:NAME,Value:VALUE,ValueFrom:nil,}", ",x", hard="\"'}"),
    Style("<NAME>VALUE</NAME>", "<x>1</x>", hard="<", blanks=True),
    Style("&quot;NAME&quot;:&quot;VALUE&quot;", ",&quot;x&quot;:1", hard="&", blanks=True),
    Style("%22NAME%22%3A%22VALUE%22", "%2C%22x", hard="%&"),
    Style("| NAME | VALUE |", " x |", hard="|", blanks=True),
    Style("NAME：VALUE", " x"),
)
# without p no name of a setting lies in the secret itself
LETTERS = st.sampled_from(string.ascii_letters + string.digits)
MORE = (string.ascii_letters + string.digits + "!#$%^*_+-.~/@:;?=<>&|").translate(
    {ord(letter): None for letter in "pP"}
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Style, str, str, str]:
    style = draw(st.sampled_from(STYLES))
    name = draw(st.sampled_from(NAMES))
    if name.isascii() and not name.startswith(("dbPass", "MYSQL_PASS")):
        name = draw(st.sampled_from((name, name.upper(), name.title())))
    letters = "".join(letter for letter in MORE + (" ," if style.blanks else "") if letter not in style.hard)
    middle = draw(st.text(st.sampled_from(letters), min_size=6, max_size=30))
    secret = draw(LETTERS) + middle + draw(LETTERS)
    return style, name, secret, draw(st.sampled_from(PREFIXES))


@settings(max_examples=500, deadline=None)
@given(cases())
def test_no_variation_of_a_named_secret_survives(case: tuple[Style, str, str, str]) -> None:
    style, name, secret, prefix = case
    opening, closing = style.text.replace("NAME", name).split("VALUE")
    line = f"{prefix}{opening}{secret}{closing}{style.after}"
    clean = redact(f"before\n{line}\nafter\n".encode())
    assert clean.data.decode() == f"before\n{prefix}{opening}{M}{closing}{style.after}\nafter\n"
    assert sum(clean.kinds.values()) == 1


PLANTS = tuple(
    (kind, place, text) for kind, places in TEXTS.items() for place, texts in places.items() for text in texts
)
NEEDS_ITS_PLACE = ("pod args", "pod env", "annotation", "configmap", "pv attributes", "iscsid.conf", "iscsiadm_session")
ANYWHERE = tuple(plant for plant in PLANTS if plant[1] not in NEEDS_ITS_PLACE)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ANYWHERE), st.integers(0, 10**6), st.sampled_from(PREFIXES), st.sampled_from(("\n", "\r\n")))
def test_a_planted_secret_survives_in_no_log(plant: tuple[str, str, str], seed: int, prefix: str, end: str) -> None:
    one = fill(*plant, random.Random(seed))
    text = "".join(f"{prefix}{line}{end}" for line in one.text.split("\n"))
    clean = redact(f"before{end}{text}after{end}".encode()).data.decode()
    assert [secret for secret in one.secrets if secret in clean or secret[3:-3] in clean] == []
    assert clean.count("\n") == text.count("\n") + 2
    assert (clean.startswith(f"before{end}"), clean.endswith(f"after{end}")) == (True, True)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from(("password=", "token: ", '"secret":"', "-----BEGIN PRIVATE KEY-----\n", "://")),
)
def test_bytes_of_any_kind_keep_their_lines_and_are_the_same_a_second_time(noise: bytes, opening: str) -> None:
    data = noise[:150] + opening.encode() + noise[150:]
    once = redact(data)
    assert once.data.count(b"\n") == data.count(b"\n")
    assert redact(once.data).data.count(b"\n") == data.count(b"\n")
    assert (once.kinds == {}) == (once.data == data)


@pytest.mark.parametrize("kind", list(TEXTS))
def test_the_search_of_verify_knows_each_kind_by_itself(kind: str) -> None:
    texts = [one.text for one in planted(len(PLANTS)) if one.kind == kind]
    assert any(any(looks_like(f"x {text}\n".encode())) for text in texts)


def recorded() -> Iterator[Path]:
    """Every file of the samples' nodes, clusters and scenarios: logs and answers as real nodes gave them."""
    kinds = (".out", ".err", ".log", ".json", ".toml", ".conf", ".rc", "")
    return (path for path in sorted(HERE.rglob("*")) if path.is_file() and path.suffix in kinds)


def test_nothing_of_what_real_nodes_say_is_taken_for_a_secret() -> None:
    files = {path: path.read_bytes() for path in recorded()}
    assert len(files) > 1000
    assert [path for path, content in files.items() if redact(content).data != content] == []
    assert [path for path, content in files.items() if any(looks_like(content))] == []
