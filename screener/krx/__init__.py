"""The live sources, and everything that keeps them civil: one way out, timeouts, spacing, the memory of a refusal."""
