"""The archive of reports: directories written whole or not at all, revisions, the history."""
