"""Rules about what the driver's controller hands to its nodes when it attaches a volume."""
