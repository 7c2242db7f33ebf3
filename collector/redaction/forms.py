"""Secrets that are known by what stands beside them: one table, with the reason for each form.

A form applies where its `trigger` begins (any case), when `before` matches the text to the left of it on that line and
`beside` is found anywhere on it; `pattern`, from there on, or `before`, finds the secret as the group `secret`.  All
triggers go into one hyperscan database; nothing is searched for twice, since a log may be suspicious in every line.
"""

from __future__ import annotations

from collector.redaction.commands import COMMANDS
from collector.redaction.shapes import SHAPES
from collector.redaction.values import (
    BARE,
    BETWEEN,
    BRACED,
    BYTES,
    ESCAPED,
    GO_VALUE,
    LIST,
    NOT_MASKED,
    QUOTED,
    WORD,
)
from collector.redaction.words import ESC, KEY, NAME, ODD, Kind, SecretForm, form

_NAME_OF = rf"(?:name|key){ESC}[\"']?\s{{0,4}}[:=]\s{{0,4}}{ESC}[\"']?[\w.-]{{0,80}}"
_VALUE_OF = (
    rf"{ESC}[\"']?value{ESC}[\"']?\s{{0,4}}[:=]\s{{0,4}}"
    rf"(?P<secret>{NOT_MASKED}(?:{ESCAPED}|{QUOTED}|(?:(?!,ValueFrom\b)[^\s\"'}}])+))"
)

FORMS: tuple[SecretForm, ...] = (
    form(
        "rest-session",
        "the driver logs the body of its login to the array, which holds user, password and session token",
        kind=Kind.ARRAY_LOGIN,
        trigger=r"(?:Request|Response) method: ",
        pattern=r"(?:Request|Response) method: [^\n]{0,300}?/(?:sessions|sec/login|tokens?)\b[^\n]{0,300}?\bbody: "
        r"(?P<secret>\S[^\n]*)",
    ),
    form(
        "authorization",
        "HTTP headers that carry a login, in logs of REST clients",
        kind=Kind.HTTP_LOGIN,
        trigger=r"authorization",
        pattern=rf"authorization{ESC}[\"']?{BETWEEN}(?P<secret>{NOT_MASKED}"
        rf"(?:(?:digest|oauth|aws4-hmac-sha256|signature)\s[^\n]*|{ESCAPED}|{QUOTED}|{LIST}|[^\s\"'\[\\][^\"'\]\n]*))",
    ),
    form(
        "cookie",
        "HTTP headers that carry a session",
        kind=Kind.COOKIE,
        trigger=r"cookie",
        pattern=rf"cookie\d?{ESC}[\"']?{BETWEEN}(?P<secret>{NOT_MASKED}"
        rf"(?:{ESCAPED}|{QUOTED}|{LIST}|[^\s\"'\[\\][^\"'\]\n]*))",
    ),
    form(
        "chap-setting",
        "iSCSI logins in iscsid.conf, also when commented out, and where open-iscsi tells that it changed them",
        kind=Kind.CHAP,
        trigger=r"auth\.(?:password|username)",
        pattern=rf"auth\.(?:password|username)(?:_in)?(?:[ \t]*[:=][ \t]*|', ?')(?P<secret>{NOT_MASKED}\S[^\n]*)",
    ),
    form(
        "chap-of-session",
        "iSCSI logins in the sessions that iscsiadm prints",
        kind=Kind.CHAP,
        trigger=r"(?:username|password)(?:_in)?:",
        before=r"\A[ \t]{2,}",
        pattern=rf"(?:username|password)(?:_in)?:[ \t]*(?P<secret>{NOT_MASKED}\S[^\n]*)",
    ),
    form(
        "setting-line",
        "configuration, also when commented out",
        before=r"\A[ \t]*[#;]?[ \t]*(?:export[ \t]+)?[\w.-]{0,80}",
        after=(":", "="),
        pattern=rf"{NAME}[ \t]*[:=][ \t]*(?P<secret>{NOT_MASKED}(?![|>][-+0-9]{{0,2}}\s*$)\S[^\n]*)",
    ),
    form(
        "double-quoted-setting",
        'settings quoted as a whole, such as Environment="KEY=VALUE" of a unit file',
        before=r"(?<!\\)\"[\w.-]{0,80}",
        after=("=",),
        quoted=True,
        pattern=rf"{NAME}=(?P<secret>{NOT_MASKED}(?:[^\"\\\n]|\\.)+)",
    ),
    form(
        "escaped-setting",
        "the same in JSON within a string",
        before=r"\\\"[\w.-]{0,80}",
        after=("=",),
        quoted=True,
        pattern=rf"{NAME}=(?P<secret>{NOT_MASKED}(?:[^\"\\\n]|\\++[^\"\\\n])+)",
    ),
    form(
        "single-quoted-setting",
        "the same in single quotes",
        before=r"'[\w.-]{0,80}",
        after=("=",),
        quoted=True,
        pattern=rf"{NAME}=(?P<secret>{NOT_MASKED}[^'\n]+)",
    ),
    form(
        "go-value",
        "Go prints maps and structs as key:value without quotes",
        after=(":",),
        pattern=rf"{NAME}:(?P<secret>{NOT_MASKED}(?![\s\"'\[\\]){GO_VALUE})",
    ),
    form(
        "json-setting",
        "a quoted name and a value in JSON, also in JSON within a string",
        after=('":', '"=', '"%', '"8'),
        pattern=rf"{NAME}{ESC}[\"']{BETWEEN}(?P<secret>{NOT_MASKED}(?:{ESCAPED}|{QUOTED}|{BYTES}|{LIST}|{BARE}))",
    ),
    form(
        "setting",
        "a name and a value in YAML, options, URLs, environment variables, prose in English and Chinese",
        after=(":", "=", "%", "8"),
        pattern=rf"{NAME}{BETWEEN}(?P<secret>{NOT_MASKED}(?![|>][-+0-9]{{0,2}}\s*$)"
        rf"(?:{ESCAPED}|{QUOTED}|{BYTES}|{LIST}|{BRACED}|{WORD}))",
    ),
    form(
        "named-value",
        "environment variables of a container as the kubelet, Kubernetes and cloud tools print them: name, then value",
        before=_NAME_OF,
        after=(",", '",'),
        pattern=rf"{KEY}[\w.-]{{0,40}}{ESC}[\"']?\s{{0,4}}[,;]?\s{{0,4}}{_VALUE_OF}",
    ),
    form(
        "named-value-below",
        "the same in YAML and folded JSON: the value on the next line",
        before=_NAME_OF,
        after=("$", '"$', ",$", '",$'),
        lines=2,
        pattern=rf"{KEY}[\w.-]{{0,40}}[\"']?,?[ \t]*\r?\n(?:[^\n]{{0,160}}?\s)?{_VALUE_OF}",
    ),
    form(
        "odd-quotes",
        "JSON whose quotes were escaped for HTML, JavaScript or a URL",
        after=("&:", "&=", "&%"),
        pattern=rf"{NAME}{ODD}(?:\s|%20){{0,4}}(?:[:=]|%(?:25){{0,3}}3[ad])(?:\s|%20){{0,4}}"
        rf"(?P<odd>{ODD})(?P<secret>{NOT_MASKED}(?:(?!(?P=odd))[^\n])+)",
    ),
    form(
        "table",
        "tables of tools: a row with a name and a value",
        after=("|",),
        before=r"\|\s*[\w.-]{0,60}",
        pattern=rf"{NAME}\s*+\|\s*+(?P<secret>{NOT_MASKED}[^|\n]*[^|\s])",
    ),
    form(
        "quoted-word",
        "messages that name a password in quotes, and passwords that are told in prose",
        kind=Kind.PASSWORD,
        trigger=r"(?:passw(?:or)?d|passphrase|identified\s+by)",
        pattern=r"(?:passw(?:or)?d|passphrase|identified\s+by)(?: is| of| for [\w.@-]{1,60}(?: is)?)?[\s(]{1,4}"
        r"(?P<secret>\"[^\"\n]+\"|'[^'\n]+'|\[[^\s\[\]]{6,}\]|(?<=is )(?=\S{0,60}\d)\S{6,})",
    ),
    form(
        "netrc",
        "files of logins: machine, login, password",
        kind=Kind.PASSWORD,
        trigger=r"\blogin\s",
        pattern=r"login\s{1,4}\S{1,100}\s{1,4}password\s{1,4}(?P<secret>\S+)",
    ),
    form(
        "element",
        "XML",
        before=r"<[\w.:-]{0,60}",
        after=(">",),
        pattern=rf"{KEY}[\w.:-]{{0,40}}>(?P<secret>[^<\n]+)",
    ),
    form(
        "user",
        "names of users in CHAP settings and in REST bodies",
        kind=Kind.USER,
        trigger=r"(?:username|chapname)",
        pattern=rf"(?:username|chapname)(?:_in)?{ESC}[\"']?[ \t]*[:=][ \t]*"
        rf"(?P<secret>{NOT_MASKED}(?:{ESCAPED}|{QUOTED}|{WORD}))",
    ),
    form(
        "community",
        "SNMP communities are passwords",
        kind=Kind.COMMUNITY,
        trigger=r"community",
        pattern=rf"community6?(?:{ESC}[\"']?{BETWEEN}|(?<=r[ow]community)[ \t]+)"
        rf"(?P<secret>{NOT_MASKED}(?:{ESCAPED}|{QUOTED}|{BARE}))",
    ),
    form(
        "community-map",
        "snmpd.conf: com2sec NAME SOURCE COMMUNITY; createUser NAME SHA PASSPHRASE AES PASSPHRASE",
        kind=Kind.COMMUNITY,
        trigger=r"(?:com2sec6?|createUser)\s",
        pattern=r"(?:com2sec6?\s+(?:-Cn\s+\S+\s+)?\S+\s+\S+\s+|createUser\s+(?:-e\s+\S+\s+)?\S+\s+\S+\s+)(?P<secret>\S[^\n]*)",
    ),
    form(
        "secret-object",
        "a Secret of Kubernetes as JSON, such as what kubectl remembers to have applied; its keys have any name",
        kind=Kind.SECRET_OBJECT,
        trigger=r"\b(?:data|stringData)[\\\"]{1,16}\s{0,4}:\s{0,4}\{",
        beside=rf"\bkind{ESC}\"\s{{0,4}}:\s{{0,4}}{ESC}\"Secret{ESC}\"",
        quoted=True,
        pattern=rf"(?:data|stringData){ESC}\"\s{{0,4}}:\s{{0,4}}\{{(?P<secret>[^\}}\n]*)",
    ),
    form(
        "url-login",
        "URLs of proxies, registries and arrays with user and password, also with slashes and colons in their escapes",
        kind=Kind.URL_LOGIN,
        trigger=r"(?::|%3a)(?:/|\\/|%2f|\\u002f){2}",
        beside=r"@|%40",
        pattern=r"(?::|%3a)(?:/|\\/|%2f|\\u002f){2}(?P<secret>[^\s/\"'<>:@]{0,200}(?::|%3a)[^\s\"'<>]{0,1000}(?=@|%40)"
        r"|[^\s/\"'<>@]{1,200}(?=@|%40))",
    ),
    form(
        "login-at",
        "user:password@host without the beginning of a URL, as in the data source names of databases",
        kind=Kind.URL_LOGIN,
        trigger=r"@(?:(?:tcp|unix)\(|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d)",
        before=r"(?:\A|[\s\"'=(\[,])[\w.-]{1,64}:(?P<secret>[^\s@\"'/]{3,100})",
        pattern=r"@",
    ),
    form(
        "bearer",
        "tokens in logged requests",
        kind=Kind.HTTP_LOGIN,
        trigger=r"\bbearer(?:\s|%20|:|=)",
        pattern=r"bearer(?:\s|%20|:|=){1,4}(?P<secret>[\w.~+/=-]{8,})",
    ),
    form(
        "basic",
        "logins in logged requests: base64, known by a character that words do not have",
        kind=Kind.HTTP_LOGIN,
        trigger=r"\bbasic(?:\s|%20)",
        pattern=r"basic(?:\s|%20){1,4}(?P<secret>(?-i:(?=\S{0,999}[0-9A-Z+/=]))[A-Za-z0-9+/]{8,}={0,2})(?![\w-])",
    ),
    form(
        "registry-auth",
        "registry logins in docker and containerd configuration",
        kind=Kind.REGISTRY_LOGIN,
        trigger=r"\bauth[\\\"' \t:=]",
        pattern=r"auth\\{0,15}[\"']?\s{0,4}[:=]\s{0,4}\\{0,15}[\"']?(?P<secret>[A-Za-z0-9+/=_-]{12,})",
    ),
    form(
        "url-signature",
        "signed URLs",
        kind=Kind.URL_SIGNATURE,
        trigger=r"(?:[?&;-]|u0026|%26)sig(?:nature)?(?:=|%3d)",
        pattern=r"(?:[?&;-]|u0026|%26)sig(?:nature)?(?:=|%3d)(?P<secret>(?:(?!%26)[^\s&\"'\\])+)",
    ),
    form(
        "table-key",
        "the key in a device-mapper table of an encrypted disk",
        kind=Kind.DISK_KEY,
        trigger=r"\bcrypt\s[a-z0-9:_()-]{1,60}\s",
        pattern=r"crypt\s[a-z0-9:_()-]{1,60}\s(?!0+\s)(?P<secret>[0-9a-f]{32,256})(?=\s)",
    ),
    *COMMANDS,
    *SHAPES,
)
