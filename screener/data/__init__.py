"""Prices: where they come from, what is wrong with them, and the panel that the study works on."""
