"""Sectors, indices and stocks session by session, sectors report by report, and the truth of a simulated market."""

from __future__ import annotations

from screener.report.columns import Column, Form, Unit
from screener.report.forms.common import CONFOUNDERS, FIRST, LAST, NO_STUDY, WINDOW
from screener.report.forms.groups import NO_CAAR, SECTOR, THEME

_TAU = Column("tau", Unit.TAU, "The session.")
_DATE = Column("date", Unit.DATE, "Its day.", value="day")
_NO_INTERVAL = f"{NO_STUDY}, or the row is about a theme, or too few ordinary sessions are known"

PATHS = Form(
    "paths",
    "One sector, or one theme of it, on one session around the event.",
    (
        *FIRST,
        SECTOR,
        THEME,
        _TAU,
        _DATE,
        Column("n", Unit.COUNT, "Members with an abnormal return that day."),
        Column("aar", Unit.RETURN, "Their mean abnormal return that day.", "none of them has one"),
        Column("caar", Unit.RETURN, "The sum of aar since the base, the session before the event; 0 there."),
        Column(
            "ci_low",
            Unit.RETURN,
            "Lower end of the 95 % interval around caar, by the headline test.",
            _NO_INTERVAL,
            lambda row, *_: row.caar - row.half_width,
        ),
        Column(
            "ci_high",
            Unit.RETURN,
            "Upper end of that interval.",
            _NO_INTERVAL,
            lambda row, *_: row.caar + row.half_width,
        ),
        *LAST,
    ),
)

LEVELS = Form(
    "levels",
    "One index, sector or stock on one session around the event.",
    (
        *FIRST,
        Column("series", Unit.NAME, "Market of an index, id of a sector, SECTOR:theme, or ticker."),
        Column("kind", Unit.TEXT, "index, sector or stock."),
        _TAU,
        _DATE,
        Column("level", Unit.GROWTH, "What became of 1 won put into it at the base close.", "it has no close that day"),
        *LAST,
    ),
)

TREND = Form(
    "trend",
    "One sector as the report of one session had it, over all days from the event to that session.",
    (
        *FIRST,
        Column("sector", Unit.NAME, "Id of the sector."),
        Column("tau", Unit.TAU, "Last session of that report."),
        Column("reported", Unit.DATE, "Its day: the as_of of that report.", value="as_of"),
        Column("score", Unit.SCORE, "Score over those days.", "it had none"),
        Column("rank", Unit.COUNT, "Its place among the sectors then, 1 = highest score.", "it had no place"),
        Column("caar_ew", Unit.RETURN, "Mean cumulative abnormal return over those days.", NO_CAAR, "caar"),
        Column("q", Unit.PROBABILITY, "p of the headline test, for the number of sectors.", "it had none"),
        *LAST,
    ),
)

PLANTED = Form(
    "planted",
    "One sector of a simulated market in one window: what was planted, beside what was found.",
    (
        *FIRST,
        SECTOR,
        *WINDOW,
        Column("planted", Unit.RETURN, "Cumulative abnormal return that was put in."),
        Column("caar_ew", Unit.RETURN, "What the study found.", NO_CAAR, "found"),
        Column("ci_low", Unit.RETURN, "Lower end of the 95 % interval.", NO_CAAR, "low"),
        Column("ci_high", Unit.RETURN, "Upper end of that interval.", NO_CAAR, "high"),
        Column("covered", Unit.FLAG, "1 = the interval holds what was planted."),
        CONFOUNDERS,
        *LAST,
    ),
)
