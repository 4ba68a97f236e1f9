"""Answers that people read, computed from panels and studies. Pure: no I/O, no clock, no printing."""
