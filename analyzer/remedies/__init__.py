"""Remedies: from proven facts to steps, or to the reasons why there is none."""
