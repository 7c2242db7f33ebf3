"""The first lines that a Python reads of csi-collector.pyz; older ones must be able to read them too."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this file is read by whatever `python3` is there
    found = ".".join(map(str, sys.version_info[:2]))
    sys.stderr.write("csi-collector: Python 3.11 or newer is needed, and this is " + found)
    sys.stderr.write(": name one, as in `python3.11 " + sys.argv[0] + "`.\n")
    sys.exit(2)

import starting

starting.start(sys.path[0])
