"""What others hold: files, answers and streams of any content are understood or refused by name, never a bug of ours.

`python -m tests.outside > docs/outside.md` makes the table; `test_cases.py` runs each of its rows, in milliseconds.
"""
