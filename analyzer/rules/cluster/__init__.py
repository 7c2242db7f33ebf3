"""Rules about the driver's backends and the claims of the cluster."""
