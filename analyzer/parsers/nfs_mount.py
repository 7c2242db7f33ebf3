"""Timed NFS mounts -> NfsMountTests.

Input    `<share> vers=<version> rc=<exit code> seconds=<seconds>`, then what is known of `options=<the kernel's, of the
         mount>` and `unmount=<seconds>`, then mount.nfs' own words: a line a share and version; version "any": none was
         asked for; rc 124: still running at the limit.  Older collectors print no options, and no "any".
Output   every test in the order made, those without a version apart; exit code None at the limit; the message without
         the blanks around it.
Errors   ParseError on a line of another form and on a last line without its end.
Source   mount.nfs(8), mount(8) "EXIT STATUS", nfs(5); recorded on Linux 6.1 with nfs-utils 2.6.2.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import NfsMountTest, NfsMountTests
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "nfs_mount"
_ANY = "any"
_AT_LIMIT = (124, 137)  # timeout(1): by TERM, by KILL
_S = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_LINE = re.compile(
    rf"(.+) vers=([0-9.]+|any) rc=([0-9]{{1,3}}) seconds=({_S})(?: options=(\S+))?(?: unmount=({_S}))?(?: (.*))?"
)


def parse(text: str) -> NfsMountTests:
    tests = tuple(_test(number, line) for number, line in numbered(_PROBE, text))
    return NfsMountTests(tuple(one for one in tests if one.version), tuple(one for one in tests if not one.version))


def _test(number: int, line: str) -> NfsMountTest:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not the result of a mount: {line!r}")
    share, version, code, seconds, options, unmount, message = match.groups()
    return NfsMountTest(
        share=share,
        version="" if version == _ANY else version,
        exit_code=None if int(code) in _AT_LIMIT else int(code),
        seconds=float(seconds),
        message=(message or "").strip(),
        span=one_line(_PROBE, number, line),
        options=options or "",
        unmount_seconds=float(unmount) if unmount else None,
    )


PARSER = Parser(_PROBE, NfsMountTests, parse)
