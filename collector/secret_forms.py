"""What a secret looks like: one table, with the reason for each form.

A form applies where its `trigger` begins (any case), when `before` matches the text to the left of it on that line, and
`pattern`, from there on, finds the secret as the group `secret`.  All triggers go into one hyperscan database; nothing
is searched for twice, since a log may be suspicious in every line.
`KEY_WORDS` are names of settings whose value is a secret wherever a name and a value meet: configuration, JSON, Go
maps, headers, command lines, URLs.  A value that says it is none (`<empty>`, `***`, null) stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KEY_WORDS = (
    r"(?:passw(?:or)?d|passphrase|passcode|pwd|secret|token|credential|(?:api|access|private|account|encryption)[_-]?key"
    r"|key-data|ismsession|sessionid)"
)
LEFT_CONTEXT = 160  # how much of the line's text `before` is shown
_NOT_MASKED = r"(?!<empty>|<nil>|null\b|nil\b|\*{3,}(?=[\s\"',;\]})]|$)|\"\"|''|\[redacted\])"
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"?|'[^'\n]*'?"
_ESCAPED = r"\\+\"(?:[^\"\\\n]|\\{2,}\"?|\\[^\"\n])*(?:\\\")?"
_LIST = r"\[[^\]\n]*\]?"
_WORD = r"[^\s\"'\[{\\]\S*"
# In JSON a bare value (a number) ends where the next one begins.
_BARE = r"[^\s\"'\[{\\,][^\s,}\]]*"
# A Go map or struct ends a value before the next `key:` or the bracket that closes it; the value may hold blanks.
_GO_VALUE = r"(?:(?![\]})]+(?:[\s,;\"'\]})]|$)| [\w.-]{1,60}:)[^\n])+"
_NAME = rf"{KEY_WORDS}[\w.-]{{0,40}}"


@dataclass(frozen=True, slots=True)
class SecretForm:
    name: str
    reason: str
    trigger: str
    pattern: re.Pattern[bytes]
    before: re.Pattern[bytes] | None


def _form(name: str, reason: str, *, trigger: str, pattern: str, before: str = "") -> SecretForm:
    left = re.compile(rf"(?:{before})\Z".encode(), re.IGNORECASE) if before else None
    return SecretForm(name, reason, trigger, re.compile(pattern.encode(), re.IGNORECASE), left)


FORMS: tuple[SecretForm, ...] = (
    _form(
        "rest-session",
        "the driver logs the body of its login to the array, which holds user, password and session token",
        trigger=r"(?:Request|Response) method: ",
        pattern=r"(?:Request|Response) method: [^\n]{0,300}?/sessions\b[^\n]{0,300}?\bbody: (?P<secret>\S[^\n]*)",
    ),
    _form(
        "authorization",
        "HTTP headers that carry a login, in logs of REST clients",
        trigger=r"(?:authorization|cookie)",
        pattern=r"(?:authorization|cookie)\d?\\{0,3}[\"']?\s{0,4}[:=]\s{0,4}"
        rf"(?P<secret>{_NOT_MASKED}(?:{_ESCAPED}|{_QUOTED}|{_LIST}|[^\s\"'\[][^\"'\]\n]*))",
    ),
    _form(
        "setting-line",
        "configuration, such as node.session.auth.password of iscsid.conf, also when commented out",
        trigger=KEY_WORDS,
        before=r"\A[ \t]*[#;]?[ \t]*(?:export[ \t]+)?[\w.-]{0,80}",
        pattern=rf"{_NAME}[ \t]*[:=][ \t]*(?P<secret>{_NOT_MASKED}\S[^\n]*)",
    ),
    _form(
        "double-quoted-setting",
        'settings quoted as a whole, such as Environment="KEY=VALUE" of a unit file',
        trigger=KEY_WORDS,
        before=r"\"[\w.-]{0,80}",
        pattern=rf"{_NAME}=(?P<secret>{_NOT_MASKED}[^\"\n]+)",
    ),
    _form(
        "single-quoted-setting",
        "the same in single quotes",
        trigger=KEY_WORDS,
        before=r"'[\w.-]{0,80}",
        pattern=rf"{_NAME}=(?P<secret>{_NOT_MASKED}[^'\n]+)",
    ),
    _form(
        "go-value",
        "Go prints maps and structs as key:value without quotes",
        trigger=KEY_WORDS,
        pattern=rf"{_NAME}:(?P<secret>{_NOT_MASKED}(?![\s\"'\[\\]){_GO_VALUE})",
    ),
    _form(
        "json-setting",
        "a quoted name and a value in JSON, also in JSON within a string",
        trigger=KEY_WORDS,
        pattern=rf"{_NAME}\\{{0,3}}[\"']\s{{0,4}}(?:=>|[:=])\s{{0,4}}"
        rf"(?P<secret>{_NOT_MASKED}(?:{_ESCAPED}|{_QUOTED}|{_LIST}|{_BARE}))",
    ),
    _form(
        "setting",
        "a name and a value in YAML, options, URLs, environment variables",
        trigger=KEY_WORDS,
        pattern=rf"{_NAME}\s{{0,4}}(?:=>|[:=]|%3[ad])\s{{0,4}}"
        rf"(?P<secret>{_NOT_MASKED}(?:{_ESCAPED}|{_QUOTED}|{_LIST}|{_WORD}))",
    ),
    _form(
        "argument",
        "command lines in process lists and logs",
        trigger=KEY_WORDS,
        before=r"(?:\s|\A)--?[\w-]{0,60}",
        pattern=rf"{_NAME}[ \t]+(?P<secret>(?!-){_NOT_MASKED}(?:{_QUOTED}|{_WORD}))",
    ),
    _form(
        "quoted-word",
        "messages that name a password in quotes",
        trigger=r"(?:passw(?:or)?d|passphrase)",
        pattern=r"(?:passw(?:or)?d|passphrase)(?: is| of)?\s{1,4}(?P<secret>\"[^\"\n]+\"|'[^'\n]+')",
    ),
    _form(
        "element",
        "XML",
        trigger=KEY_WORDS,
        before=r"<[\w:-]{0,60}",
        pattern=rf"{KEY_WORDS}[\w:-]{{0,40}}>(?P<secret>[^<\n]+)",
    ),
    _form(
        "chap-user",
        "CHAP user names in iscsid.conf and in the sessions that iscsiadm prints; logins in REST bodies",
        trigger=r"username",
        pattern=r"username(?:_in)?\\{0,3}[\"']?[ \t]*[:=][ \t]*"
        rf"(?P<secret>{_NOT_MASKED}(?:{_ESCAPED}|{_QUOTED}|{_WORD}))",
    ),
    _form(
        "iscsiadm-value",
        "iscsiadm sets CHAP secrets with -n node.session.auth.password -v VALUE",
        trigger=r"\biscsiadm\s",
        pattern=r"iscsiadm(?=[^\n]{0,600}\.auth\.)[^\n]{0,600}?\s(?:-v|--value)[ =](?P<secret>\S+)",
    ),
    _form(
        "login-argument",
        "tools that take a login on the command line",
        trigger=r"(?:\bcurl\s|\bsshpass\s|\bmysql|\bmariadb|\brequirepass|\bpass:)",
        pattern=r"(?:curl\b[^\n]{0,600}?\s(?:-u|--user|-U|--proxy-user)[ =]?|sshpass\s+-p\s*|(?:mysql|mariadb)[\w-]*\b"
        r"[^\n]{0,600}?\s-p|requirepass[ =]|pass:)(?P<secret>[^\s-]\S*)",
    ),
    _form(
        "url-login",
        "URLs of proxies, registries and arrays with user and password",
        trigger=r"://",
        pattern=r"://(?P<secret>[^\s/\"'<>:@]{0,200}:[^\s\"'<>]{0,1000}(?=@)|[^\s/\"'<>@]{1,200}(?=@))",
    ),
    _form(
        "bearer",
        "tokens in logged requests",
        trigger=r"\bbearer\s",
        pattern=r"bearer\s{1,4}(?P<secret>[\w.~+/=-]{8,})",
    ),
    _form(
        "basic",
        "logins in logged requests: base64, known by a character that words do not have",
        trigger=r"\bbasic\s",
        pattern=r"basic\s{1,4}(?P<secret>(?-i:(?=\S{0,999}[0-9A-Z+/=]))[A-Za-z0-9+/]{8,}={0,2})(?![\w-])",
    ),
    _form(
        "jwt",
        "service account tokens of Kubernetes",
        trigger=r"eyJ[\w-]{8}",
        pattern=r"(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)",
    ),
    _form(
        "docker-auth",
        "registry logins in docker and containerd configuration",
        trigger=r"\bauth[\\\"' \t:=]",
        pattern=r"auth\\{0,3}[\"']?\s{0,4}[:=]\s{0,4}\\{0,3}[\"'](?P<secret>[A-Za-z0-9+/=_-]{8,})",
    ),
    _form(
        "pem-base64",
        "keys in a kubeconfig",
        trigger=r"LS0tLS1CRUdJTi",
        pattern=r"(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/=]*)",
    ),
    _form(
        "crypt",
        "password hashes",
        trigger=r"\$(?:1|2[aby]|5|6|y)\$",
        pattern=r"(?P<secret>\$(?:1|2[aby]|5|6|y)\$[./\w$=,]{8,})",
    ),
    _form(
        "dh-chap",
        "NVMe in-band authentication",
        trigger=r"DHHC-1:",
        pattern=r"(?P<secret>DHHC-1:\d\d:[A-Za-z0-9+/=]+:?)",
    ),
    _form(
        "provider-key",
        "keys of cloud providers and code hosts, known by their beginning",
        trigger=r"(?:\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20}|\bglpat-[\w-]{16}|\bxox[abp]-[\w-]{10})",
        pattern=r"(?P<secret>[\w-]+)",
    ),
    _form(
        "url-signature",
        "signed URLs",
        trigger=r"[?&-]sig(?:nature)?=",
        pattern=r"[?&-]sig(?:nature)?=(?P<secret>[^\s&\"']+)",
    ),
)
