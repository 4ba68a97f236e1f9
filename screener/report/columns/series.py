"""paths.csv, levels.csv, trend.csv, planted.csv and claims.csv."""

from __future__ import annotations

from screener.analysis.claims import VERDICTS
from screener.report.columns.common import CONFOUNDERS, FIRST, LAST, NO_STUDY, WINDOW, Column, TableSpec, Unit
from screener.report.columns.groups import NO_CAAR, SECTOR, THEME

_TAU = Column("tau", Unit.TAU, "The session.")
_DATE = Column("date", Unit.DATE, "Its day.")
_NO_INTERVAL = f"{NO_STUDY}, or the row is about a theme, or too few ordinary sessions are known"

PATHS = TableSpec(
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
        ),
        Column(
            "ci_high",
            Unit.RETURN,
            "Upper end of that interval.",
            _NO_INTERVAL,
        ),
        *LAST,
    ),
)

LEVELS = TableSpec(
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

TREND = TableSpec(
    "trend",
    "One sector as the report of one session had it, over all days from the event to that session.",
    (
        *FIRST,
        Column("sector", Unit.NAME, "Id of the sector."),
        Column("tau", Unit.TAU, "Last session of that report."),
        Column("reported", Unit.DATE, "Its day: the as_of of that report."),
        Column("score", Unit.SCORE, "Score over those days.", "it had none"),
        Column("rank", Unit.COUNT, "Its place among the sectors then, 1 = highest score.", "it had no place"),
        Column("caar_ew", Unit.RETURN, "Mean cumulative abnormal return over those days.", NO_CAAR),
        Column("q", Unit.PROBABILITY, "p of the headline test, for the number of sectors.", "it had none"),
        *LAST,
    ),
)

PLANTED = TableSpec(
    "planted",
    "One sector of a simulated market in one window: what was planted, beside what was found.",
    (
        *FIRST,
        SECTOR,
        *WINDOW,
        Column("planted", Unit.RETURN, "Cumulative abnormal return that was put in."),
        Column("caar_ew", Unit.RETURN, "What the study found.", NO_CAAR),
        Column("ci_low", Unit.RETURN, "Lower end of the 95 % interval.", NO_CAAR),
        Column("ci_high", Unit.RETURN, "Upper end of that interval.", NO_CAAR),
        Column("covered", Unit.FLAG, "1 = the interval holds what was planted."),
        CONFOUNDERS,
        *LAST,
    ),
)

_NO_WINDOW = "prices of the exchange cannot test it, or it is about the base alone"
_NO_VALUE = "prices cannot test it, or those that would are not there"

CLAIMS = TableSpec(
    "claims",
    "One claim about the event.",
    (
        *FIRST,
        Column("id", Unit.NAME, "Id of the claim."),
        Column("said", Unit.TEXT, "What was said."),
        Column("by", Unit.TEXT, "The articles that said it."),
        Column("date", Unit.DATE, "Day on which it was said.", "the day is not known"),
        Column(
            "kind",
            Unit.TEXT,
            "Its test: change, group, rank, versus, path, ratio or analogue.",
            "prices of the exchange cannot test it",
        ),
        Column(
            "window_start",
            Unit.TAU,
            "First session of its window.",
            _NO_WINDOW,
        ),
        Column(
            "window_end",
            Unit.TAU,
            "Last session of its window.",
            _NO_WINDOW,
        ),
        Column("verdict", Unit.TEXT, f"{', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}."),
        Column(
            "figures",
            Unit.TEXT,
            "The figures that the verdict rests on, in words.",
            "there are none",
        ),
        Column(
            "reason",
            Unit.TEXT,
            "Why there is no verdict, or what the verdict does not carry.",
            "there is nothing to add",
        ),
        Column("against", Unit.TEXT, "Claims that say otherwise, by id or in words.", "none does"),
        Column("value", Unit.SEE_UNIT, "The figure under test.", _NO_VALUE),
        Column("unit", Unit.TEXT, "What value is: return (decimal), share, rank or ratio.", _NO_VALUE),
        Column(
            "confounders",
            Unit.TEXT,
            "What else moved prices during its window, each with its day.",
            "nothing is known to have",
        ),
        *LAST,
    ),
)
