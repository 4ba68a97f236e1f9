"""Impact of an event on Korea Exchange sectors and stocks."""

__version__ = "0.1.0"
