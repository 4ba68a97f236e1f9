"""Lies that still work, and how: whoever mends one takes it out of here, for the tests hold the product to it."""

OPEN = {
    "Naver: a fund that lies": "a false row is stored, it is not asked for again",
}
OPEN_IMPORTS: dict[str, str] = {}
"""The same of lies that are taken into the store."""
