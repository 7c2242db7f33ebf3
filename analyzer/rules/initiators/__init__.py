"""Rules about the names by which nodes introduce themselves to arrays."""
