"""The bundle, format 1: what the collector writes and the analyzer reads, and nothing else."""
