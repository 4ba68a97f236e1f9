"""The scan of a whole market: its model, and a renderer for each format."""
