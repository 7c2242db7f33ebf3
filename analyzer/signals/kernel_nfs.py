"""What the kernel's NFS client says of a server that does not answer, and of one that answers again."""

from __future__ import annotations

import re

from analyzer.signals.kernel import LINUX
from analyzer.signals.signal import Log, Signal

SIGNALS = (
    Signal(
        "kernel-nfs-not-responding",
        Log.KERNEL,
        rb" not responding, still trying| not responding, timed out",
        re.compile(
            r"\b(?:nfs|lockd): server (?P<server>\S+) not responding, (?P<what>still trying|timed out)", re.ASCII
        ),
        LINUX,
        "[ 5122.440102] nfs: server 192.168.1.155 not responding, still trying",
        "net/sunrpc/clnt.c, rpc_check_timeout",
    ),
    Signal(
        "kernel-nfs-answers-again",
        Log.KERNEL,
        rb"nfs: server ",
        re.compile(r"\bnfs: server (?P<server>\S+) OK\b", re.ASCII),
        LINUX,
        "[ 5180.112904] nfs: server 192.168.1.155 OK",
        "net/sunrpc/clnt.c, call_decode",
    ),
)
