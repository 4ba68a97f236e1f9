"""Whatever comes in: an error with its place, or the right result; never a traceback, never a wrong number.

`make fuzz` tries 10,000 examples of each, the test run fewer.
"""
