"""Timed NFS mounts -> NfsMountTests.

Input    `<share> vers=<version> rc=<exit code> seconds=<seconds> <mount.nfs' own words>` a line, a line a share and
         version; rc 124: still running at the limit.
Output   every test in the order made; exit code None at the limit; the message without the blanks around it.
Errors   ParseError on a line of another form and on a last line without its end.
Source   mount.nfs(8), mount(8) "EXIT STATUS".
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import NfsMountTest, NfsMountTests
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, one_line

_PROBE = "nfs_mount"
_AT_LIMIT = (124, 137)  # timeout(1): by TERM, by KILL
_LINE = re.compile(r"(.+) vers=([0-9.]+) rc=([0-9]{1,3}) seconds=([0-9]{1,9}(?:\.[0-9]{1,9})?)(?: (.*))?")


def parse(text: str) -> NfsMountTests:
    return NfsMountTests(tuple(_test(number, line) for number, line in numbered(_PROBE, text)))


def _test(number: int, line: str) -> NfsMountTest:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ParseError(_PROBE, number, f"not the result of a mount: {line!r}")
    share, version, code, seconds, message = match.groups()
    return NfsMountTest(
        share=share,
        version=version,
        exit_code=None if int(code) in _AT_LIMIT else int(code),
        seconds=float(seconds),
        message=(message or "").strip(),
        span=one_line(_PROBE, number, line),
    )


PARSER = Parser(_PROBE, NfsMountTests, parse)
