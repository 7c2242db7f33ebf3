"""What in a bundle looks like a secret: a search of its own, so that a hole in the redaction is not a hole here too.

Input    bytes of a bundle's file.
Output   for each kind that is seen, where the first one is; never what it is.
It knows secrets by their own shape and by the plainest ways of writing one, not by all the ways that `redact` knows; a
place counts only if what stands there is neither a mask nor a word such as null.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache

import hyperscan

# not hidden: no mask, no placeholder, no empty value; six characters or more that a password can begin with
_SHOWN = r"(?!\[redacted\]|\*{3,}|<|null\b|none\b|true\b|false\b|\$\{)[^\s\"',;&|(){}\[\]\\]{6,}"
_HIDDEN = r"(?!\[redacted\]|\*{3})"
_SAID = r"\\*[\"']?[ \t]?[=:][ \t]?\\*[\"']?"
_LOCK = threading.Lock()

# what it looks like, in words · how it begins, for hyperscan · what it must be from there on
_TABLE: tuple[tuple[str, str, str], ...] = (
    (
        "a private key",
        r"-----BEGIN ",
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY[A-Z ]{0,10}-----(?:\s|\\+n)+[A-Za-z0-9+/=]{16}",
    ),
    ("a private key", r"PRIVATE KEY-----", r"PRIVATE KEY-----(?:\\n|\n)[A-Za-z0-9+/]{16}"),
    ("a private key in base64", r"LS0tLS1CRUdJTi", r"LS0tLS1CRUdJTi\S{16}"),
    ("a private key", r"AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1\w{20}"),
    ("a password in a URL", r"://", rf"://[^\s/:@]{{1,64}}:{_HIDDEN}[^\s/@]{{3,64}}@"),
    ("a token", r"\beyJ", r"eyJ[\w-]{16,}\.[\w-]{16,}\.[\w-]{10,}"),
    ("a token", r"\bbearer ", r"bearer (?=\S*\d)[\w.~+/=-]{16,}"),
    ("a token", r"\bsha256~", r"sha256~[\w-]{30}"),
    ("a token", r"\bK10", r"K10[0-9a-f]{48}"),
    (
        "a session of the array",
        r"(?:ibasetoken|ismsession)",
        rf"\w{{10}}{_SAID}(?!\[redacted\])\[?\\*\"?{_SHOWN}",
    ),
    ("a login of an HTTP request", r"\bbasic [a-z0-9+/]{8}", r"basic (?=\S*[A-Z0-9])[A-Za-z0-9+/]{12,}={0,2}(?![\w-])"),
    ("a cookie", r"\bcookie: ", rf"cookie: [\w.-]{{1,64}}={_SHOWN}"),
    (
        "a password",
        r"(?:passw(?:or)?d|passphrase|secret[_-]?key|api[_-]?key|access[_-]?key|account[_-]?key)",
        rf"(?:passw(?:or)?d|passphrase|secret[_-]?key|api[_-]?key|access[_-]?key|account[_-]?key)(?:_in)?{_SAID}{_SHOWN}",
    ),
    ("a token", r"token", rf"token{_SAID}(?=\S*\d)[\w.~+/=-]{{20,}}"),
    ("a CHAP login", r"auth\.(?:username|password)", rf"auth\.\w{{8,11}}(?: = | -v ){_SHOWN}"),
    ("a CHAP login", r"\t(?:username|password)", rf"\t(?:username|password)(?:_in)?: {_SHOWN}"),
    ("a password", r"(?:密码|口令)", rf"(?:密码|口令)(?:：|:|=|为)\s?{_SHOWN}"),
    (
        "a password on a command line",
        r"--(?:password|token|secret)[ =]",
        rf"--(?:password|token|secret)[ =](?![-/]){_SHOWN}",
    ),
    ("a password on a command line", r"\bsshpass -p ?", rf"sshpass -p ?(?!-){_SHOWN}"),
    ("a password on a command line", r"\bcurl ", rf"curl .{{0,200}} -u \S{{1,64}}:{_SHOWN}"),
    ("an NVMe key", r"DHHC-1:\d\d:", r"DHHC-1:\d\d:[A-Za-z0-9+/=]{16}"),
    ("an NVMe key", r"NVMeTLSkey-1:\d\d:", r"NVMeTLSkey-1:\d\d:[A-Za-z0-9+/=]{16}"),
    ("a key of a cloud provider", r"(?-i:\bA[KS]IA|\bAIza)", r"A[KS]IA[0-9A-Z]{16}\b|AIza[\w-]{35}"),
    (
        "a token of a code host or chat",
        r"(?-i:\bgh[pousr]_|\bgithub_pat_|\bglpat-|\bxox[abeprs]-|\bnpm_|\bpypi-|\bdckr_pat_)",
        r"\w{1,10}[_-][\w-]{16}",
    ),
    ("an address of a chat's hook", r"hooks\.slack\.com/services/", r"hooks\.slack\.com/services/[\w/]{20}"),
    ("a token of Vault", r"(?-i:\bhv[sbr]\.)", r"hv[sbr]\.[\w-]{20}"),
    ("the signature of a URL", r"(?:[?&]|u0026)sig(?:nature)?=", rf"(?:[?&]|u0026)sig(?:nature)?={_SHOWN}"),
    ("the signature of a URL", r"-signature=", r"-signature=[0-9a-f]{32}"),
    ("a password hash", r"\$(?:1|2[aby]|5|6|y)\$", r"\$(?:1|2[aby]|5|6|y)\$[\w./$=,]{20}"),
    ("a password hash", r"\{S?SHA\}", r"\{S?SHA\}\S{20}"),
    ("an SNMP community", r"\br[ow]community6? ", rf"r[ow]community6? {_SHOWN}"),
    ("the key of a disk", r"\bcrypt ", r"crypt \S{3,60} (?!0+\s)[0-9a-f]{32}"),
    (
        "a Secret of Kubernetes",
        r"\"(?:data|stringData)\\?\":\{",
        rf"\"(?:data|stringData)\\?\":\{{\\?\"[\w.-]{{1,80}}\\?\":\\?\"{_HIDDEN}(?=[^\n]{{0,2000}}\"kind\\?\":\\?\"Secret)",
    ),
    ("a login of a registry", r"\"auth\\?\":", r"\"auth\\?\": ?\\?\"[A-Za-z0-9+/]{12}"),
)


def looks_like(data: bytes) -> Iterator[tuple[str, int]]:
    """What is seen, in words, and its line, the first being 1."""
    first: dict[str, int] = {}

    def note(number: int, start: int, _end: int, _flags: int, _context: object) -> None:
        kind, pattern = _patterns()[number]
        if start < first.get(kind, len(data)) and pattern.match(data, start):
            first[kind] = start

    with _LOCK:  # one scratch space, one scan at a time
        _database().scan(data, match_event_handler=note)
    for kind, start in sorted(first.items(), key=lambda found: found[1]):
        yield kind, data.count(b"\n", 0, start) + 1


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[bytes]], ...]:
    exact = ("(?-i:",)
    return tuple(
        (kind, re.compile(pattern.encode(), 0 if begins.startswith(exact) else re.IGNORECASE))
        for kind, begins, pattern in _TABLE
    )


@cache
def _database() -> hyperscan.Database:
    database = hyperscan.Database()
    database.compile(
        expressions=[begins.encode() for _, begins, _ in _TABLE],
        ids=list(range(len(_TABLE))),
        elements=len(_TABLE),
        flags=hyperscan.HS_FLAG_CASELESS | hyperscan.HS_FLAG_SOM_LEFTMOST,
    )
    return database
