"""What the collector tells of its own work -> the same without secrets, and without the user's home folder.

Reasons stand in the bundle and on the terminal; a path such as the key's begins with `~` in both.
"""

from __future__ import annotations

import os

from collector.redaction.redact import redact_text


def told(sentence: str) -> str:
    home = os.environ.get("HOME", "").rstrip("/")
    clean = redact_text(sentence)
    return clean.replace(f"{home}/", "~/") if home else clean


def printable(text: str) -> str:
    """What a stranger's machine printed, harmless to a terminal."""
    return "".join(char if char.isprintable() else "?" for char in text)
