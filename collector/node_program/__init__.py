"""The program that asks a node, and what it answers."""
