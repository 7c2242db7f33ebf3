"""What collecting runs, reads and keeps, told before it is done: one model, a page for each reader."""
