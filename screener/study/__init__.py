"""Event-study engine: numpy arrays in, frozen results out. Imports nothing else of this package."""
