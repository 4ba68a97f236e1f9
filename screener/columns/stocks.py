"""Columns of single stocks: in every window of a study, and in the scan of a whole market."""

from __future__ import annotations

from screener.columns.column import Column, TableSpec, Unit
from screener.columns.shared import (
    HALF_WIDTH,
    LASTING,
    NAME,
    P_POOLED,
    PARTS,
    POST_HOC,
    RANDOM_SHARE,
    STEADY,
    VOLUME_RATIO,
    confounders,
    interval,
    score,
    verdict,
    window,
)

_NO_RETURN = "no trade on the window's last session, or on the one before its first"
_NO_CAR = "no model could be fitted before the event, or a session of the window has no return"
_NO_PLACEBO = f"there are fewer than 9 ordinary sessions, or {_NO_CAR}"

_TICKER = Column("ticker", Unit.NAME, "Ticker of KRX, six characters.")
_SYMBOL = Column("symbol", Unit.NAME, "`KRX:` and the ticker, so that spreadsheets do not read it as a number.")
_MARKET = Column("market", Unit.TEXT, "KOSPI or KOSDAQ, whose index is the benchmark.")
_STOCK = (_TICKER, _SYMBOL, NAME, _MARKET)
_RETURNS = (
    Column("raw_return", Unit.RETURN, "Return from the close before the window to its last close.", _NO_RETURN),
    Column(
        "benchmark_return",
        Unit.RETURN,
        "Return of the benchmark over the window.",
        "the source has no index of that market",
    ),
    Column(
        "car",
        Unit.RETURN,
        "Cumulative abnormal return: the sum of return minus expected return over the window.",
        _NO_CAR,
    ),
)
_PLACEBO_P = Column(
    "placebo_p",
    Unit.PROBABILITY,
    "p of the headline test, for this stock alone: rank of the event among earlier ordinary sessions of the stock.",
    _NO_PLACEBO,
)
_PLACEBO_N = Column(
    "placebo_n", Unit.COUNT, "Number of ordinary sessions of the stock, plus 1 for the event.", "`model` is empty"
)
_FLAGS = Column(
    "flags",
    Unit.TEXT,
    "Special cases in the window, separated by spaces: limit_up, limit_down, halted, resumed (first return "
    "after a halt); "
    "no_estimation (too few sessions before the event).",
    "there is none",
)

STOCKS = TableSpec(
    "stocks",
    "One stock as a member of one sector, in one window; a stock of two sectors has rows in both.",
    *_STOCK,
    Column("sector", Unit.NAME, "Id of the sector that contains it."),
    Column("theme", Unit.NAME, "Theme of that sector.", "the sector has none for it"),
    *window(),
    *_RETURNS,
    Column(
        "bhar", Unit.RETURN, "Buy-and-hold abnormal return: compound return minus compound expected return.", _NO_CAR
    ),
    Column("scar", Unit.STATISTIC, "car over its standard error, including estimation error.", _NO_CAR),
    Column("t", Unit.STATISTIC, "The same figure, as a t statistic.", _NO_CAR),
    Column("p", Unit.PROBABILITY, "Two-sided p of t.", _NO_CAR),
    Column(
        "q",
        Unit.PROBABILITY,
        "p (of t) adjusted for the number of stocks (Benjamini and Hochberg).",
        f"the stock is only in sectors that were put together after the event, or {_NO_CAR}",
    ),
    _PLACEBO_P,
    VOLUME_RATIO,
    *score("a stock", "q"),
    _FLAGS,
    Column(
        "index_weight",
        Unit.WEIGHT,
        "Share of the capitalisation of its market at the base, the session before the event.",
        "the source has no capitalisation of the stock or of its market",
    ),
    Column(
        "car_loo",
        Unit.RETURN,
        "CAR against the index excluding the stock itself.",
        "the stock is less than 5% of its index, or its share is unknown",
    ),
    Column("scar_loo", Unit.STATISTIC, "car_loo over its standard error.", "car_loo is empty"),
    Column(
        "index_contribution",
        Unit.RETURN,
        "Contribution to its index: index_weight times raw_return.",
        "index_weight or raw_return is empty",
    ),
    *(part for part in PARTS if part.name != "score_breadth"),
    STEADY,
    *LASTING,
    Column("published_by", Unit.TEXT, "Newspaper that printed the figure.", "the figure is not from a newspaper"),
    Column(
        "article",
        Unit.TEXT,
        "Headline, or file name, of the article.",
        "the figure is not from a newspaper, or the article has none",
    ),
    *interval(" of car, by its t", _NO_CAR),
    Column(
        "marcap", Unit.KRW, "Market capitalisation at the base, the session before the event.", "the source has none"
    ),
    confounders(),
    Column("observations", Unit.COUNT, "Sessions of the estimation window on which it traded."),
    _PLACEBO_N,
    beside=(POST_HOC, HALF_WIDTH),
)

SCAN = TableSpec(
    "scan",
    "One stock of the whole market in the leading window, the highest score first.",
    *_STOCK,
    Column("sectors", Unit.TEXT, "Ids of the configured sectors that contain it, separated by spaces.", "none does"),
    Column("group", Unit.NUMBER, "Number of the discovered group that contains it.", "none does"),
    *window(),
    *_RETURNS,
    Column("t", Unit.STATISTIC, "t of car.", _NO_CAR),
    _PLACEBO_P,
    Column(
        "q",
        Unit.PROBABILITY,
        "p_pooled adjusted for the number of stocks (Benjamini and Hochberg).",
        "p_pooled is empty",
    ),
    VOLUME_RATIO,
    Column("score", Unit.SCORE, "Score of the move: its size, certainty and trading volume in one signed number."),
    Column("rank", Unit.COUNT, "Rank by score, 1 = highest."),
    verdict("a stock", "q", ""),
    Column("steady", Unit.SHARE, STEADY.meaning),
    Column("marcap", Unit.KRW, "Market capitalisation at the base.", "the source has none"),
    Column("value", Unit.KRW, "Value traded in a usual session before the event.", "the source has none"),
    _FLAGS,
    RANDOM_SHARE,
    P_POOLED,
    _PLACEBO_N,
)

SKIPPED = TableSpec(
    "skipped",
    "One stock without an abnormal return in the leading window, with the reason.",
    beside=(
        *(_TICKER, NAME, _MARKET),
        Column("sector", Unit.NAME),
        Column("theme", Unit.NAME),
        Column("code", Unit.TEXT, "Why."),
        Column("day", Unit.DATE, empty="no day is concerned"),
        Column("observations", Unit.COUNT),
        Column("has_return", Unit.FLAG),
    ),
)

BEHAVIOURS = TableSpec(
    "behaviours",
    "Estimation of one stock; the days are tuples of datetime.date.",
    beside=(
        _TICKER,
        *(Column(name, Unit.RETURN) for name in ("beta", "alpha", "sigma", "r_squared")),
        Column("observations", Unit.COUNT),
        *(Column(name, Unit.TEXT) for name in ("limit_days", "halted_days", "action_days")),
        Column("lowest", Unit.RETURN, empty="it has no close at the base, or no window reaches from the event day on"),
        Column("lowest_day", Unit.DATE, empty="there is no lowest close"),
        Column("regained_day", Unit.DATE, empty="it did not fall, or did not come back in that window"),
    ),
)

FLOWS = TableSpec(
    "flows",
    "Net purchases of one stock on one session; of the card of a stock alone.",
    beside=(Column("date", Unit.DATE), *(Column(name, Unit.KRW) for name in ("foreign", "institution", "individual"))),
)
