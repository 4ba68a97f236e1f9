"""Impact of an event on Korea Exchange sectors and stocks.

For notebooks: `screener.event_study(returns, benchmark, event_date)`; see `screener.study.api`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screener.study.api import EventStudy as EventStudy
    from screener.study.api import event_study as event_study

__version__ = "0.2.0"
__all__ = ["EventStudy", "event_study"]


def __getattr__(name: str) -> Any:
    # Loaded when asked for: the command line must start without numpy and pandas.
    if name in __all__:
        from screener.study import api

        return getattr(api, name)
    raise AttributeError(f"module 'screener' has no attribute {name!r}")
