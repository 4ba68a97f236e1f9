"""Columns of the sessions of one sector or stock."""

from __future__ import annotations

from screener.columns.column import BY_LANGUAGE, Column, TableSpec, Unit
from screener.columns.shared import NAME

_NO_STATISTIC = "the sector or stock has no return that day, or too few before it"

DAYS = TableSpec(
    "days",
    "One session of one sector, theme or stock, the most extreme first.",
    Column("series", Unit.NAME, "Id of the sector, SECTOR:theme, or ticker."),
    NAME,
    Column("date", Unit.DATE, "The session."),
    Column("tau", Unit.TAU, "Its place relative to the event day, which is 0."),
    Column("rank", Unit.COUNT, "Place by |z_ewma| among the sessions of this table, 1 = most extreme.", _NO_STATISTIC),
    Column(
        "z_ewma",
        Unit.STATISTIC,
        "Abnormal return over the volatility that the sessions before it let expect: the statistic of the headline "
        "test, each session measured against its own estimation window.",
        _NO_STATISTIC,
    ),
    Column("raw_return", Unit.RETURN, "Mean return of the members, or the return of the stock.", "none has a return"),
    Column(
        "abnormal_return",
        Unit.RETURN,
        "Return beyond the expected one, of the portfolio fitted as one before that session.",
        _NO_STATISTIC,
    ),
    Column(
        "benchmark_return",
        Unit.RETURN,
        "Mean over the members with a return of what their benchmarks did.",
        "none has a return, or the source has no index",
    ),
    Column(
        "volume_ratio",
        Unit.RATIO,
        "Volume over its daily mean in the estimation window of that session; of a group, the median of its members'.",
        "the source gives no volume, or there was none in the estimation window",
    ),
    Column("n", Unit.COUNT, "Members with a return that day."),
    Column(
        "ordinary",
        Unit.FLAG,
        "1 = one of the ordinary sessions that the event is ranked among; placebo_n is 1 more than there are.",
    ),
    Column(
        "as_extreme",
        Unit.FLAG,
        "1 = one of these whose |z_ewma| is at least the event's: placebo_rank is 1 more than there are.",
    ),
    Column("events", Unit.TEXT, "Configured events of that day.", "there is none", BY_LANGUAGE),
    Column(
        "confounders",
        Unit.TEXT,
        "What else is configured to have moved prices that day, each with its own day.",
        "nothing is known to have",
        BY_LANGUAGE,
    ),
)
