"""The report in a terminal: one screen, or all of a part."""
