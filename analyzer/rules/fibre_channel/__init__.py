"""Rules about Fibre Channel volumes."""
