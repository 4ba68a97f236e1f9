"""Names that users choose from: apart from the code behind them, so that the command line starts without it."""

from __future__ import annotations

from typing import Literal, get_args

Palette = Literal["kr", "us", "cb"]
PALETTES: tuple[Palette, ...] = get_args(Palette)
"""Red for up, green for up, safe for the colour-blind."""
Headers = Literal["ko", "code"]
HEADERS: tuple[Headers, ...] = get_args(Headers)
"""Of CSV files: in Korean for readers, or the names of the columns for programs."""
Market = Literal["KOSPI", "KOSDAQ"]
MARKETS: tuple[Market, ...] = get_args(Market)
ModelName = Literal["auto", "market", "market-size", "market-adjusted", "mean-adjusted"]
MODELS: tuple[ModelName, ...] = get_args(ModelName)
"""Of the expected return; `auto`: the market model, and market-size where the whole market moves too far for it."""
FORMATS = ("txt", "md", "html", "csv", "parquet", "xlsx", "png", "json")
"""Of files."""
SCREENS = ("report", "compare", "stock", "days", "claims", "scan")
KINDS = ("konex", "preferreds", "spacs")
"""Stocks that a scan leaves out unless they are asked for: KONEX trades by appointment and has no index, a preferred
share doubles its ordinary one, a SPAC is cash."""
