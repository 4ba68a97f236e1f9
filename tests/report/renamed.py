"""A report whose names try to be markup."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from screener.report.model import Report

STOCK = "<script>alert(1)</script>"
SECTOR = '"><img src=x onerror="document.title=1">'
EVENT = "</title><style>*{display:none}</style>&amp;'"


def renamed(report: Report) -> Report:
    """`report` with the names of its first stock, its first sector and its event replaced."""
    frames = report.frames
    ticker, sector = frames.stocks["ticker"].iloc[0], frames.sectors["sector"].iloc[0]
    made = report.with_frames(
        stocks=_named(frames.stocks, frames.stocks["ticker"] == ticker, STOCK),
        sectors=_named(frames.sectors, (frames.sectors["sector"] == sector) & frames.sectors["theme"].isna(), SECTOR),
        paths=_named(frames.paths, (frames.paths["sector"] == sector) & frames.paths["theme"].isna(), SECTOR),
    )
    event = replace(report.event, name=replace(report.event.name, ko=EVENT, en=EVENT))
    return replace(made, event=event)


def _named(frame: pd.DataFrame, rows: pd.Series[bool], name: str) -> pd.DataFrame:
    return frame.assign(**{column: frame[column].mask(rows, name) for column in ("name_ko", "name_en")})
