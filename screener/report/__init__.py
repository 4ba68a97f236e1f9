"""The report: one model of final numbers, and a renderer for each format."""
