"""The probe catalogue: one read-only question each, by topic."""
