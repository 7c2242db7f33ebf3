"""How fast secrets are removed: `python -m benchmarks.redact [MEGABYTES]`.

Four logs: ordinary ones of the driver and of the kubelet, one in which every hundredth line holds a secret, and one in
which every second line does.  Each is redacted, and searched by `grep -c` for the plainest words, one after the other.
Prints MiB/s of processor time of each, and how many times as fast as grep the redaction is.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Mapping

from benchmarks.log_text import Node, driver_log, journal_kubelet
from collector.redaction.redact import redact

WORDS = r"password|passwd|passphrase|secret|token|credential|api.?key|private.?key|authorization|cookie|://[^ ]*@"
SECRETS = (
    '{"username":"admin","password":"hunter2hunter2","scope":0}',
    "Gonna run shell cmd tool --password hunter2hunter2 --verbose.",
    "request header: map[Accept:[*/*] Authorization:[Bearer hunter2hunter2hunter2]]",
    "Get https://admin:hunter2hunter2@192.0.2.1:8088/deviceManager/rest: EOF",
    'MountVolume.SetUp succeeded for volume "default-token-x7kpw" (UniqueName: "kubernetes.io/secret/4b1c-token")',
)


def with_secrets(log: bytes, every: int) -> bytes:
    """Behind every so many lines one with a secret, or with a word that only sounds like one."""
    lines = log.splitlines(keepends=True)
    stamp = b"2026-07-03 10:15:01.310604 28417 [INFO]: [requestID:3301746797] "
    added = (stamp + SECRETS[at % len(SECRETS)].encode() + b"\n" for at in range(len(lines)))
    return b"".join(line + next(added) if at % every == 0 else line for at, line in enumerate(lines))


def logs(size: int) -> Mapping[str, bytes]:
    node = Node("worker-1", 1)
    driver = driver_log(node, size)
    return {
        "driver": driver,
        "kubelet": journal_kubelet(node, size),
        "secret each 100 lines": with_secrets(driver, 100),
        "secret each 2nd line": with_secrets(driver[: size // 4], 1),
    }


def redaction(log: bytes) -> float:
    started = time.process_time()
    redact(log)
    return len(log) / (time.process_time() - started) / 2**20


def grep(log: bytes) -> float:
    """As fast as grep can: in the C locale."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    # into a pipe: grep that writes to /dev/null stops at the first line it finds
    subprocess.run(["grep", "-ciE", WORDS], input=log, env=environment, stdout=subprocess.PIPE, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return len(log) / max(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1e-3) / 2**20


def main(megabytes: int) -> None:
    redact(b"compiles the patterns")
    print(f"{'log':24} {'redact':>12} {'grep -c':>12} {'times':>8}")
    for name, log in logs(megabytes * 1_000_000).items():
        ours, theirs = redaction(log), grep(log)
        print(f"{name:24} {ours:6.0f} MiB/s {theirs:6.0f} MiB/s {ours / theirs:8.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
