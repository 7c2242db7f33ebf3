"""What a node must have before its volumes can work."""
