"""Prices that lie: one table of lies, what each must come to, and what it comes to.

`python -m tests.lies` prints the table for the documentation.
"""
