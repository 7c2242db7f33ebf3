"""What holds for every test."""

from __future__ import annotations

import signal

# A job in the background starts with Ctrl-C ignored, one under nohup with hang-ups; so would what the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
