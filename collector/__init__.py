"""csi-collector: asks every node and the cluster once, read-only, and writes one bundle."""
