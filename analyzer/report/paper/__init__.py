"""The report on paper: what is alike told once, commands set so that a copy is right."""
