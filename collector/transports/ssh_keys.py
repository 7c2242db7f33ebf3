"""Logging in with the user's keys: files named for the host, then the agent's, then the usual files.

Input    an SSH connection whose host key was checked, and the hop.
Output   nothing; the connection is authenticated.
Errors   TransportError(denied) that says which keys were tried and which could not be opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.pkey import UnknownKeyType

from bundle.capture import Status
from collector.sentences import printable
from collector.transports import Deadline, TransportError
from collector.transports.ssh_config import Hop


@dataclass(slots=True)
class _Tried:
    """What the sentence will tell when no key opens the door."""

    refused: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)


def authenticate(connection: paramiko.Transport, hop: Hop, deadline: Deadline) -> None:
    tried = _Tried()
    agent = paramiko.Agent()
    try:
        for label, key in _keys(hop, agent, tried):
            deadline.check(f"logging in to {hop.label}")
            if _accepted(connection, hop, key, tried, label):
                return
    finally:
        agent.close()
    raise TransportError(Status.DENIED, _refusal(hop, tried))


def _keys(hop: Hop, agent: paramiko.Agent, tried: _Tried) -> Iterator[tuple[str, paramiko.PKey]]:
    held = agent.get_keys()
    files = [(str(path), key) for path in hop.identities for key in _file_key(path, hop, held, tried)]
    if hop.own_identities:
        yield from files
    if hop.agent:
        done = {key.asbytes() for _, key in files} if hop.own_identities else set()
        yield from ((f"agent key {key.fingerprint}", key) for key in held if key.asbytes() not in done)
    if not hop.own_identities:
        yield from files


def _file_key(
    path: Path, hop: Hop, held: tuple[paramiko.AgentKey, ...], tried: _Tried
) -> Iterator[paramiko.PKey | paramiko.AgentKey]:
    """The file's key, or the agent's key of that name when the file is locked; nothing when there is no such file."""
    in_agent = _agent_key(path, held)
    if in_agent is not None:
        yield in_agent
        return
    try:
        yield paramiko.PKey.from_path(path)
    except FileNotFoundError:
        if hop.own_identities:
            tried.unusable.append(f"{path} does not exist")
    except (TypeError, paramiko.PasswordRequiredException):  # the crypto library says "not given" as a TypeError
        tried.unusable.append(f"{path} is encrypted: unlock it with `ssh-add {path}` first")
    except (OSError, ValueError, paramiko.SSHException, UnknownKeyType) as error:
        tried.unusable.append(f"{path} cannot be used: {printable(str(error))}")


def _agent_key(path: Path, held: tuple[paramiko.AgentKey, ...]) -> paramiko.AgentKey | None:
    public = path if path.suffix == ".pub" else path.with_name(path.name + ".pub")
    try:
        words = public.read_text().split()
    except (OSError, UnicodeDecodeError):
        return None
    return next((key for key in held if len(words) > 1 and key.get_base64() == words[1]), None)


def _accepted(connection: paramiko.Transport, hop: Hop, key: paramiko.PKey, tried: _Tried, label: str) -> bool:
    try:
        more = connection.auth_publickey(hop.user, key)
    except paramiko.BadAuthenticationType as error:
        kinds = ", ".join(error.allowed_types)
        raise TransportError(
            Status.DENIED, f"{hop.label} takes no keys, only {printable(kinds)}; allow one there"
        ) from error
    except paramiko.AuthenticationException:
        if not connection.is_active():  # too many keys for its taste, or it went away
            raise TransportError(
                Status.DENIED, f"{hop.label} hung up while keys were tried; name one with --identity"
            ) from None
        tried.refused.append(label)
        return False
    if more:
        kinds = printable(", ".join(more))
        raise TransportError(
            Status.DENIED, f"{hop.label} wants more than the key: {kinds}; use an account that needs none"
        )
    return True


def _refusal(hop: Hop, tried: _Tried) -> str:
    unusable = "; ".join(tried.unusable)
    if not tried.refused:
        said = f"no key to log in to {hop.label} with; name one with --identity or load it with ssh-add"
    else:
        said = (
            f"{hop.label} refused the key ({', '.join(tried.refused)}); check --user and --identity, "
            "and authorized_keys on the node"
        )
    return f"{said}; {unusable}" if unusable else said
