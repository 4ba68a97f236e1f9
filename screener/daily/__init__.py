"""The daily run: fetch, check, report what is due, and say what changed; failure is a state that it remembers."""
