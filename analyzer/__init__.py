"""From a bundle to the root cause and the guarded commands that mend it.

Imports point one way; a line imports only from lines above it: texts, facts · runbook · findings, remedies, parsers,
signals · rules · engine · report · cli.
"""
