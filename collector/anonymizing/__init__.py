"""Names taken out of what was collected, so that every rule still works, and put back into what comes back."""
