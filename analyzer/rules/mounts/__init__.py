"""Rules about what is mounted where the kubelet wants a volume."""
