"""`sg_turs -vv DISK` for each disk, with its exit code -> UnitStates.

Input    `== /dev/sdb`, what sg_turs says on both streams, `rc=5`.  rc 124 and 137: still waiting at the limit.
Output   every disk in the order asked; sense key and additional sense of the last sense data printed, and the reason
         why the disk could not be opened, in the tool's words; ready only with exit code 0; no exit code at the limit.
Skipped  the tool's other words: what it sent, and the raw bytes.
Errors   ParseError on words outside a disk's answer and on an answer without its exit code: cut off.
Source   sg_turs(8), sg3_utils(8) "EXIT STATUS"; sg3_utils 1.3x to 1.4x.
"""

from __future__ import annotations

import re

from analyzer.facts.block import UnitState, UnitStates
from analyzer.parsers import Parser
from analyzer.parsers.disk_answers import DiskAnswer, disk_answers

_PROBE = "sg_turs"
_SENSE_KEY = re.compile(r".*[Ss]ense key: (.+?) *")
_ADDITIONAL = re.compile(r" *Additional sense: (.+?) *")
_NOT_OPENED = re.compile(r".*(?:error opening file|open error): ?/dev/[^:]+: (.+?) *")


def parse(text: str) -> UnitStates:
    return UnitStates(tuple(_state(answer) for answer in disk_answers(_PROBE, text)))


def _state(answer: DiskAnswer) -> UnitState:
    return UnitState(
        device=answer.device,
        ready=answer.exit_code == 0,
        sense_key=_last(_SENSE_KEY, answer),
        additional_sense=_last(_ADDITIONAL, answer),
        error=_last(_NOT_OPENED, answer),
        exit_code=answer.exit_code,
        span=answer.span,
    )


def _last(pattern: re.Pattern[str], answer: DiskAnswer) -> str | None:
    found = [match[1] for line in answer.words if (match := pattern.fullmatch(line))]
    return found[-1] if found else None


PARSER = Parser(_PROBE, UnitStates, parse)
