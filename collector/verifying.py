"""`verify`: is a file a whole bundle, and is it free of secrets?

Input    the path of a bundle.
Output   `Verdict`: what it holds, and a sentence for each thing that is wrong.
Errors   BundleError when the file is no bundle at all.

The search for secrets does not use the collector's redaction, so that a hole in the one is not a hole in the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bundle.capture import Capture, Outcome
from bundle.decrypting import Source
from bundle.reader import BundleReader

# not hidden: no mask, no placeholder, no empty value; six characters or more that a password can begin with
_SHOWN = rb"(?!\[redacted\]|\*{3,}|<|null\b|none\b|true\b|false\b|\$\{)[^\s\"',;&|(){}\[\]]{6,}"
SECRETS = (
    ("a private key", re.compile(rb"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----\s+[A-Za-z0-9+/=]{16}")),
    ("a password in a URL", re.compile(rb"[a-z]://[^\s/:@]{1,64}:(?!\[redacted\]|\*{3})[^\s/@]{3,64}@")),
    ("a token", re.compile(rb"\beyJ[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{10,}")),
    (
        "a password",
        re.compile(rb"(?i)(?:passw(?:or)?d|passphrase|secret[_-]?key|api[_-]?key)[\"']?\s?[=:]\s?[\"']?" + _SHOWN),
    ),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problems` and `secrets` are sentences; a sound bundle has neither."""

    name: str
    format: int
    started: str
    nodes: int
    targets: int
    has_cluster: bool
    unanswered: tuple[str, ...]
    problems: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.problems and not self.secrets


def verify(path: Source) -> Verdict:
    with BundleReader(path) as reader:
        cluster = reader.cluster()
        secrets = [
            found for node in reader.snapshots() for capture in node.captures for found in _secrets(node.node, capture)
        ]
        if cluster is not None:
            secrets += [found for capture in cluster.captures for found in _secrets("cluster", capture)]
            secrets += [found for name, log in cluster.logs.items() for found in _in(f"cluster/logs/{name}", log)]
        targets = reader.targets()
        return Verdict(
            reader.name,
            reader.meta.format,
            reader.meta.started,
            len(reader.nodes()),
            len(targets),
            cluster is not None,
            tuple(
                f"{name}: {record.reason}" for name, record in targets.items() if record.outcome is Outcome.UNREACHABLE
            ),
            reader.problems(),
            tuple(secrets),
        )


def _secrets(where: str, capture: Capture) -> Iterator[str]:
    yield from _in(f"{where} {capture.probe}", capture.out)
    yield from _in(f"{where} {capture.probe} (stderr)", capture.err)
    for file in capture.files:
        yield from _in(f"{where} {file.path}", file.content)


def _in(where: str, data: bytes) -> Iterator[str]:
    """Where it is, never what it is."""
    for kind, pattern in SECRETS:
        found = pattern.search(data)
        if found:
            line = data.count(b"\n", 0, found.end()) + 1
            yield f"{where}, line {line} looks like {kind}"
