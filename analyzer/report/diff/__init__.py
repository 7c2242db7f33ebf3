"""What became of the findings of an earlier bundle: the view, and one module for each dress."""
