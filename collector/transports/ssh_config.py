"""`~/.ssh/config` and the command line's options -> the hops that lead to a node.

Input    a node's name and address, and OpenSSH client configuration, read as ssh_config(5) says: Host, Match, Include,
         HostName, Port, User, IdentityFile, IdentitiesOnly, ProxyJump, UserKnownHostsFile, GlobalKnownHostsFile,
         HostKeyAlias, ConnectTimeout.
Output   `Hop`s, jump hosts first, the node itself last.
Errors   ConfigError for what cannot be read or done: ProxyCommand, a jump that leads back to itself, a bad host name.
         StrictHostKeyChecking is not read: host keys are always checked.
"""

from __future__ import annotations

import getpass
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

from collector.errors import UserError
from collector.transports.addresses import is_host, is_user
from collector.transports.known_hosts import entry_name

Settings = Mapping[str, Any]

DEFAULT_CONFIG = (Path("~/.ssh/config"), Path("/etc/ssh/ssh_config"))
DEFAULT_KNOWN_HOSTS = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2", "/etc/ssh/ssh_known_hosts")
DEFAULT_KEYS = ("~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa")
JUMP = re.compile(
    r"(?:(?P<user>[^@\s]+)@)?(?:\[(?P<v6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\s\[\]]+))(?::(?P<port>\d{1,5}))?\Z"
)
CONNECT_TIMEOUT_S = 10
MOST_HOPS = 8
MOST_INCLUDES = 16


class ConfigError(UserError):
    """One sentence about what in the SSH configuration stands in the way."""


@dataclass(frozen=True, slots=True)
class SshOptions:
    """The command line's words that hold for every hop; None leaves the question to the configuration."""

    identity: Path | None = None
    known_hosts: Path | None = None
    config: paramiko.SSHConfig = field(default_factory=paramiko.SSHConfig)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A host as someone named it; None leaves the question to the configuration."""

    name: str
    address: str | None = None
    port: int | None = None
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One SSH server on the way."""

    names: tuple[str, ...]  # for known_hosts: what we connect to first, then what the user calls it
    host: str
    port: int
    user: str
    identities: tuple[Path, ...]
    own_identities: bool  # named by the user, not OpenSSH's defaults
    agent: bool
    known_hosts: tuple[Path, ...]
    connect_timeout_s: float

    @property
    def label(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}" + ("" if self.port == 22 else f" port {self.port}")


def read_config(path: Path | None) -> paramiko.SSHConfig:
    """One file when the user named it, else the user's and the machine's, as ssh(1) does."""
    files = (path,) if path else tuple(file.expanduser() for file in DEFAULT_CONFIG)
    if path and not path.is_file():
        raise ConfigError(f"{path}: there is no such SSH configuration; give a file that can be read to --ssh-config")
    lines = [line for file in files if path or file.is_file() for line in ("Host *", *_lines(file, file.parent, 0))]
    try:
        return paramiko.SSHConfig.from_text("\n".join(lines) + "\n")
    except paramiko.ConfigParseError as error:
        raise ConfigError(
            f"{files[0]}: {error}; correct the SSH configuration, or name another with --ssh-config"
        ) from error


def route(node: Wanted, options: SshOptions) -> tuple[Hop, ...]:
    """The hops to a node; the address, port and user it was named with win over the configuration."""
    return tuple(_route(node, options, MOST_HOPS))


def has_host_name(name: str, options: SshOptions) -> bool:
    """The user's configuration leads this name somewhere else."""
    return _word(_settings(Wanted(name), options.config), "hostname") not in ("", name)


def _route(wanted: Wanted, options: SshOptions, left: int) -> Iterator[Hop]:
    if not left:
        raise ConfigError(f"{wanted.name}: ProxyJump leads in a circle; correct the SSH configuration")
    settings = _settings(wanted, options.config)
    for jump in _jumps(wanted.name, settings):
        yield from _route(jump, options, left - 1)
    yield _hop(wanted, settings, options)


def _hop(wanted: Wanted, settings: Settings, options: SshOptions) -> Hop:
    host = wanted.address or _word(settings, "hostname") or wanted.name
    user = wanted.user or _word(settings, "user") or getpass.getuser()
    if not is_host(host) or not is_user(user):
        raise ConfigError(f"{wanted.name}: not a host and user that can be asked for: {user!r} at {host!r}")
    port = wanted.port or _number(settings, "port", 22)
    names = (_word(settings, "hostkeyalias") or host, wanted.name)
    own = (options.identity,) if options.identity else _paths(settings, "identityfile", ())
    return Hop(
        names=tuple(dict.fromkeys(entry_name(name, port) for name in names)),
        host=host,
        port=port,
        user=user,
        identities=own or tuple(Path(path).expanduser() for path in DEFAULT_KEYS),
        own_identities=bool(own),
        agent=_word(settings, "identitiesonly").lower() != "yes" or not own,
        known_hosts=(options.known_hosts,) if options.known_hosts else _known_hosts(settings),
        connect_timeout_s=float(_number(settings, "connecttimeout", CONNECT_TIMEOUT_S)),
    )


def _settings(wanted: Wanted, config: paramiko.SSHConfig) -> Settings:
    """What is configured for the node's name, then for its address."""
    shown = [wanted.name, *([wanted.address] if wanted.address else [])]
    found: Settings = {}
    for host in shown:
        try:
            looked_up = config.lookup(host)
        except (paramiko.ConfigParseError, paramiko.CouldNotCanonicalize, ImportError) as error:
            raise ConfigError(f"{wanted.name}: the SSH configuration cannot be used: {error}") from error
        found = {**looked_up, **found}
    return found


def _jumps(name: str, settings: Settings) -> tuple[Wanted, ...]:
    words = _word(settings, "proxyjump")
    if _word(settings, "proxycommand") and not words:
        raise ConfigError(f"{name}: ProxyCommand is not supported; write the jump host as ProxyJump")
    if not words or words.lower() == "none":
        return ()
    jumps = tuple(_jump(name, word.strip()) for word in words.split(","))
    return () if any(jump.name == name for jump in jumps) else jumps  # `Host *` names the jump host for itself too


def _jump(name: str, word: str) -> Wanted:
    found = JUMP.match(word.removeprefix("ssh://"))
    host = found and (found["v6"] or found["host"])
    if not found or not host or not is_host(host):
        raise ConfigError(f"{name}: not a jump host: {word!r}; ProxyJump takes [user@]host[:port]")
    return Wanted(host, port=int(found["port"]) if found["port"] else None, user=found["user"])


def _known_hosts(settings: Settings) -> tuple[Path, ...]:
    user = _paths(settings, "userknownhostsfile", DEFAULT_KNOWN_HOSTS[:2])
    return (*user, *_paths(settings, "globalknownhostsfile", DEFAULT_KNOWN_HOSTS[2:]))


def _paths(settings: Settings, key: str, default: tuple[str, ...]) -> tuple[Path, ...]:
    value = settings.get(key)
    words = value if isinstance(value, list) else shlex.split(value) if value else default
    return tuple(Path(word).expanduser() for word in words if word.lower() != "none")


def _word(settings: Settings, key: str) -> str:
    value = settings.get(key)
    return value if isinstance(value, str) else ""


def _number(settings: Settings, key: str, default: int) -> int:
    word = _word(settings, key)
    if word and not word.isdigit():
        raise ConfigError(f"the SSH configuration gives {key} the value {word!r}, which is not a number")
    return int(word) if word else default


def _lines(file: Path, folder: Path, depth: int) -> list[str]:
    """A file's lines with each Include replaced; after it the block it stands in goes on."""
    lines, block = [], "Host *"
    try:
        text = file.read_text(errors="replace")
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from error
    for line in text.splitlines():
        word, _, value = line.strip().replace("=", " ", 1).partition(" ")
        if word.lower() in ("host", "match"):
            block = line
        if word.lower() != "include":
            lines.append(line)
            continue
        for included in _included(value, folder) if depth < MOST_INCLUDES else ():
            lines += _lines(included, folder, depth + 1)
        lines.append(block)
    return lines


def _included(patterns: str, folder: Path) -> list[Path]:
    found: list[Path] = []
    for pattern in shlex.split(patterns):
        path = Path(pattern).expanduser()
        anchor = Path(path.anchor) if path.is_absolute() else folder
        found += sorted(anchor.glob(str(path.relative_to(anchor) if path.is_absolute() else path)))
    return [path for path in found if path.is_file()]
