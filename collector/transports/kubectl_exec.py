"""kubectl exec: a shell in the node's own namespaces, entered from a privileged pod that runs there.

Input    a container that sees the node's processes (hostPID) and may enter their namespaces (privileged); a program.
Output   a stream of the program's standard output, as root of the node.
Errors   TransportError: denied (RBAC), unreachable, timeout, failed, with kubectl's own words.
Source   the driver itself runs every command of the node so; `kubectl exec` and `nsenter` of busybox and util-linux.

The shell says a mark and its process id on standard error before it reads anything; the program is sent after that.
A broken exec does not end what it started: runtimes leave it at work, some with nobody who reads.  So a shell that did
not end by itself is ended by a second, short exec; where that fails too, its own guard ends it at its deadline.
Memory of a tmpfs would be charged to the container, whose limit is the driver's: so folders on disk are preferred.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bundle.capture import Status
from collector.cluster.kubectl import Kubectl, status_of
from collector.transports import Deadline, Running, TransportError
from collector.transports.child import Child
from collector.transports.session import Session

HANDSHAKE_S = 30.0
END_S = 15.0
KEPT_S = 60.0
ENTER = ("nsenter", "-i/proc/1/ns/ipc", "-m/proc/1/ns/mnt", "-n/proc/1/ns/net", "-u/proc/1/ns/uts", "/bin/sh")
FOLDERS = "/var/tmp /tmp"  # noqa: S108  made private by mktemp
SHELL = 'echo "$1 $$" >&2; CSI_TRIAGE_FOLDERS="$2" exec /bin/sh -s "$1"'
# the number may be another process by now: the mark among its arguments says that it is ours
END = (
    'grep -q "$2" "/proc/$1/cmdline" || exit 0; kill -s TERM "$1" $(cat "/proc/$1/task/$1/children"); '
    'for _ in 1 2 3 4 5 6 7 8 9 10; do [ -d "/proc/$1" ] || exit 0; sleep 1; done'
)


def shell(mark: str) -> tuple[str, ...]:
    """What is run in the container: the node's shell, which waits for the program."""
    return (*ENTER, "-c", SHELL, "sh", mark, FOLDERS)


def end_of(process_id: str, mark: str) -> tuple[str, ...]:
    """What ends that shell, and waits for it to have tidied up."""
    return (*ENTER, "-c", END, "sh", process_id, mark)


@dataclass(frozen=True, slots=True)
class Container:
    namespace: str
    pod: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.pod}"


@dataclass(frozen=True, slots=True)
class KubectlExec:
    name: str
    address: str
    kubectl: Kubectl
    container: Container
    kind: str = "kubectl exec"

    @contextlib.contextmanager
    def run(self, program: str, *, deadline_s: float) -> Iterator[Running]:
        deadline = Deadline(deadline_s, self.kubectl.cancelled)
        mark = f"csi-triage-{secrets.token_hex(8)}"
        enter = self.kubectl.command(self._exec("-i"), inside=shell(mark))
        session = Session(Child(enter))
        process_id, whole = "", False
        try:
            process_id = self._opened(session, mark, deadline)
            session.feed(program)
            yield Running(session.answer(deadline))
            whole = session.exit_code() == 0
            if not whole:
                raise self._broken(session)
        finally:
            with kept_until_done():
                session.close()
                if process_id and not whole:
                    self._end(process_id, mark)

    def _exec(self, *options: str) -> tuple[str, ...]:
        where = self.container
        return ("exec", *options, "-n", where.namespace, where.pod, "-c", where.name)

    def _opened(self, session: Session, mark: str, deadline: Deadline) -> str:
        """The shell's process id on the node, once it has said it."""
        says = re.compile(rb"%s (\d{1,10})\n" % mark.encode())
        limit_s = deadline.left(HANDSHAKE_S)
        session.await_error(lambda seen: says.search(seen) is not None, Deadline(limit_s, deadline.cancelled))
        found = says.search(session.error())
        if found:
            return found[1].decode()
        deadline.check("kubectl exec")
        raise self._refusal(session, limit_s)

    def _broken(self, session: Session) -> TransportError:
        words = re.sub(r"csi-triage-[0-9a-f]+ [0-9]+", "", session.error_text()).strip()
        return TransportError(
            Status.UNREACHABLE, f"kubectl exec into {self.container} broke off: {words or 'kubectl was ended'}"
        )

    def _refusal(self, session: Session, limit_s: float) -> TransportError:
        if session.exit_code() is None:
            return TransportError(Status.TIMEOUT, f"the pod {self.container} gave no shell within {limit_s:g} s")
        words = session.error_text()
        status = status_of(words)
        status = Status.UNREACHABLE if status is Status.ABSENT else status
        return TransportError(status, f"the pod {self.container} gave no shell: {words or 'kubectl said nothing'}")

    def _end(self, process_id: str, mark: str) -> None:
        unhurried(self.kubectl).run(self._exec(), END_S, inside=end_of(process_id, mark))


def unhurried(kubectl: Kubectl) -> Kubectl:
    """One for tidying up, which must happen also after Ctrl-C."""
    return replace(kubectl, cancelled=threading.Event())


@contextlib.contextmanager
def kept_until_done(at_most_s: float = KEPT_S) -> Iterator[None]:
    """What is done here is finished before this process ends, though it is done in a thread that nobody waits for."""
    done = threading.Event()
    threading.Thread(target=done.wait, args=(at_most_s,), daemon=False).start()
    try:
        yield
    finally:
        done.set()
