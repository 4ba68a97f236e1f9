"""Report directories: written whole or not at all, and what they held before."""
