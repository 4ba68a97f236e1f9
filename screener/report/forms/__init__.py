"""The tables of a report before they have rows, each column with its unit, its meaning and when it is empty."""
