"""What forms of secrets are made of: kinds, names of settings whose value is a secret, and what may follow a name.

`TRIGGER` finds a name for hyperscan, which knows no look-around; `KEY` is the same name for `re`, and refuses what only
looks like one.  Words of three letters need a border: the end of a pod's name may spell `psk`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What was removed, in the words of those who have to answer for it; they stand in bundles and do not change."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    TOKEN = "token"  # noqa: S105 - the name of a kind
    SECRET = "secret"  # noqa: S105 - the name of a kind
    KEY = "secret key"
    PRIVATE_KEY = "private key"
    USER = "user name"
    ARRAY_LOGIN = "array login"
    CHAP = "CHAP login"
    NVME_KEY = "NVMe key"
    URL_LOGIN = "URL login"
    URL_SIGNATURE = "URL signature"
    HTTP_LOGIN = "HTTP login"
    COOKIE = "cookie"
    REGISTRY_LOGIN = "registry login"
    PROVIDER_KEY = "provider key"
    VAULT_TOKEN = "vault token"  # noqa: S105 - the name of a kind
    HASH = "password hash"
    COMMUNITY = "SNMP community"
    DISK_KEY = "disk key"
    SECRET_OBJECT = "Secret object"  # noqa: S105 - the name of a kind


# 密码 口令 令牌 密钥 私钥 凭证 凭据, in UTF-8 and, where a Windows tool wrote them, 密码 and 口令 in GBK
_CHINESE = r"密码|口令|令牌|密钥|私钥|凭证|凭据|\xc3\xdc\xc2\xeb|\xbf\xda\xc1\xee"
_LONG = (
    r"passw(?:or)?d|passphrase|passcode|secret|token|credential|authtok|ismsession|session[_-]?id|key-data|key[_-]?hex"
    r"|(?:api|access|private|account|encryption|shared|signing|master|auth|unseal|certificate|preshared|pre-shared)"
    rf"[_-]?key|connection[_-]?string|{_CHINESE}"
)
_STUCK = r"(?:store|key|root|bind|admin|db|user|require|smb)[_-]?(?:pass|pw)"
TRIGGER = rf"(?:{_LONG}|pwd|{_STUCK}\b|(?:\b|_)(?:pass|pw|psk)(?:\b|_)|(?-i:[a-z](?:Pass|Pw|Psk))\b)"
KEY = (
    rf"(?:{_LONG}|pwd(?![a-z0-9]|[:=] ?/)|{_STUCK}(?![a-z0-9])"
    r"|(?:_|(?-i:[a-z](?=[A-Z])))?(?:pass|pw|psk)(?![a-z0-9]))"
)
_OF_A_FILE = r"(?![\w.-]{0,40}(?:file|path|dir)\w{0,2}[\"']?[ \t]{0,4}[:= \t][ \t]{0,4}[\"']?/)"
NAME = rf"{KEY}{_OF_A_FILE}[\w.-]{{0,40}}"
ESC = r"(?:\\{0,15}|\x1b\[[0-9;]{0,8}m)"  # quotes within strings within strings; colours of a terminal
ODD = r"(?:&(?:quot|apos|#3[49]);|\\{1,8}(?:u00|x)2[27]|%(?:25){0,3}2[27])"  # quotes in HTML, in JavaScript, in URLs
# What comes after a name decides which forms are worth a try; most names are words of prose, and nothing does.
_AFTER = re.compile(
    rf"{KEY}[\w.-]{{0,40}}(?:{ESC}([\"'])|({ODD})|{ESC})[ \t]{{0,4}}([:=%>,;|v\x80-\xff]?)".encode()
    + rb"([ \t]*+(?:[|>][-+0-9]{0,2})?[ \t]*+\\?\r?\Z)?",
    re.IGNORECASE,
)
_SIGNS = {b"": "", b";": ",", b"v": ",", b"V": ","} | {sign.encode(): sign for sign in ":=%>,|"}
QUOTE = '"'
LEFT_CONTEXT = 160  # how much of the line's text `before` is shown

_KINDS = (
    (
        re.compile(rb"pass|pwd|pw\b|\xe5\xaf\x86\xe7\xa0\x81|\xe5\x8f\xa3\xe4\xbb\xa4|\xc3\xdc\xc2\xeb", re.I),
        Kind.PASSWORD,
    ),
    (re.compile(rb"token|session|authtok|\xe4\xbb\xa4\xe7\x89\x8c", re.I), Kind.TOKEN),
    (re.compile(rb"key|psk", re.I), Kind.KEY),
)


def what_follows(data: bytes, start: int, line_end: int) -> str:
    """A quote `"` that closes the name, or an odd one `&`; then `:`, `=`, `%`, `>`, `|`, `,` (also `;` and the word
    value), `8` (no ASCII); then `$` where the line ends, but for the sign of a YAML block.  `?` is no name."""
    found = _AFTER.match(data, start, line_end)
    if found is None:
        return "?"
    quote, odd, sign, end = found.groups()
    return f"{'&' if odd else QUOTE if quote else ''}{_SIGNS.get(sign, '8')}{'' if end is None else '$'}"


@lru_cache(1024)
def kind_of_name(name: bytes) -> Kind:
    """Of what kind the value of a setting is."""
    return next((kind for pattern, kind in _KINDS if pattern.search(name)), Kind.SECRET)


@dataclass(frozen=True, slots=True)
class SecretForm:
    """`kind` None: the name tells it.  `after`: what may follow a name, in the letters of `what_follows`; () for other
    triggers.  `lines` is how many lines, the trigger's included, the pattern may see.  `quoted`: a quote ends what it
    finds, and no other form need be tried."""

    name: str
    reason: str
    trigger: str
    pattern: re.Pattern[bytes]
    kind: Kind | None
    before: re.Pattern[bytes] | None
    beside: re.Pattern[bytes] | None
    after: tuple[str, ...]
    lines: int
    quoted: bool
    finds: bool  # `pattern` finds the secret, not `before`


def form(
    name: str,
    reason: str,
    *,
    pattern: str,
    trigger: str = TRIGGER,
    kind: Kind | None = None,
    before: str = "",
    beside: str = "",
    after: tuple[str, ...] = (),
    lines: int = 1,
    quoted: bool = False,
) -> SecretForm:
    found = _compiled(pattern)
    left = _compiled(rf"(?:{before})\Z") if before else None
    around = _compiled(beside) if beside else None
    finds = "secret" in found.groupindex
    return SecretForm(name, reason, trigger, found, kind, left, around, after, lines, quoted, finds)


def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode(), re.IGNORECASE)
