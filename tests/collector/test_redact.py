"""Secrets in the forms in which nodes show them: none survives, and no line moves."""

from __future__ import annotations

import random

import pytest

from collector.redaction.forms import FORMS
from collector.redaction.redact import MASK, redact, redact_text

S = "s3cr3tVALUE"
KEY = f"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA{S}\nAAAABBBBCCCCDDDDEEEE{S}+/=\n-----END RSA PRIVATE KEY-----"
SEEDED = [
    f"node.session.auth.password = {S} with; blanks",
    f"#node.session.auth.username = {S}",
    f"discovery.sendtargets.auth.password_in = {S}",
    f"\t\tpassword: {S}",
    f"\t\tusername: {S}",
    f"\t\tusername_in: {S}",
    f"Authorization: Bearer {S}",
    f"authorization: Basic {S}1A==",
    f"curl -H 'Authorization: Basic {S}1A==' https://192.0.2.1",
    f'"Authorization":["Bearer {S}"]',
    f"map[Authorization:[Bearer {S}] Accept:[x]]",
    f"X-Auth-Token: {S}",
    f"Set-Cookie: session=ismsession={S}; path=/",
    f"iBaseToken: {S}",
    f'"iBaseToken": ["{S}"]',
    f'{{"username":"{S}","password":"a{S}\\"b{S}","scope":0}}',
    f'{{\\"password\\":\\"x\\\\\\"{S}\\",\\"a\\":1}}',
    f"body: map[password:{S} and {S} scope:0 username:{S}]",
    f"{{Password:{S} User:x}}",
    f"[INFO]: Request method: POST, Url: https://1.2.3.4:8088/deviceManager/rest/xx/sessions, body: map[x:{S}]",
    f"[INFO]: Response method: POST, Url: https://1.2.3.4/deviceManager/rest/xx/sessions, body: {{'a': '{S}'}}",
    f"https://user:{S}@192.0.2.1:8088/x",
    f"https://user:p@{S}@host/x",
    f"https://user:p/{S}@host/x",
    f"https://{S}@host/x",
    f"HTTPS_PROXY=http://proxy:{S}@192.0.2.1:3128",
    f"1234 S mysqld --password={S} --x",
    f"1234 S tool --password {S} --y",
    f'1234 S tool --api-token "{S} {S}" z',
    f"1234 S mysql -u root -p{S}",
    f"1234 S curl -u admin:{S} https://x",
    f"1234 S sshpass -p {S} ssh x",
    f"1234 S iscsiadm -m node -T iqn -o update -n node.session.auth.password -v {S}",
    f"mount -t cifs -o username={S},password={S},vers=3",
    f'Environment="DB_PASSWORD=a {S} b"',
    f"Environment=REGISTRY_TOKEN={S}",
    f"export AWS_SECRET_ACCESS_KEY={S}",
    f"the password is '{S}'",
    f"<password>{S}</password>",
    f'"auth": "{S}AAAA="',
    f'"identitytoken":"{S}"',
    f"client-key-data: {S}",
    f"    user: {{client-key-data: LS0tLS1CRUdJTi{S}}}",
    f"eyJhbGciOiJSUzI1NiIs.eyJ{S}.sig{S}",
    f"GET /x?access_token={S}&y=1",
    f"GET /x?sig={S}",
    f"body password%3D{S}%26x",
    f"dhchap_secret=DHHC-1:00:{S}:",
    f"root:$6$abc${S}:19000",
    KEY,
    KEY.replace("\n", "\n  "),
    KEY.replace("\n", "\\n"),
    KEY.partition("\n")[2],
    KEY.rpartition("\n")[0],
]
KEPT = [
    "\t\tusername: <empty>",
    "\t\tpassword: ********",
    "node.session.auth.authmethod = CHAP",
    "mpatha (3618cf24100f8f457016a764c000001f8) dm-0 HUAWEI,XSG1",
    "sda/device/wwid:naa.618cf24100f8f457016a764c000001f8",
    "Basic authentication is disabled",
    "Gonna run shell cmd iscsiadm -m node -T ***-p 192.168.129.10:3260 --login.",
    "Url: https://192.0.2.1:8088/deviceManager/rest/xx/lun",
    '{"password":"","token":null}',
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkq\n-----END CERTIFICATE-----",
]


@pytest.mark.parametrize("text", SEEDED)
def test_a_secret_does_not_survive_and_no_line_moves(text: str) -> None:
    clean = redact_text(f"before\n{text}\nafter\n")
    assert S not in clean
    assert clean.count("\n") == text.count("\n") + 3
    assert (clean.splitlines()[0], clean.splitlines()[-1]) == ("before", "after")


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redact_text(text) == text


@pytest.mark.parametrize("text", SEEDED)
def test_removing_twice_removes_no_more(text: str) -> None:
    once = redact(text.encode()).data
    assert redact(once).data == once


def test_all_seeded_secrets_are_found_in_one_long_log() -> None:
    lines = random.Random(7).choices(SEEDED, k=2000)
    noise = "2026-07-03 10:15:01.204511 28417 [INFO]: [requestID:3301746797] Start to stage volume x"
    text = "\n".join(f"{noise}\n{line}" for line in lines)
    clean = redact_text(text)
    assert S not in clean
    assert clean.count("\n") == text.count("\n")


def test_json_stays_json() -> None:
    assert redact(b'{"password":"x y","lun":1}').data == b'{"password":"' + MASK + b'","lun":1}'
    assert redact(b'{"token":123,"lun":1}').data == b'{"token":' + MASK + b',"lun":1}'


def test_bytes_that_are_no_text_come_back_as_they_were() -> None:
    data = bytes(range(256)) * 50
    assert redact(data).data == data


def test_a_line_of_many_megabytes_is_no_trouble() -> None:
    data = b"a" * 4_000_000 + b" password=" + b"b" * 4_000_000 + b" end"
    assert redact(data).data == b"a" * 4_000_000 + b" password=" + MASK + b" end"


def test_a_lone_first_line_of_a_key_does_not_swallow_the_log() -> None:
    text = b"-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nnext: a line of the log\n"
    assert redact(text).data == b"-----BEGIN PRIVATE KEY-----\n" + MASK + b"\nnext: a line of the log\n"


def test_each_form_has_its_reason_and_its_own_name() -> None:
    assert len({form.name for form in FORMS}) == len(FORMS)
    assert all(form.reason for form in FORMS)


@pytest.mark.parametrize(
    "piece",
    [
        "://a:b",
        '"data":{',
        "-----BEGIN PRIVATE KEY-----\n",
        "-----END PRIVATE KEY-----\n",
        "token:[",
        f"| token |{' ' * 999}",
    ],
)
def test_no_text_takes_longer_out_of_proportion(piece: str) -> None:
    """What were quadratic would take minutes, and the test's own limit with it."""
    text = piece * (200_000 // len(piece))
    assert redact_text(text).count("\n") == text.count("\n")
