"""Pages of the screens: the frames of a report in, blocks of finished text out."""
