"""Studies of the real market, which one fork has made and the next ones take as they are.

Each takes two seconds, and dozens of commands say the same one in another form. What a command asks for is compared as a
whole, settings and all; studies of other files are made anew each time.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

from screener.config import Settings
from screener.data.connections import Connections
from screener.report import make
from screener.report.model import Report
from screener.report.request import Request

REAL = Path(__file__).parents[3] / "shared"
_made = make._study
_known: dict[str, tuple[Settings, Request, Report]] = {}
_folder: Path | None = None


def keep_in(folder: Path) -> None:
    """From now on the studies of forks are kept in `folder`."""
    global _folder
    _folder = folder
    patch.object(make, "_study", _study).start()


def take_up() -> None:
    """Read what forks have left, for those to come."""
    assert _folder is not None
    for path in sorted(_folder.glob("*.study")):
        if path.name not in _known:
            _known[path.name] = pickle.loads(path.read_bytes())  # noqa: S301 - our own


def _study(settings: Settings, request: Request, event_id: str, access: Callable[[], Connections]) -> Report:
    if _folder is None or not request.source.startswith(f"file:{REAL}/"):
        return _made(settings, request, event_id, access)
    # It reads neither the name of a stock, which stands in the sectors, nor how the event was asked for.
    request = replace(request, stock=None, event=event_id)
    for known_settings, known_request, report in _known.values():
        if (known_request, known_settings) == (request, settings):
            return report
    report = _made(settings, request, event_id, access)
    part = _folder / f"{os.getpid()}.part"
    part.write_bytes(pickle.dumps((settings, request, report)))
    part.replace(part.with_suffix(".study"))
    return report
