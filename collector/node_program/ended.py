"""How a probe ended on the node -> its status and, where there is no knowledge, one sentence that says why.

Input    the probe's own record (`meta`), its streams, and the catalogue's meaning of exit codes.
Output   `Status` and reason.  A command that is not there is absent, one that was refused is denied, also when the tool
         itself reports that with an exit code of its own; only what the catalogue calls an answer is knowledge.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bundle.capture import Status
from collector.node_program.limits import size
from collector.probes import AnyProbe, FileProbe, Probe
from collector.probes.probe import NO_FOLDER, NO_PERMISSION, NONE_HERE

PROCESSOR_TIME_ENDED = 128 + 24  # SIGXCPU, signal(7)

_FILES = {0: Status.COLLECTED, NONE_HERE: Status.EMPTY, NO_FOLDER: Status.ABSENT, NO_PERMISSION: Status.DENIED}

_REFUSED = re.compile(
    rb"permission denied|operation not permitted|must be root|need(?:s)? to be (?:run as )?root|are you root"
    rb"|requires? root|insufficient permissions|access denied|only root|root privileges"
    rb"|interactive authentication required",
    re.IGNORECASE,
)
# multipath says this as root in a container too, and then does its work.
_HARMLESS = re.compile(rb"can't set open fds limit")
_NOT_HERE = re.compile(
    rb"device-mapper is available in the kernel|Is device-mapper driver missing from kernel"
    rb"|not been booted with systemd|could not open /proc/modules: No such file"
)


@dataclass(frozen=True, slots=True)
class End:
    """`how`: exited, timeout, absent, off, over.  `left` is (pid, state, wchan) of a process that SIGKILL did not end.

    `over` is the limit of the whole node that was passed, and what it is: seconds for "cpu", else bytes.
    """

    how: str
    code: int | None = None
    missing: str = ""
    left: tuple[str, str, str] | None = None
    as_root: bool = True
    over: tuple[str, int] | None = None


def judge(probe: AnyProbe, end: End, out: bytes, err: bytes, *, truncated: bool, files: int) -> tuple[Status, str]:
    match end.how:
        case "absent":
            return Status.ABSENT, f"{end.missing} is not installed on this node"
        case "off":
            return Status.ABSENT, "switched off with --no-active"
        case "timeout":
            return Status.TIMEOUT, f"timed out after {probe.limit_s} s{_still_there(end)}"
        case "over":
            return Status.FAILED, f"{_why_over(end)}{_still_there(end)}"
    status = _by_code(probe, end.code, err, truncated)
    if status is Status.COLLECTED and not (out or err or files):
        status = Status.EMPTY
    if status is Status.EMPTY and isinstance(probe, Probe) and probe.empty_needs_root and not end.as_root:
        return (
            Status.DENIED,
            "permission denied: only root, or a group that root names, sees whether there is an answer",
        )
    return status, "" if status.is_knowledge else _why_not(probe, status, end.code, err)


def _by_code(probe: AnyProbe, code: int | None, err: bytes, truncated: bool) -> Status:
    meanings = _FILES if isinstance(probe, FileProbe) else probe.exit_codes
    known = meanings.get(code) if code is not None else None
    if code == 0 and known is not None:
        return known
    if truncated and known is None:
        return Status.COLLECTED  # the command could not write further than its limit, and said so
    if any(_REFUSED.search(line) and not _HARMLESS.search(line) for line in err.splitlines()):
        return Status.DENIED
    if _NOT_HERE.search(err) or code == 127:
        return Status.ABSENT
    return known or Status.FAILED


def _why_over(end: End) -> str:
    kind, most = end.over or ("", 0)
    match kind:
        case "cpu":
            return f"the {most} s of processor time that this node may spend were used up"
        case "memory":
            return f"ended, since all probes together held more than {size(most)} of memory, and this one most of it"
        case "folder":
            return f"ended, since the temporary folder grew beyond {size(most)}, by this probe more than by any other"
        case _:
            return f"not sent: the other answers filled the {size(most)} that this node may send"


def _still_there(end: End) -> str:
    if end.left is None:
        return ""
    pid, state, wchan = end.left
    kind = "in D state" if state == "D" else f"there in state {state}"
    return f", still {kind}, pid {pid}, wchan {wchan}"


def _why_not(probe: AnyProbe, status: Status, code: int | None, err: bytes) -> str:
    said = _last_words(err, refused=status is Status.DENIED)
    if status is Status.ABSENT and isinstance(probe, FileProbe):
        return "the folder is not on this node"
    if status is Status.DENIED:
        return (
            f"permission denied: {said}"
            if said and b"permission denied" not in said.lower().encode()
            else (said or "permission denied")
        )
    if code == PROCESSOR_TIME_ENDED:
        return "ended by the kernel, since it used more processor time than one process may"
    return said if said.startswith("skipped: ") else f"exit code {code}" + (f": {said}" if said else "")


def _last_words(err: bytes, *, refused: bool) -> str:
    """The line that says it best: the first that tells of a refusal, else the last."""
    lines = [line.strip() for line in err.splitlines() if line.strip()]
    telling = [line for line in lines if _REFUSED.search(line)] if refused else lines[-1:]
    text = (telling or lines[-1:] or [b""])[0][:300].decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "?" for character in text)
