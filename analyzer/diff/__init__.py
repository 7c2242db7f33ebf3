"""Two verdicts on one cluster, set side by side: what became of each finding, and where that cannot be told."""
