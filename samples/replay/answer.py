"""Answers a call of a replayed node's tool that no file answers: looks at what was recorded, and at what was changed.

Runs inside the node with nothing but the standard library.  A call that was not recorded ends with 64 and says so.
"""

import os
import sys

sys.path.insert(0, "/.replay")

import answers
import changes
from recorded import Recorded

UNKNOWN = 64


def main(tool: str, arguments: list[str]) -> int:
    if os.geteuid() == 0:
        changes.apply_deletes()
    answer = answers.answer(Recorded("/.replay/recording.json"), tool, arguments)
    if answer is None:
        print(f"replay: `{' '.join((tool, *arguments))}` was not recorded on this node", file=sys.stderr)
        return UNKNOWN
    out, err, code = answer
    sys.stderr.buffer.write(err.encode("utf-8", "surrogateescape"))
    sys.stdout.buffer.write(out.encode("utf-8", "surrogateescape"))
    return code


sys.exit(main(sys.argv[1], sys.argv[2:]))
