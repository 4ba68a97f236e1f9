"""Many events: read from a file, placed on their sessions, measured in slices of the calendar, and pooled."""
