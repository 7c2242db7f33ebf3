"""Rules about the file systems on volumes."""
