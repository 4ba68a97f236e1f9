"""Impact of an event on Korea Exchange sectors and stocks.

For notebooks: `event_study` measures an event on returns of your own, `pooled_study` many events, `load_report` makes
the report of an event as frames. docs/notebook.md shows them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from screener.notebook import load_report as load_report
    from screener.pooled.notebook import PooledStudy as PooledStudy
    from screener.pooled.notebook import pooled_study as pooled_study
    from screener.report.model import Report as Report
    from screener.study.api import EventStudy as EventStudy
    from screener.study.api import event_study as event_study

__version__ = "1.0.0"
__all__ = ["EventStudy", "PooledStudy", "Report", "event_study", "load_report", "pooled_study"]

_HOMES = {
    "EventStudy": "screener.study.api",
    "PooledStudy": "screener.pooled.notebook",
    "Report": "screener.report.model",
    "event_study": "screener.study.api",
    "load_report": "screener.notebook",
    "pooled_study": "screener.pooled.notebook",
}


def __getattr__(name: str) -> Any:
    # Loaded when asked for: the command line must start without numpy and pandas.
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'screener' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__doc__", "__version__"])
