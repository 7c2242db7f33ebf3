"""What the cluster tells through kubectl."""
