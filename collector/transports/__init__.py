"""Transports: something that runs a shell program on a node and streams its answer back."""
