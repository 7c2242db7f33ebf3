"""Secrets on command lines, as process lists, unit files and logs show them: part of the table of `secret_forms`."""

from __future__ import annotations

from collector.redaction.values import ESCAPED, NOT_MASKED, QUOTED, WORD
from collector.redaction.words import ESC, NAME, Kind, SecretForm, form

_TOOLS = (
    r"\b(?:curl|wget|sshpass|mysql|mariadb|redis-cli|mongo|ldap(?:search|modify|add|whoami|passwd)|ipmitool|snmp(?:get|"
    r"walk|set|bulkwalk|trap)|smbclient|docker|podman|nerdctl|helm|crictl|ctr|skopeo|oras|useradd|usermod|htpasswd)"
)
_LOGIN_OPTION = (
    r"(?:curl\b[^\n]{0,600}?\s(?:-u|--user|-U|--proxy-user)[ =]?"
    r"|sshpass\s+-p\s*"
    r"|(?:mysql|mariadb)[\w-]*\b[^\n]{0,600}?\s-p"
    r"|redis-cli\b[^\n]{0,300}?\s-a\s+"
    r"|(?:mongo\w*|docker|podman|nerdctl|helm|oras|user(?:add|mod))\b[^\n]{0,600}?\s-p\s+"
    r"|ldap\w+\b[^\n]{0,600}?\s-w\s*"
    r"|ipmitool\b[^\n]{0,300}?\s-P\s*"
    r"|(?:ctr|nerdctl)\b[^\n]{0,300}?\s(?:-u|--user)[ =]"
    r"|(?:crictl|skopeo|podman)\b[^\n]{0,300}?\s--(?:\w+-)?creds[ =]"
    r"|smbclient\b[^\n]{0,300}?\s-U\s*[^\s%]+%"
    r"|htpasswd\b[^\n]{0,200}?\s-\w*b\w*\s+\S+\s+\S+\s+)"
)
_SIGNED_IN = (
    r"(?:sudo\s[^|\n]{0,40}?)?(?:cryptsetup|chpasswd|passwd|sudo|kinit|docker|podman|iscsiadm|openssl|smbclient)\b"
)

COMMANDS: tuple[SecretForm, ...] = (
    form(
        "iscsiadm-value",
        "iscsiadm sets CHAP secrets with -n node.session.auth.password -v VALUE",
        kind=Kind.CHAP,
        trigger=r"\biscsiadm\s",
        pattern=r"iscsiadm(?=[^\n]{0,600}\.auth\.)[^\n]{0,600}?\s(?:-v|--value)[ =]"
        rf"(?P<secret>{QUOTED}|\S+)",
    ),
    form(
        "argument",
        "command lines in process lists and logs",
        before=r"(?<![\w-])--?[\w.-]{0,60}",
        after=("", '"', ",", '",', ":", "=", "%", "8"),
        pattern=rf"{NAME}{ESC}[\"']?,?[ \t]+{ESC}(?P<secret>(?!-){NOT_MASKED}(?:{QUOTED}|{WORD}))",
    ),
    form(
        "continued",
        "command lines that go on: a name at the end of a line, its value on the next",
        after=("$", "=$"),
        lines=2,
        pattern=rf"{NAME}[= \t]*\\\r?\n(?:[^\n]{{0,200}}[ \t]{{2}}|[ \t]+)"
        rf"(?P<secret>{NOT_MASKED}(?:{QUOTED}|[^\s\"'-]\S*))",
    ),
    form(
        "login-argument",
        "tools that take a login on the command line",
        kind=Kind.PASSWORD,
        trigger=_TOOLS,
        pattern=rf"{_LOGIN_OPTION}(?P<secret>{QUOTED}|[^\s-]\S*)",
    ),
    form(
        "proxy-user",
        "the login at a proxy, beside that at the server",
        kind=Kind.PASSWORD,
        trigger=r"--proxy-user",
        pattern=r"--proxy-user[ =](?P<secret>\S+)",
    ),
    form(
        "community-argument",
        "SNMP tools take communities and passphrases on the command line",
        kind=Kind.COMMUNITY,
        trigger=r"\bsnmp\w+\s",
        pattern=r"snmp\w+\s[^\n]{0,300}?(?-i:\s-[cAX])\s*(?P<secret>[^\s-]\S*(?:[^\n]{0,200}(?-i:\s-[cAX])\s*\S+)?)",
    ),
    form(
        "piped",
        "passwords that are echoed into a tool: cryptsetup, chpasswd, sudo",
        kind=Kind.PASSWORD,
        trigger=r"\b(?:echo|printf)\s",
        pattern=r"(?:echo|printf)\s+(?:-\w+\s+)?(?:[\"']?%s(?:\\n)?[\"']?\s+)?"
        rf"(?P<secret>{QUOTED}|\S[^|\n]{{0,200}}?)\s*\|\s*{_SIGNED_IN}",
    ),
    form(
        "here-string",
        "passwords in a here-string of a tool",
        kind=Kind.PASSWORD,
        trigger=r"<<<",
        before=rf"{_SIGNED_IN}[^\n]{{0,120}}?",
        pattern=rf"<<<\s*(?P<secret>{QUOTED}|\S+)",
    ),
    form(
        "literal",
        "kubectl create secret",
        kind=Kind.SECRET_OBJECT,
        trigger=r"--from-literal",
        pattern=rf"--from-literal[= ]{ESC}[\"']?[\w.-]+=(?P<secret>{ESCAPED}|{QUOTED}|\S+)",
    ),
)
