"""Templates, styles and headings of the reports."""
