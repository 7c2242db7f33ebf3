"""Log signatures, by component; all of them compile into one hyperscan database."""
