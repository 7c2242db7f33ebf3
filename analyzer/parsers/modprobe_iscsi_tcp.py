"""`modprobe -n -v iscsi_tcp` -> ModuleLoading.

Input    stdout: `insmod FILE` or `install COMMAND` a line, those it depends on first; nothing when it is loaded or
         built in.  stderr: `modprobe: FATAL: Module iscsi_tcp not found in directory DIR`, with exit code 1.
Output   the actions in the order printed; trailing blanks are modprobe's own.
Errors   ParseError on a line of another form, on either stream, and on a last line without its end.
Source   modprobe(8), kmod, tools/modprobe.c; also its older spelling without the word Module, and busybox.
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.host import ModuleLoading
from analyzer.parsers import Parser
from analyzer.parsers.lines import numbered, scattered

_PROBE = "modprobe_iscsi_tcp"
_ERR = f"{_PROBE}.err"
_ACTION = re.compile(r"(?:insmod|install|builtin) .*")
_NOT_FOUND = re.compile(r"modprobe: (?:FATAL: )?(?:Module|module) '?iscsi_tcp'? not found.*")
_WARNING = re.compile(r"modprobe: WARNING: .*")


def parse(text: str, err: str) -> ModuleLoading:
    actions = list(numbered(_PROBE, text))
    for number, line in actions:
        if not _ACTION.fullmatch(line):
            raise ParseError(_PROBE, number, f"neither insmod nor install: {line!r}")
    said = [(number, line) for number, line in numbered(_ERR, err) if not _WARNING.fullmatch(line)]
    for number, line in said:
        if not _NOT_FOUND.fullmatch(line):
            raise ParseError(_ERR, number, f"another error: {line!r}")
    printed, source = (said, _ERR) if said else (actions, _PROBE)
    span = scattered(source, printed) if printed else None
    return ModuleLoading(not said, tuple(line.rstrip() for _, line in actions), span)


PARSER = Parser(_PROBE, ModuleLoading, parse, reads_err=True)
