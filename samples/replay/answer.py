"""What runs when a tool of a replayed node is called: looks at its own name, and answers as recorded.

Runs inside the node with nothing but the standard library.  An invocation that was not recorded ends with 64 and says so.
"""

import os
import sys
import time

sys.path.insert(0, "/.replay")

import answers
import changes

UNKNOWN = 64


def main() -> int:
    tool, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
    recorded = answers.Recorded("/.replay/recording.json")
    if tool in recorded.hangs:
        while True:
            time.sleep(3600)
    if tool in recorded.root_only and os.geteuid() != 0:
        print(f"{tool}: permission denied: need to be root", file=sys.stderr)
        return 1
    if os.geteuid() == 0:
        changes.apply_deletes()
    answer = answers.answer(recorded, tool, arguments)
    if answer is None:
        print(f"replay: `{' '.join((tool, *arguments))}` was not recorded on this node", file=sys.stderr)
        return UNKNOWN
    out, err, code = answer
    sys.stdout.buffer.write(out.encode("utf-8", "surrogateescape"))
    sys.stderr.buffer.write(err.encode("utf-8", "surrogateescape"))
    return code


sys.exit(main())
