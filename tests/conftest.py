"""What holds for every test."""

from __future__ import annotations

import signal

# A job in the background starts with Ctrl-C ignored, and so would every program that a test starts.
signal.signal(signal.SIGINT, signal.default_int_handler)
