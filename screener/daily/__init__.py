"""The daily run: fetch, check, report what is due, summarise what changed; a failure is remembered."""
