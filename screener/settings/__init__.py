"""What the user configures: events, sectors, and how the screener works."""

from screener.settings.load import Settings, load_settings

__all__ = ["Settings", "load_settings"]
