"""Scenarios: labelled clusters in trouble, told as the difference from a healthy base, and held in memory.

`samples/scenarios/README.md` says how one is written.  `load` makes one; `outcome.compare` sets what the analysis says
beside what the scenario says must come out.
"""
