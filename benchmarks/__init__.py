"""Figures of speed and memory, each taken side by side with what it is compared to."""
