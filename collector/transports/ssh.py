"""SSH: one connection and one shell per node, host keys always checked.

Input    the hops to a node (`collector.transports.ssh_config`), a program.
Output   a stream of the program's standard output, read from `sh -s` in one session of one connection.
Errors   TransportError: unreachable, denied (keys), timeout; each names the hop and what to do.
Source   RFC 4252-4254; paramiko.  Agent, key files and certificates are tried; passwords are not.
"""

from __future__ import annotations

import contextlib
import shlex
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import paramiko

from bundle.capture import Status
from collector.sentences import printable
from collector.transports import Deadline, Installed, Running, Sudo, TransportError
from collector.transports.elevation import start_program
from collector.transports.known_hosts import KnownHosts, Verdict, line_of
from collector.transports.session import TICK_S
from collector.transports.ssh_config import Hop
from collector.transports.ssh_keys import authenticate

BANNER_TIMEOUT_S = 15.0
AUTH_TIMEOUT_S = 20.0
CHANNEL_TIMEOUT_S = 15.0
KEEPALIVE_S = 15
WINDOW_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SshTransport:
    name: str
    hops: tuple[Hop, ...]  # jump hosts first
    sudo: Sudo | Installed | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    kind: str = "ssh"

    @property
    def address(self) -> str:
        return self.hops[-1].host

    @contextlib.contextmanager
    def run(self, program: str, *, deadline_s: float) -> Iterator[Running]:
        deadline = Deadline(deadline_s, self.cancelled)
        with contextlib.ExitStack() as open_things:
            connection = self._connect(deadline, open_things)
            start = partial(_Remote, connection, deadline=deadline)
            session, note = start_program(start, program, self.sudo, deadline)
            open_things.callback(session.close)
            yield Running(session.answer(deadline), note)

    def _connect(self, deadline: Deadline, open_things: contextlib.ExitStack) -> paramiko.Transport:
        through: paramiko.Transport | None = None
        for hop in self.hops:
            deadline.check(f"connecting to {hop.label}")
            with _told_as_transport_errors(hop):
                through = _open_hop(hop, through, deadline, open_things)
        if through is None:
            raise TransportError(Status.FAILED, f"{self.name}: no way to the node is known")
        return through


def _open_hop(
    hop: Hop, through: paramiko.Transport | None, deadline: Deadline, open_things: contextlib.ExitStack
) -> paramiko.Transport:
    connect_s = deadline.left(hop.connect_timeout_s)
    wire: socket.socket | paramiko.Channel
    if through is None:
        wire = socket.create_connection((hop.host, hop.port), timeout=connect_s)
    else:
        wire = through.open_channel("direct-tcpip", (hop.host, hop.port), ("127.0.0.1", 0), timeout=connect_s)
    open_things.callback(wire.close)
    connection = paramiko.Transport(wire, default_window_size=WINDOW_BYTES)
    open_things.callback(connection.close)
    connection.banner_timeout = deadline.left(BANNER_TIMEOUT_S)
    connection.handshake_timeout = deadline.left(BANNER_TIMEOUT_S)
    connection.auth_timeout = deadline.left(AUTH_TIMEOUT_S)
    known = KnownHosts(hop.known_hosts)
    _prefer_known_key_types(connection, known.key_types(*hop.names))
    connection.start_client()
    _check_host_key(hop, known, connection.get_remote_server_key())
    authenticate(connection, hop, deadline)
    connection.set_keepalive(KEEPALIVE_S)
    return connection


def _prefer_known_key_types(connection: paramiko.Transport, known: tuple[str, ...]) -> None:
    """Ask first for the key we can check: a host has several, and known_hosts often holds only one."""
    wanted = [name for kind in known for name in (("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,))]
    options = connection.get_security_options()
    first = [name for name in wanted if name in options.key_types]
    options.key_types = [*first, *(name for name in options.key_types if name not in first)]


def _check_host_key(hop: Hop, known: KnownHosts, key: paramiko.PKey) -> None:
    verdict = known.judge(key, *hop.names)
    if verdict is Verdict.TRUSTED:
        return
    shown = f"{key.get_name()} {key.fingerprint}"
    name, file = known.where(*hop.names) or (hop.names[0], Path("known_hosts"))
    if verdict is Verdict.REVOKED:
        sentence = f"{hop.label} shows the host key {shown}, which is marked as revoked; do not trust this host"
    elif verdict is Verdict.CHANGED:
        sentence = (
            f"{hop.label} shows the host key {shown}, but another one is known for it: either the host was installed "
            f"anew or someone stands between; ask its owner, then "
            f"`{shlex.join(('ssh-keygen', '-f', str(file), '-R', name))}` and collect again"
        )
    else:
        sentence = f"the host key of {hop.label} is not known: {shown}; {_how_to_accept(hop, known, key)}"
    raise TransportError(Status.UNREACHABLE, sentence)


def _how_to_accept(hop: Hop, known: KnownHosts, key: paramiko.PKey) -> str:
    """The very key that was shown: asked for a second time, the host, or who stands between, could show another."""
    file = known.to_add_to
    if file is None:
        return "the SSH configuration keeps no host keys: name a file for them with --known-hosts"
    folder = "" if file.parent.is_dir() else f"{shlex.join(('mkdir', '-p', '-m', '700', str(file.parent)))} && "
    line = shlex.quote(line_of(hop.names[0], key))
    return (
        "compare it with `ssh-keygen -lf` of /etc/ssh/ssh_host_*_key.pub on the host, then accept it here with "
        f"`{folder}echo {line} >> {shlex.quote(str(file))}`"
    )


@contextlib.contextmanager
def _told_as_transport_errors(hop: Hop) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise TransportError(
            Status.UNREACHABLE, f"{hop.label} did not answer in time; is it up, and does a firewall let SSH through?"
        ) from error
    except socket.gaierror as error:
        raise TransportError(
            Status.UNREACHABLE, f"{hop.label}: the name cannot be resolved; give an address in the inventory"
        ) from error
    except paramiko.ChannelException as error:
        raise TransportError(
            Status.UNREACHABLE, f"the jump host does not lead to {hop.label}: {printable(error.text)}"
        ) from error
    except (paramiko.SSHException, EOFError) as error:
        raise TransportError(
            Status.UNREACHABLE, f"{hop.label}: no SSH session: {printable(str(error)) or 'the server hung up'}"
        ) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise TransportError(Status.UNREACHABLE, f"{hop.label}: {reason}; is sshd running there?") from error


class _Remote:
    """`Pipes` of a command in a session channel."""

    def __init__(self, connection: paramiko.Transport, argv: tuple[str, ...], deadline: Deadline) -> None:
        try:
            self._channel = connection.open_session(timeout=deadline.left(CHANNEL_TIMEOUT_S), window_size=WINDOW_BYTES)
            self._channel.settimeout(deadline.left(CHANNEL_TIMEOUT_S))
            self._channel.exec_command(shlex.join(argv))
        except (paramiko.SSHException, EOFError, OSError) as error:
            raise TransportError(Status.UNREACHABLE, f"the node opens no session: {printable(str(error))}") from error
        self._channel.settimeout(TICK_S)

    def receive(self, limit: int) -> bytes | None:
        try:
            data = self._channel.recv(limit)
        except TimeoutError:
            return None
        if not data and not self._channel.exit_status_ready() and not self._alive():
            raise ConnectionError("the node went away")
        return data

    def receive_error(self, limit: int) -> bytes | None:
        try:
            return self._channel.recv_stderr(limit)
        except TimeoutError:
            return None

    def send(self, data: bytes) -> int:
        try:
            return self._channel.send(data)
        except TimeoutError:
            return 0

    def end_input(self) -> None:
        self._channel.shutdown_write()

    def exit_code(self) -> int | None:
        if not self._channel.status_event.wait(TICK_S * 2):
            return None
        return self._channel.exit_status

    def kill(self) -> None:
        self._channel.close()

    def _alive(self) -> bool:
        return self._channel.get_transport().is_active()
