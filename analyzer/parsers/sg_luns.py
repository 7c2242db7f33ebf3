"""`sg_luns DISK` for each disk, with its exit code -> LunReports.

Input    `== /dev/sdb`, `Lun list length = 24 which imples 3 lun entries`, a heading, a LUN of 16 hex digits a line,
         `rc=0`; or a refusal and another exit code.
Output   every disk in the order asked; LUNs as the kernel numbers them in an HCTL, where flat addressing keeps its
         addressing bits (4100000000000000 is 16640); None when REPORT LUNS was refused or not answered in time.
Errors   ParseError when the count announced is not the count printed, and when the exit code is missing: cut off.
Source   sg_luns(8); kernel, drivers/scsi/scsi_common.c, scsilun_to_int().
"""

from __future__ import annotations

import re

from analyzer.facts import ParseError
from analyzer.facts.block import LunReports, ReportedLuns
from analyzer.parsers import Parser
from analyzer.parsers.disk_answers import DiskAnswer, disk_answers

_PROBE = "sg_luns"
_LENGTH = re.compile(r"Lun list length = ([0-9]{1,9}) which impl[a-z]* [0-9]+ lun entr(?:y|ies)")
_LUN = re.compile(r" +([0-9a-fA-F]{16})(?: .*)?")
_BYTES_A_LUN = 8


def parse(text: str) -> LunReports:
    return LunReports(tuple(_report(answer) for answer in disk_answers(_PROBE, text)))


def _report(answer: DiskAnswer) -> ReportedLuns:
    if answer.exit_code != 0:
        return ReportedLuns(answer.device, None, answer.span)
    luns = tuple(_kernel_lun(match[1]) for line in answer.words if (match := _LUN.fullmatch(line)))
    lengths = [int(match[1]) for line in answer.words if (match := _LENGTH.fullmatch(line))]
    if [len(luns) * _BYTES_A_LUN] != lengths:
        raise ParseError(_PROBE, answer.span.first_line, "the LUNs printed are not as many as announced")
    return ReportedLuns(answer.device, luns, answer.span)


def _kernel_lun(digits: str) -> int:
    """The first level is the lowest: d2040b0300000000 is 0x0b03d204."""
    levels = (digits[at : at + 4] for at in range(0, 16, 4))
    return sum(int(level, 16) << (16 * place) for place, level in enumerate(levels))


PARSER = Parser(_PROBE, LunReports, parse)
