"""Starting the program, as root when asked for.

Input    a way to start an argv on the node, the program, and `Sudo`, `Installed` or None.
Output   a `Session` that answers, and a note when root could not be had.
Errors   TransportError from starting.  A sudo that refuses is no error: what needs no root is still worth collecting.
         Where the program is installed it is that or nothing: no other is sent in its place.

The shell under sudo reports itself with a marker on standard error before it reads anything, so the program is never
taken for a password, and the password is written only after sudo has asked for it with our own prompt.
"""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Callable

from collector.transports import Deadline, Installed, Sudo
from collector.transports.session import Pipes, Session

SHELL = ("sh", "-s")
HANDSHAKE_S = 20.0

Start = Callable[[tuple[str, ...]], Pipes]


def start_program(start: Start, program: str, root: Sudo | Installed | None, deadline: Deadline) -> tuple[Session, str]:
    if isinstance(root, Installed):
        session = Session(
            start(_by_sudo(root.path)), named=f"{root.path} (is it installed, and in sudoers with its digest?)"
        )
        session.feed("")
        return session, ""
    session, note = start_shell(start, root, deadline)
    session.feed(program)
    return session, note


def start_shell(start: Start, sudo: Sudo | None, deadline: Deadline) -> tuple[Session, str]:
    if sudo is None:
        return Session(start(SHELL)), ""
    session, refusal = _without_password(start, deadline)
    if session is None and sudo.password is not None:
        session, refusal = _with_password(start, sudo.password, deadline)
    if session is not None:
        return session, ""
    deadline.check("sudo")
    return Session(start(SHELL)), f"collected without root, since sudo refused: {refusal}"


def _without_password(start: Start, deadline: Deadline) -> tuple[Session | None, str]:
    marker = secrets.token_hex(8)
    session = Session(start(_root_shell(marker, ("sudo", "-n"))))
    ready = marker.encode()
    if session.await_error(lambda seen: ready in seen, _handshake(deadline)):
        return session, ""
    return _given_up(session)


def _with_password(start: Start, password: str, deadline: Deadline) -> tuple[Session | None, str]:
    marker, prompt = secrets.token_hex(8), f"[{secrets.token_hex(8)}]"
    session = Session(start(_root_shell(marker, ("sudo", "-k", "-S", "-p", prompt))))
    ready, asked = marker.encode(), prompt.encode()
    limit = _handshake(deadline)
    if not session.await_error(lambda seen: ready in seen or asked in seen, limit):
        return _given_up(session)
    session.send(password.encode() + b"\n")
    if not session.await_error(lambda seen: ready in seen or seen.count(asked) > 1, limit):
        return _given_up(session)
    if session.await_error(lambda seen: ready in seen, Deadline(0, limit.cancelled)):
        return session, ""
    session.close()
    return None, "the password was wrong"


def _root_shell(marker: str, sudo: tuple[str, ...]) -> tuple[str, ...]:
    """`sh -s` as root, which first says the marker; without sudo where we are root already."""
    shell = f"echo {marker} >&2; exec sh -s"
    become = shlex.join((*sudo, "sh", "-c", shell))
    return ("sh", "-c", f'if [ "$(id -u)" = 0 ]; then {shell}; fi; exec {become}')


def _by_sudo(path: str) -> tuple[str, ...]:
    program = shlex.quote(path)
    return ("sh", "-c", f'if [ "$(id -u)" = 0 ]; then exec {program}; fi; exec sudo -n {program}')


def _handshake(deadline: Deadline) -> Deadline:
    return Deadline(deadline.left(HANDSHAKE_S), deadline.cancelled)


def _given_up(session: Session) -> tuple[None, str]:
    said = session.error_text()
    session.close()
    return None, said or "it gave no answer"
