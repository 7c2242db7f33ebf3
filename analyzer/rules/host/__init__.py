"""Rules about the host: its clock, its multipath daemon, and the commands that the driver runs on it."""
