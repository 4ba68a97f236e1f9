"""The use cases: they join settings, market, screens and report. They print nothing."""
