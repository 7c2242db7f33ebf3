"""The report and its dresses: model, HTML, PDF, JSON, shell."""
