"""What a secret looks like: one table, a trigger and a pattern each, with the reason it is here.

`trigger` says where a line must be looked at (any case); `pattern` then finds the secret, as the group `secret`.
`KEY_WORDS` are names of settings whose value is a secret wherever a name and a value meet: configuration, JSON, Go
maps, headers, command lines, URLs.  A value that says it is none (`<empty>`, `***`, null) stays as it is.
Lengths before an anchor are bounded, so that a line of many megabytes costs no more than its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

KEY_WORDS = (
    r"passw(?:or)?d|passphrase|passcode|pwd|secret|token|credentials?|(?:api|access|private|account|encryption)[_-]?key"
    r"|key-data|ismsession|j?sessionid|authenticator"
)
_NOT_MASKED = r"(?!<empty>|<nil>|null\b|nil\b|\*{3,}(?=[\s\"',;\]})]|$)|\"\"|''|\[redacted\])"
_QUOTED = r"\"(?:[^\"\\\n]|\\.)*\"?|'[^'\n]*'?"
_ESCAPED = r"\\+\"(?:[^\"\\\n]|\\{2,}\"?|\\[^\"\n])*(?:\\\")?"
_LIST = r"\[[^\]\n]*\]?"
_WORD = r"[^\s\"'\[{\\]\S*"
# A Go map or struct ends a value before the next `key:` or the bracket that closes it; the value may hold blanks.
_GO_VALUE = r"(?:(?![\]})]+(?:[\s,;\"'\]})]|$)| [\w.-]{1,60}:)[^\n])+"


@dataclass(frozen=True, slots=True)
class SecretForm:
    name: str
    reason: str
    trigger: str
    pattern: re.Pattern[bytes]


def _form(name: str, reason: str, trigger: str, pattern: str) -> SecretForm:
    return SecretForm(name, reason, trigger, re.compile(pattern.encode(), re.IGNORECASE | re.MULTILINE))


FORMS: tuple[SecretForm, ...] = (
    _form(
        "rest-session",
        "the driver logs the body of its login to the array, which holds user, password and session token",
        r"/sessions",
        r"(?:Request|Response) method: [^\n]{0,400}?/sessions\b[^\n]{0,400}?\bbody: (?P<secret>\S[^\n]*)",
    ),
    _form(
        "authorization",
        "HTTP headers that carry a login, in logs of REST clients",
        r"authorization|cookie",
        r"(?:authorization|cookie)\d?\\{0,3}[\"']?\s{0,4}[:=]\s{0,4}"
        rf"(?P<secret>{_NOT_MASKED}(?:{_ESCAPED}|{_QUOTED}|{_LIST}|[^\s\"'\[][^\"'\]\n]*))",
    ),
    _form(
        "setting-line",
        "configuration, such as node.session.auth.password of iscsid.conf, also when commented out",
        KEY_WORDS,
        rf"^[ \t]*[#;]?[ \t]*(?:export[ \t]+)?[\w.-]{{0,80}}?(?:{KEY_WORDS})[\w.-]{{0,40}}[ \t]*[:=][ \t]*"
        rf"(?P<secret>{_NOT_MASKED}\S[^\n]*)",
    ),
    _form(
        "quoted-setting",
        'settings quoted as a whole, such as Environment="KEY=VALUE" of a unit file',
        KEY_WORDS,
        rf"(?P<quote>[\"'])[\w.-]{{0,80}}?(?:{KEY_WORDS})[\w.-]{{0,40}}=(?P<secret>{_NOT_MASKED}(?:(?!(?P=quote))[^\n])+)",
    ),
    _form(
        "go-value",
        "Go prints maps and structs as key:value without quotes",
        KEY_WORDS,
        rf"(?:{KEY_WORDS})[\w.-]{{0,40}}:(?P<secret>{_NOT_MASKED}(?![\s\"'\[\\]){_GO_VALUE})",
    ),
    _form(
        "setting",
        "a name and a value in JSON, YAML, options, URLs, environment variables",
        KEY_WORDS,
        rf"(?:{KEY_WORDS})[\w.-]{{0,40}}\\{{0,3}}[\"']?\s{{0,4}}(?:=>|[:=]|%3[ad])\s{{0,4}}"
        rf"(?P<secret>{_NOT_MASKED}(?:{_ESCAPED}|{_QUOTED}|{_LIST}|{_WORD}))",
    ),
    _form(
        "argument",
        "command lines in process lists and logs",
        KEY_WORDS,
        rf"--?[\w-]{{0,40}}(?:{KEY_WORDS})[\w-]{{0,20}}[ \t]+(?P<secret>(?!-){_NOT_MASKED}(?:{_QUOTED}|{_WORD}))",
    ),
    _form(
        "quoted-word",
        "messages that name a password in quotes",
        r"passw(?:or)?d|passphrase",
        r"(?:passw(?:or)?d|passphrase)(?: is| of)?\s{1,4}(?P<secret>\"[^\"\n]+\"|'[^'\n]+')",
    ),
    _form(
        "element",
        "XML",
        r"</[\w:-]{0,40}(?:password|secret|token)",
        r"<[\w:-]{0,40}(?:password|passwd|secret|token)[\w:-]{0,40}>(?P<secret>[^<\n]+)",
    ),
    _form(
        "chap-user",
        "CHAP user names in iscsid.conf and in the sessions that iscsiadm prints; logins in REST bodies",
        r"username",
        r"username(?:_in)?\\{0,3}[\"']?[ \t]*[:=][ \t]*"
        rf"(?P<secret>{_NOT_MASKED}(?:{_ESCAPED}|{_QUOTED}|{_WORD}))",
    ),
    _form(
        "iscsiadm-value",
        "iscsiadm sets CHAP secrets with -n node.session.auth… -v VALUE",
        r"\.auth\.",
        r"iscsiadm\b[^\n]{0,600}?\s(?:-v|--value)[ =](?P<secret>\S+)",
    ),
    _form(
        "login-argument",
        "tools that take a login on the command line",
        r"\bcurl\b|\bsshpass\b|\bmysql|\bmariadb|\brequirepass|\bpass:|\bwget\b",
        r"(?:\bcurl\b[^\n]{0,600}?\s(?:-u|--user|-U|--proxy-user)[ =]?|\bsshpass\s+-p\s*|\b(?:mysql|mariadb)[\w-]*\b"
        r"[^\n]{0,600}?\s-p|requirepass[ =]|\bpass:)(?P<secret>[^\s-]\S*)",
    ),
    _form(
        "url-login",
        "URLs of proxies, registries and arrays with user and password",
        r"://[^\s/]*@|://[^\s/]+:[^\s]*@",
        r"://(?P<secret>[^\s/\"'<>:@]*:[^\s\"'<>]*(?=@)|[^\s/\"'<>@]+(?=@))",
    ),
    _form("bearer", "tokens in logged requests", r"bearer\s", r"\bbearer\s{1,4}(?P<secret>[\w.~+/=-]{8,})"),
    _form(
        "basic",
        "logins in logged requests",
        r"basic\s",
        r"\bbasic\s{1,4}(?P<secret>(?-i:(?=\S*[0-9A-Z+/=]))[A-Za-z0-9+/]{8,}={0,2})(?![\w-])",
    ),
    _form(
        "jwt",
        "service account tokens of Kubernetes",
        r"eyJ[\w-]{8,}\.",
        r"(?P<secret>eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?)",
    ),
    _form(
        "docker-auth",
        "registry logins in docker and containerd configuration",
        r"auth\\{0,3}[\"']?\s{0,4}[:=]",
        r"\bauth\\{0,3}[\"']?\s{0,4}[:=]\s{0,4}\\{0,3}[\"'](?P<secret>[A-Za-z0-9+/=_-]{8,})",
    ),
    _form("pem-base64", "keys in a kubeconfig", r"LS0tLS1CRUdJTi", r"(?P<secret>LS0tLS1CRUdJTi[A-Za-z0-9+/=]*)"),
    _form("crypt", "password hashes", r"\$(?:1|2[aby]|5|6|y)\$", r"(?P<secret>\$(?:1|2[aby]|5|6|y)\$[./\w$=,]{8,})"),
    _form("dh-chap", "NVMe in-band authentication", r"DHHC-1:", r"(?P<secret>DHHC-1:\d\d:[A-Za-z0-9+/=]+:?)"),
    _form(
        "provider-key",
        "keys of cloud providers and code hosts, known by their beginning",
        r"(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20}|glpat-[\w-]{16}|xox[abp]-",
        r"(?P<secret>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abp]-[\w-]{10,})",
    ),
    _form("url-signature", "signed URLs", r"sig(?:nature)?=", r"[?&-]sig(?:nature)?=(?P<secret>[^\s&\"']+)"),
)
