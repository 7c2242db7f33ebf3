"""What looks like a secret, and bytes without it."""
