"""Columns of a study of many events."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from screener.columns.column import ADDED, BY_LANGUAGE, Column, TableSpec, Unit
from screener.columns.shared import PLACEBO_TEST, tested, window

_STUDY = Column("study", Unit.NAME, "Name of the study: that of the file of events, without its suffix.")
_UNUSED = "the row is left out, as `reason` says"
_NO_TEST = f"{_UNUSED}, or the headline test has no value"
_TOO_FEW = "the row is a difference, or there are too few sessions with events, or too little history around them"
_NO_SHIFT = "the calendar cannot be shifted, because the prices extend too little beyond its events"

_Spec = partial(TableSpec, about=_STUDY)


def _group(empty: str = "") -> Column:
    meaning = "Group of the events: sector, industry or value of the column that --groups names"
    return Column("group", Unit.NAME, f"{meaning}." if empty else f"{meaning}; all: every event.", empty)


EVENTS = _Spec(
    "events",
    "One event, of a stock or a sector, in one window; those that are left out have one row without figures.",
    Column("event_id", Unit.NAME, "Id of the event, as the file has it."),
    Column("date", Unit.TEXT, "Day, or moment, of the news, as the file has it.", "the file has none"),
    Column(
        "event_day",
        Unit.DATE,
        "The session on which the market could first react.",
        "the row is left out, and its day is unknown or not a session",
    ),
    Column(
        "ticker",
        Unit.NAME,
        "Code of the stock: six characters, with leading zeros.",
        "the row is about a sector, or the stock is unknown",
    ),
    Column(
        "symbol",
        Unit.NAME,
        "`KRX:` and the ticker, so that spreadsheets do not read it as a number.",
        "ticker is empty",
        ADDED,
    ),
    Column(
        "name",
        Unit.NAME,
        "Name of the stock or sector, in the language of the study.",
        "it is unknown",
        BY_LANGUAGE,
    ),
    _group("there are no groups, or the row is left out"),
    *window(empty=_UNUSED),
    Column("used", Unit.FLAG, "1 = the event is in the pooled figures."),
    Column(
        "reason",
        Unit.TEXT,
        "Why it is not used: no date, no such stock, no such sector, before the prices (or too soon after they begin), "
        "window not over, closed, twice (the same stock or sector on the same session as an earlier row), no history, "
        "no return (it did not trade over a window) or no market (the market of the stock is unknown).",
        "the event is used",
    ),
    Column("n", Unit.COUNT, "Stocks that the figures are of: 1, or the members of the sector.", _UNUSED),
    Column("car", Unit.RETURN, "Cumulative abnormal return; of a sector, the mean of its members.", _UNUSED),
    Column("se", Unit.RETURN, "Standard error of car by the model's estimation window.", _UNUSED),
    Column("t", Unit.STATISTIC, "car over se: the SCAR of a stock, the t of a sector's portfolio.", _UNUSED),
    *(replace(column, empty=_NO_TEST) for column in PLACEBO_TEST),
    Column(
        "overlaps",
        Unit.COUNT,
        "Other used events whose window shares a session with this one's.",
        _UNUSED,
    ),
    Column(
        "share",
        Unit.SIGNED_SHARE,
        "Share of the pooled statistic: z_ewma over the sum of z_ewma of all events in this window. The events with "
        "the largest shares drive the result; a negative one works against it.",
        _NO_TEST,
    ),
)

POOLED = _Spec(
    "pooled",
    "All events, one group of them, or one group minus another, in one window.",
    _group(),
    Column(
        "versus",
        Unit.NAME,
        "The group that is subtracted: every figure of the row is of the difference.",
        "the row is not a difference",
    ),
    *window(),
    Column("events", Unit.COUNT, "Events that are used; of a difference, of both groups."),
    Column("sessions", Unit.COUNT, "Sessions of these events: the tests count dates, not rows."),
    Column(
        "overlapping",
        Unit.COUNT,
        "Of the events, those whose window shares a session with that of another.",
    ),
    Column("caar", Unit.RETURN, "Mean cumulative abnormal return (CAAR) of the events.", "there is no event"),
    Column(
        "caar_low",
        Unit.RETURN,
        "Lower end of the 95% confidence interval around caar, by the shifts of the calendar.",
        _NO_SHIFT,
    ),
    Column("caar_high", Unit.RETURN, "Upper end of that confidence interval.", _NO_SHIFT),
    Column(
        "close_gap",
        Unit.RETURN,
        "Largest part of caar that the mix of official closes and last prices of the after-market can make; 0 = all "
        "closes are of one kind. There is no verdict on a caar that is not larger.",
    ),
    Column(
        "median_car", Unit.RETURN, "Median cumulative abnormal return.", "there is no event, or the row is a difference"
    ),
    Column(
        "positive",
        Unit.SHARE,
        "Share of the events with a cumulative abnormal return above 0.",
        "there is no event, or the row is a difference",
    ),
    Column(
        "z_shift",
        Unit.STATISTIC,
        "Headline statistic: the sum of the standardised abnormal returns of the session portfolios over the root of "
        "their number.",
        _NO_SHIFT,
    ),
    Column(
        "p_shift",
        Unit.PROBABILITY,
        "Two-sided p of the headline test: (1 + shifts that were as extreme) / (shifts + 1). It makes no "
        "assumption about "
        "overlap or about the correlation of stocks.",
        _NO_SHIFT,
    ),
    Column("shifts", Unit.COUNT, "Shifts of the calendar that the event was compared with."),
    Column(
        "collided",
        Unit.COUNT,
        "Largest number of events that one of these shifts places on another event of the same stocks. 0 = none; "
        "otherwise p is conservative.",
    ),
    *tested(
        "z_score",
        "z of the normal scores of the placebo ranks: one portfolio per session, their sum over the root of "
        "the number of sessions.",
        _TOO_FEW,
    ),
    *tested(
        "t_kp",
        "t of Boehmer, Musumeci and Poulsen, adjusted for the correlation of events whose windows overlap in part "
        "(Kolari, Pape and Pynnonen).",
        _TOO_FEW,
    ),
    Column(
        "r_overlap",
        Unit.CORRELATION,
        "Mean correlation of the CARs of two events, 0 for two whose windows do not overlap.",
        "there are fewer than two events, or the row is a difference",
    ),
    Column(
        "alpha_calendar",
        Unit.RETURN,
        "Mean abnormal return per session of the portfolio that holds the stocks during their windows.",
        _TOO_FEW,
    ),
    *tested("t_calendar", "t of alpha_calendar (Jaffe, Mandelker).", _TOO_FEW),
    Column("calendar_sessions", Unit.COUNT, "Sessions on which that portfolio holds a stock.", _TOO_FEW),
    *tested(
        "t_crude",
        "t with the spread of the mean abnormal return over the estimation windows (Brown and Warner's crude "
        "dependence adjustment).",
        _TOO_FEW,
    ),
    *tested(
        "t_bmp",
        "t of Boehmer, Musumeci and Poulsen, which assumes that events are independent; for comparison only.",
        _TOO_FEW,
    ),
    *tested("t_csect", "Cross-sectional t, with the same assumption.", _TOO_FEW),
)

PATHS = _Spec(
    "paths",
    "All events, or one group of them, on one session around the event.",
    _group(),
    Column("tau", Unit.TAU, "The session."),
    Column("events", Unit.COUNT, "Events with an abnormal return on that session."),
    Column("aar", Unit.RETURN, "Their mean abnormal return on that session.", "none has one"),
    Column(
        "caar", Unit.RETURN, "The sum of aar since the base, the session before the event; 0 there.", "none has one"
    ),
    Column(
        "caar_low", Unit.RETURN, "Lower end of the 95% confidence interval, by the shifts of the calendar.", _NO_SHIFT
    ),
    Column("caar_high", Unit.RETURN, "Upper end of that confidence interval.", _NO_SHIFT),
)

REGRESSION = _Spec(
    "regression",
    "One term of the regression of the abnormal returns on the characteristics of the events, in one window.",
    *window(),
    Column("term", Unit.NAME, "intercept, or a numeric column of the file of events."),
    Column(
        "coefficient",
        Unit.COEFFICIENT,
        "Change of the cumulative abnormal return for one unit of the term; least squares.",
        "the term is collinear with the others",
    ),
    Column(
        "se",
        Unit.COEFFICIENT,
        "Standard error, clustered by date and by stock (Cameron, Gelbach and Miller).",
        "the coefficient has none",
    ),
    Column("t", Unit.STATISTIC, "coefficient over se.", "the coefficient has none"),
    Column("p", Unit.PROBABILITY, "Two-sided p of t.", "the coefficient has none"),
    Column("n", Unit.COUNT, "Events with all characteristics."),
    Column("clusters_date", Unit.COUNT, "Sessions of these events."),
    Column("clusters_firm", Unit.COUNT, "Stocks and sectors of these events."),
    Column("r2", Unit.SHARE, "Share of the variance that the characteristics explain.", "there is no variance"),
    optional=True,
)

STUDY_TABLES = (EVENTS, POOLED, PATHS, REGRESSION)
"""In the order in which a study of many events has them."""
