"""The configuration: events, sectors, claims, and how the screener works."""

import os

# pydantic would search every installed package for plugins, on every start.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from screener.config.load import Settings, load_settings

__all__ = ["Settings", "load_settings"]
