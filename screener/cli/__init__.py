"""The command line: parses, calls, and turns results and errors into output and an exit code."""
