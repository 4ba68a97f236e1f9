"""Lies that still work, and how: whoever mends one takes it out of here, for the tests hold the product to it."""

OPEN: dict[str, str] = {}
OPEN_IMPORTS: dict[str, str] = {}
"""The same of lies that are taken into the store."""
