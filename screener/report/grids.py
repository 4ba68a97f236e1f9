"""Columns of the tables on pages: their headers, what their cells show, and which of them go first for want of room.

Each reads the column of its name in a frame, or of rows that a view has made of one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from screener.i18n import N_, _, language
from screener.report import formatting
from screener.report.blocks import WIDE, Cell, Kind
from screener.report.model import VERDICTS


class PageColumn(NamedTuple):
    """One column of a table on a page."""

    name: str
    """Of the column in the frame; '' for one that is made of the whole row."""
    header: str
    """In English, to be translated."""
    cell: Callable[[Any], Cell]
    """Of a value, or of a row where the column has no name."""
    priority: int = 0
    """On pages without room for all, the column of the highest priority goes first; those of priority 0 stay."""
    right: bool = True
    """Whether the cells stand on the right, as figures do."""
    kind: Kind = ""
    """Of the field."""

    def at(self, priority: int) -> PageColumn:
        """The same with another priority."""
        return self._replace(priority=priority)


def percent(value: float) -> Cell:
    """A decimal as a signed percentage, in the colour of its direction."""
    if not math.isfinite(value):
        return Cell("-", value, dim=True)
    return Cell(formatting.percent(value), value, formatting.direction(value))


def _arrow(value: float) -> Cell:
    """The same with an arrow."""
    cell = percent(value)
    return cell._replace(text=f"{formatting.arrow(value)} {cell.text}") if math.isfinite(value) else cell


def signed(value: float, decimals: int = 0) -> Cell:
    """A figure with its sign."""
    return Cell(formatting.signed(value, decimals), value)


def _directed(score: float) -> Cell:
    """The same in the colour of its direction."""
    return Cell(formatting.signed(score, 0), score, formatting.direction(score))


def _number(value: float, decimals: int = 0, scale: int = 1) -> Cell:
    """A figure, times `scale`, without a sign."""
    return Cell(formatting.number(value * scale, decimals), value * scale)


def probability(value: float) -> Cell:
    """A p value."""
    return Cell(formatting.probability(value), value)


def _money(won: float) -> Cell:
    """KRW in 억 원, in English in billions, in the colour of its direction."""
    if not math.isfinite(won):
        return Cell("-", won, dim=True)
    decimals = 0 if language() == "ko" else 1
    return Cell(f"{won / formatting.money_unit():+,.{decimals}f}", won, (won > 0) - (won < 0))


def _text(value: object) -> Cell:
    return Cell(str(value))


_share, _ratio = partial(_number, scale=100), partial(_number, decimals=1)
_fraction, _statistic = partial(signed, decimals=2), partial(signed, decimals=1)


def _interval(row: Any, between: str = " ") -> Cell:
    ends = between.join(formatting.percent(end) for end in (row.ci_low, row.ci_high))
    return Cell(ends if math.isfinite(row.ci_low) else "-", row.ci_low)


def _left_out(row: Any) -> Cell:
    """The range of a score when each member is left out once."""
    return Cell(f"{formatting.signed(row.score_low, 0)} {formatting.signed(row.score_high, 0)}", row.score_low)


def _rank(row: Any) -> Cell:
    """Of the event among ordinary sessions."""
    known = math.isfinite(row.placebo_rank)
    return Cell(f"{row.placebo_rank:.0f}/{row.placebo_n:.0f}" if known else "-", row.placebo_rank)


def _breadth(row: Any) -> Cell:
    """Members that rose, stayed and fell."""
    return Cell(f"{row.n_up}/{row.n_flat}/{row.n_down}" if row.n else "-", row.breadth_up)


LASTING = {
    "held": N_("held"),
    "faded": N_("faded"),
    "reversed": N_("reversed"),
    "extended": N_("extended"),
    "delayed": N_("delayed"),
}
FLAGS = {
    "limit_up": N_("limit up"),
    "limit_down": N_("limit down"),
    "halted": N_("halted"),
    "resumed": N_("resumed"),
    "no_estimation": N_("no estimation"),
}
_OVERLAPS = 2
"""Configured sectors that are named beside a discovered group."""


def _overlap(shares: Mapping[str, float]) -> Cell:
    return Cell(", ".join(f"{sector} {share * 100:.0f}%" for sector, share in list(shares.items())[:_OVERLAPS]))


def _path(values: Sequence[float]) -> Cell:
    return Cell(formatting.sparkline(values), path=values)


def _left(name: str, header: str, cell: Callable[[Any], Cell] = _text, priority: int = 0) -> PageColumn:
    return PageColumn(name, header, cell, priority, right=False)


def _versus(*, funds: bool) -> PageColumn:
    """The return beyond the benchmark, which is an index, or a fund that stands for one."""
    return PageColumn("versus", N_("vs ETF, pp") if funds else N_("vs index, pp"), percent, 4)


SECTOR_NAME = _left("name", N_("Sector"))
THEME_NAME = _left("name", N_("Theme"))
_STOCK_NAME = _left("name", N_("Stock"))
_WINDOW = _left("", N_("Window"), lambda row: Cell(formatting.window_name(row.window_start, row.window_end)))

# Returns
_N = PageColumn("n", N_("n"), _number)
_MEAN = PageColumn("mean_return_ew", N_("Mean %"), _arrow)
_CAP_WEIGHTED = PageColumn("mean_return_cw", N_("Cap-w. %"), percent)
_MEDIAN = PageColumn("median_return", N_("Median %"), percent, 2)
_CAAR = PageColumn("caar_ew", N_("CAAR %"), _arrow)
_BREADTH = PageColumn("", N_("Up/=/dn"), _breadth, 2)
_RETURN = PageColumn("raw_return", N_("Return %"), _arrow)
_CAR = PageColumn("car", N_("CAR %"), percent)

# Tests
_INTERVAL = PageColumn("", N_("95% CI"), _interval, 4)
_RANK = PageColumn("", N_("Rank"), _rank, 1)
_P = PageColumn("placebo_p", N_("p"), probability)
_Q = PageColumn("q", N_("q"), probability, 1)
_T = PageColumn("scar", N_("t"), _statistic, 1)
_P_OF_T = PageColumn("p", N_("p of t"), probability, 4)
_Q_OF_T = PageColumn("q", N_("q of t"), probability, 2)
_P_POOLED = PageColumn("p_pooled", N_("pooled p"), probability)
_P_FAMILY = PageColumn("p_family", N_("corrected p"), probability)
_P_PORTFOLIO = PageColumn("p_portfolio", N_("portfolio t"), probability)

# Scores
_SCORE = PageColumn("score", N_("Score"), signed)
_BAR = _left("score", N_("- 0 +"), lambda score: Cell(formatting.bar(score), score), 3)._replace(kind="bar")
_SPARK = _left("spark", N_("Path"), _path, 5)._replace(kind="path")
_SINCE = _left("lasting", N_("afterwards"), lambda lasting: Cell(_(LASTING[lasting]) if lasting else "-"), 2)
_VOLUME = PageColumn("volume_ratio", N_("Vol. x"), _ratio)
_NOTES = _left("flags", N_("Notes"), lambda flags: Cell(", ".join(_(FLAGS[flag]) for flag in flags.split())))
_PLACE = PageColumn("rank", N_("#"), _number)
_PARTS = tuple(
    PageColumn(f"score_{name}", header, _fraction, 1)
    for name, header in (
        ("magnitude", N_("magnitude")),
        ("certainty", N_("certainty")),
        ("persistence", N_("persistence")),
        ("breadth", N_("breadth")),
        ("volume", N_("Vol. x")),
    )
)
_STEADY = PageColumn("steady", N_("rank stability %"), _share, 2)
_LEFT_OUT = PageColumn("", N_("leave-one-out"), _left_out, 3)

_NET = (
    PageColumn("foreign_net", N_("Foreign, ₩ bn"), _money, 6),
    PageColumn("institution_net", N_("Institutions, ₩ bn"), _money, 6),
)


def summary_columns(*, funds: bool) -> tuple[PageColumn, ...]:
    """Sectors in one window, as a summary has them: size, certainty, breadth, path, and on wide terminals more."""
    tests = (_INTERVAL.at(WIDE), _RANK.at(WIDE + 1), _P.at(2), _P_FAMILY, _Q.at(WIDE + 2))
    returns = (_BREADTH, _CAP_WEIGHTED.at(WIDE + 5), _MEDIAN.at(WIDE + 3), _versus(funds=funds).at(WIDE + 4))
    return (SECTOR_NAME, _N, _CAAR, _MEAN, *tests, *returns, _VOLUME.at(4), *_NET, _SCORE.at(1), _SPARK)


def group_columns(first: PageColumn, *, study: bool, funds: bool) -> tuple[PageColumn, ...]:
    """Sectors or themes in one window, with every figure; `first` names them."""
    if not study:
        return (first, _N, _MEAN, _CAP_WEIGHTED.at(3), _MEDIAN, _BREADTH.at(0), _versus(funds=funds))
    tests = (_CAAR, _MEAN, _INTERVAL, _RANK, _P, _P_FAMILY, _Q, _SCORE.at(2))
    returns = (_BREADTH, _CAP_WEIGHTED.at(3), _MEDIAN, _versus(funds=funds), _VOLUME.at(5))
    return (first, _N, *tests, *returns, *_NET, _BAR, _SPARK)


TESTS = (
    *(SECTOR_NAME, _P_PORTFOLIO),
    PageColumn("p_adj_bmp", N_("adj. BMP"), probability),
    PageColumn("p_grank", N_("GRANK-T"), probability, 2),
    PageColumn("rbar", N_("r-bar"), _fraction),
)
NAIVE_TESTS = (
    SECTOR_NAME,
    PageColumn("p_patell", N_("Patell"), probability),
    PageColumn("p_bmp", N_("BMP"), probability),
)
"""Tests that assume independence between stocks."""


def part_columns(*, left_out: bool) -> tuple[PageColumn, ...]:
    """What the scores of sectors are made of; `left_out`: and their range without each member."""
    return (SECTOR_NAME, _SCORE, _PLACE, *_PARTS, _STEADY, *([_LEFT_OUT] if left_out else []))


PARTS_OF_STOCKS = (*(_STOCK_NAME, _SCORE, _PLACE), *(part for part in _PARTS if part.name != "score_breadth"), _STEADY)

_SPREAD_TESTS = (
    *(_CAAR._replace(cell=percent), _INTERVAL.at(3), _RANK, _P, _P_PORTFOLIO.at(3)),
    PageColumn("p_kp", N_("KP two-sample"), probability, 4),
    PageColumn("detectable", N_("detectable, pp"), partial(_number, decimals=1, scale=100), 5),
)
SPREAD_BY_WINDOW = (_WINDOW, _MEAN, _CAP_WEIGHTED.at(4), *_SPREAD_TESTS)


def spread_columns(*, study: bool) -> tuple[PageColumn, ...]:
    """Sector against sector in one window."""
    return (_left("pair", N_("Spread")), _MEAN, _CAP_WEIGHTED.at(2), *(_SPREAD_TESTS if study else ()))


def later_columns(window: str, *, raw: bool) -> tuple[PageColumn, ...]:
    """Sectors in one further window, whose name is the header of the first column; `raw`: with their mean return."""
    if raw:
        return (_MEAN._replace(header=window), _CAAR, _P.at(1), _SINCE)
    return (_CAAR._replace(header=window), _P.at(1), _SINCE)


PLANTED_AND_FOUND = (
    *(SECTOR_NAME, _WINDOW),
    PageColumn("planted", N_("True effect"), percent),
    PageColumn("caar_ew", N_("Found"), percent),
    _INTERVAL._replace(cell=partial(_interval, between=" .. "), priority=0),
    _left("covered", N_("covered"), lambda covered: Cell(_("yes") if covered else _("no"))),
)

_TICKER = _left("ticker", N_("Ticker"))._replace(kind="code")
_STARRED = _left("starred", N_("Stock"))
_SECTOR_OF_STOCK = _left("sector_name", N_("Sector"))


def mover_columns(*, study: bool) -> tuple[tuple[PageColumn, ...], tuple[PageColumn, ...]]:
    """Winners by abnormal return on the left, and losers on the right; without a study those that rose and fell."""
    if not study:
        return (_left("starred", N_("Rose")), _RETURN), (_left("starred", N_("Fell")), _RETURN)
    figures = (
        *(_TICKER.at(WIDE), _SECTOR_OF_STOCK.at(WIDE + 3), _CAR._replace(cell=_arrow)),
        *(_RETURN._replace(cell=percent, priority=1), _P.at(2), _SCORE.at(WIDE + 2), _VOLUME.at(WIDE + 1)),
    )
    return (_left("starred", N_("Winner")), *figures), (_left("starred", N_("Loser")), *figures)


def stock_columns(*, study: bool, funds: bool, printed: bool) -> tuple[PageColumn, ...]:
    """Stocks in one window."""
    first = (_TICKER, _STARRED, _SECTOR_OF_STOCK.at(4))
    if study:
        returns = (_CAR._replace(cell=_arrow), _RETURN._replace(cell=percent))
        return (*first, *returns, _INTERVAL, _T, _P_OF_T, _P.at(1), _SCORE.at(2), _VOLUME.at(3), _NOTES.at(1))
    source = (_versus(funds=funds).at(5), _left("published_by", N_("Newspaper")))
    return (*first, _RETURN, *(source if printed else ()))


def stock_by_window(*, study: bool, funds: bool) -> tuple[PageColumn, ...]:
    """One stock in each window."""
    benchmark = PageColumn("benchmark_return", N_("Fund %") if funds else N_("Index %"), percent, 3)
    tests = (_CAR, _INTERVAL, _T, _P_OF_T, _Q_OF_T, _P.at(1), _SCORE, _VOLUME.at(3), _SINCE)
    return (_WINDOW, _RETURN, benchmark, *(tests if study else ()))


FLOWS = (
    _left("date", N_("Session")),
    PageColumn("foreign", N_("Foreign"), _money),
    PageColumn("institution", N_("Institutions"), _money),
    PageColumn("individual", N_("Individuals"), _money),
)
DRIVER_COLUMNS = (
    *(_TICKER, _STOCK_NAME, _SECTOR_OF_STOCK.at(1), _CAR),
    PageColumn("contribution", N_("contribution, pp"), _arrow),
)

STOCKS_OF_MARKET = (
    *(_TICKER, _STOCK_NAME, _SCORE._replace(cell=_directed), _RETURN, _CAR, _P_POOLED, _Q, _VOLUME.at(2)),
    _left("sectors", N_("Sector"), priority=1),
    _left("verdict", N_("Verdict"), lambda verdict: Cell(_(VERDICTS[verdict])), 5),
    PageColumn("group", N_("Group"), lambda group: Cell("" if math.isnan(group) else f"{group:.0f}"), 4),
    _NOTES.at(6),
)
_FOUND = (
    *(_N, _MEAN, _CAAR._replace(cell=percent, priority=2)),
    PageColumn("breadth_up", N_("Up %"), _share, 5),
    *(_RANK, _P_POOLED.at(3)),
)
GROUPS_FOUND = (
    PageColumn("group", N_("No."), _number),
    _left("strongest", N_("Strongest members")),
    *_FOUND,
    PageColumn("", N_("Ordinary"), lambda row: Cell(f"{row.as_extreme}/{row.ordinary}", row.as_extreme), 2),
    _Q.at(0),
    PageColumn("q_portfolio", N_("q of t"), probability, 3),
    _left("overlap_shares", N_("Overlap"), _overlap, 4),
)
SESSIONS_SHOWN = (
    _left("date", N_("Session")),
    PageColumn("rank", N_("#"), _number),
    PageColumn("z_ewma", N_("z"), _statistic),
    PageColumn("abnormal_return", N_("Abnormal return %"), _arrow),
    PageColumn("raw_return", N_("Return %"), percent),
    PageColumn("benchmark_return", N_("Index %"), percent, 1),
    _VOLUME.at(2),
    _left("against", N_("Ordinary"), priority=3),
    _left("events", N_("Event"), priority=4),
)
INDUSTRIES_FOUND = (_left("industry", N_("Industry")), *_FOUND, _Q.at(0), _P_FAMILY.at(2))

_GROUP_OF_EVENTS = _left("label", N_("Event group"))
_EVENTS = (PageColumn("events", N_("Events"), _number), PageColumn("sessions", N_("Sessions"), _number))
_SHIFT = (_INTERVAL.at(0), PageColumn("p_shift", N_("p"), probability))
_SPREAD_OF_CARS = (
    PageColumn("median_car", N_("Median %"), percent, 1),
    PageColumn("positive", N_("Positive, %"), _share, 2),
)
_BEHIND_SHIFT = (
    PageColumn("z_shift", N_("z"), _statistic, 3),
    PageColumn("overlapping", N_("Overlapping"), _number, 4),
)
_CAAR_OF_EVENTS = PageColumn("caar", N_("CAAR %"), _arrow)
POOLED = (*(_WINDOW, *_EVENTS, _CAAR_OF_EVENTS, *_SHIFT), *_SPREAD_OF_CARS, *_BEHIND_SHIFT)
POOLED_BY_GROUP = (_GROUP_OF_EVENTS, *POOLED[1:])
"""A study of many events: all of them by window, and the groups in one window."""
DIFFERENCES = (
    _left("label", N_("Difference")),
    *(*_EVENTS, PageColumn("caar", N_("Difference, pp"), _arrow), *_SHIFT),
    _BEHIND_SHIFT[0],
)
_TESTED = _left("tested", N_("Event group"))
POOLED_TESTS = (
    *(_TESTED, _SHIFT[1]._replace(header=N_("Shifts"))),
    PageColumn("p_score", N_("Normal scores"), probability),
    PageColumn("p_kp", N_("adj. BMP"), probability),
    PageColumn("p_calendar", N_("Calendar time"), probability),
    PageColumn("alpha_calendar", N_("alpha %"), percent, 2),
    PageColumn("p_crude", N_("Crude"), probability, 1),
    PageColumn("r_overlap", N_("r of overlap"), _fraction, 3),
)
NAIVE_POOLED_TESTS = (
    _TESTED,
    PageColumn("p_bmp", N_("BMP"), probability),
    PageColumn("p_csect", N_("Cross-section"), probability),
)
"""Tests that assume independence between events."""


def _per_unit(value: float) -> Cell:
    """A coefficient or its error in % per unit of the term, which may be of any size."""
    return Cell(formatting.significant(value * 100), value)


REGRESSION = (
    _left("label", N_("Term")),
    PageColumn("coefficient", N_("CAR %, per unit"), _per_unit),
    PageColumn("se", N_("Std. error"), _per_unit),
    PageColumn("t", N_("t"), _fraction),
    PageColumn("p", N_("p"), probability),
)
_EVENT_ID = _left("event_id", N_("Event"))
DRIVING_EVENTS = (
    *(_EVENT_ID, _left("name", N_("Of")), _left("event_day", N_("Session"))),
    _left("group_name", N_("Event group"), priority=2),
    _CAR._replace(cell=_arrow),
    PageColumn("z_ewma", N_("z"), _statistic, 1),
    PageColumn("share", N_("Share %"), lambda share: signed(share * 100)),
    PageColumn("without", N_("CAAR without it, %"), percent, 3),
)
"""The events that drive the result of a study."""
