"""Two years of daily runs against the stand-in: once without a fault and once with every one, and what differs."""
