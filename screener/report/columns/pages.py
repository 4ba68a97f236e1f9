"""Tables on pages: which columns of a frame they show, under which header, and how.

Where there is no room, the column of the highest priority goes first; those of priority 0 stay. `name`, `sector_name`,
`pair`, `versus` and `spark` are columns that the views derive from the frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from screener.analysis.scores import PARTS
from screener.i18n import N_
from screener.report import cells
from screener.report.blocks import Cell


@dataclass(frozen=True)
class PageColumn:
    """One column of a table on a page."""

    column: str
    """Of the frame; '' for one that is made of several."""
    header: str
    """In English, to be translated."""
    show: Callable[[Any], Cell]
    """Makes a cell of a value, or where there is no `column`, of the row."""
    priority: int = 0
    right: bool = True
    """Whether the cells stand on the right, as figures do."""

    def at(self, priority: int) -> PageColumn:
        """The same with another priority."""
        return replace(self, priority=priority)


_SIGNED_1, _SIGNED_2 = (partial(cells.signed, decimals=decimals) for decimals in (1, 2))

SECTOR = PageColumn("name", N_("Sector"), cells.text, right=False)
THEME = PageColumn("name", N_("Theme"), cells.text, right=False)
_TICKER = PageColumn("ticker", N_("Ticker"), cells.text, right=False)
_STARRED = PageColumn("starred", N_("Stock"), cells.text, right=False)
STOCK = PageColumn("name", N_("Stock"), cells.text, right=False)
_OF_SECTOR = PageColumn("sector_name", N_("Sector"), cells.text, right=False)
_WINDOW = PageColumn("", N_("Window"), cells.window, right=False)
_N = PageColumn("n", N_("n"), cells.count)
_RETURN = PageColumn("raw_return", N_("Return %"), cells.arrow)
_CAR = PageColumn("car", N_("CAR %"), cells.percent)
_MEAN = PageColumn("mean_return_ew", N_("Mean %"), cells.arrow)
_CAP_WEIGHTED = PageColumn("mean_return_cw", N_("Cap-w. %"), cells.percent)
_CAAR = PageColumn("caar_ew", N_("CAAR %"), cells.arrow)
_INTERVAL = PageColumn("", N_("95% interval"), cells.interval)
_RANK = PageColumn("", N_("Rank"), cells.rank, 1)
_P = PageColumn("placebo_p", N_("p"), cells.p)
_Q = PageColumn("q", N_("q"), cells.p, 1)
_P_FAMILY = PageColumn("p_family", N_("corrected p"), cells.p)
_P_PORTFOLIO = PageColumn("p_portfolio", N_("portfolio t"), cells.p)
_SCORE = PageColumn("score", N_("Score"), cells.signed, 2)
_VOLUME = PageColumn("volume_ratio", N_("Vol. x"), cells.times)
_LASTING = PageColumn("lasting", N_("since"), cells.lasting, 2, right=False)
_BREADTH = PageColumn("", N_("Up/=/dn"), cells.breadth, 2)
_FLAGS = PageColumn("flags", N_("Notes"), cells.flags, right=False)
_VS_INDEX = PageColumn("versus", N_("vs index"), cells.percent)
_VS_FUND = PageColumn("versus", N_("vs fund"), cells.percent)
_DRAWN = (
    PageColumn("score", N_("- 0 +"), cells.bar, 3, right=False),
    PageColumn("spark", N_("Path"), cells.text, 5, right=False),
)
_NET = (
    PageColumn("foreign_net", N_("Foreign, 100m won"), cells.money, 6),
    PageColumn("institution_net", N_("Institutions, 100m won"), cells.money, 6),
)
_PART_HEADERS = {
    "magnitude": N_("magnitude"),
    "certainty": N_("certainty"),
    "persistence": N_("persistence"),
    "breadth": N_("breadth"),
    "volume": N_("Vol. x"),
}

SUMMARY = (*(SECTOR, _N, _MEAN, _CAAR, _P, _Q, _BREADTH, _VOLUME.at(4), *_NET, _SCORE.at(1), *_DRAWN),)
"""Sectors in one window, as a summary has them: size, certainty, breadth, path."""


def versus(*, funds: bool) -> PageColumn:
    """The column beside the benchmark, which is an index, or a fund that stands for one."""
    return _VS_FUND if funds else _VS_INDEX


def groups(first: PageColumn, *, study: bool, funds: bool) -> tuple[PageColumn, ...]:
    """Sectors or themes in one window, with every figure; `first` names them."""
    returns = (first, _N, _MEAN, _CAP_WEIGHTED.at(3), PageColumn("median_return", N_("Median %"), cells.percent, 2))
    if not study:
        return (*returns, _BREADTH.at(0), versus(funds=funds).at(4))
    tests = (_CAAR, _INTERVAL.at(4), _RANK, _P, _Q, _SCORE, _VOLUME.at(5))
    return (*returns, _BREADTH, versus(funds=funds).at(4), *tests, *_NET, *_DRAWN)


TESTS = (
    SECTOR,
    _P_FAMILY.at(3),
    _P_PORTFOLIO,
    PageColumn("p_adj_bmp", N_("adj. BMP"), cells.p),
    PageColumn("p_grank", N_("GRANK-T"), cells.p, 2),
    PageColumn("rbar", N_("r-bar"), _SIGNED_2),
)
NAIVE_TESTS = (SECTOR, PageColumn("p_patell", N_("Patell"), cells.p), PageColumn("p_bmp", N_("BMP"), cells.p))
"""Tests that assume independence between stocks."""


def parts(first: PageColumn, names: Iterable[str] = PARTS, *, left_out: bool = False) -> tuple[PageColumn, ...]:
    """What scores are made of, the parts `names`; `left_out`: and their range when each member is left out once."""
    return (
        first,
        _SCORE.at(0),
        PageColumn("rank", N_("#"), cells.count),
        *(PageColumn(f"score_{name}", _PART_HEADERS[name], _SIGNED_2, 1) for name in names),
        PageColumn("steady", N_("steady %"), cells.share, 2),
        *([PageColumn("", N_("without one"), cells.left_out, 3)] if left_out else []),
    )


PARTS_OF_STOCKS = parts(STOCK, [name for name in PARTS if name != "breadth"])

_SPREAD_TESTS = (
    replace(_CAAR, show=cells.percent),
    _INTERVAL.at(3),
    _RANK,
    _P,
    _P_PORTFOLIO.at(3),
    PageColumn("p_kp", N_("KP two-sample"), cells.p, 4),
    PageColumn("detectable", N_("detectable"), cells.points, 5),
)


def spreads(*, study: bool) -> tuple[PageColumn, ...]:
    """Sector against sector in one window."""
    returns = (PageColumn("pair", N_("Spread"), cells.text, right=False), _MEAN, _CAP_WEIGHTED.at(2))
    return (*returns, *(_SPREAD_TESTS if study else ()))


SPREAD_BY_WINDOW = (_WINDOW, _MEAN, _CAP_WEIGHTED.at(4), *_SPREAD_TESTS)


def later(window: str) -> tuple[PageColumn, ...]:
    """Sectors in one further window, whose name is the header of the first column."""
    return (replace(_CAAR, header=window), _P.at(1), _LASTING)


def movers(*, study: bool) -> tuple[tuple[PageColumn, ...], tuple[PageColumn, ...]]:
    """Winners on the left, and losers on the right."""
    figures = (_RETURN, *((_CAR.at(1), _P.at(2)) if study else ()))
    return (replace(_STARRED, header=N_("Winner")), *figures), (replace(_STARRED, header=N_("Loser")), *figures)


_ABNORMAL = (_CAR, _INTERVAL.at(4), PageColumn("scar", N_("t"), _SIGNED_1, 1), _P.at(1))


def stocks(*, study: bool, funds: bool, printed: bool) -> tuple[PageColumn, ...]:
    """Stocks in one window."""
    first = (_TICKER, _STARRED, _OF_SECTOR.at(4), _RETURN)
    if study:
        return (*first, *_ABNORMAL, _SCORE, _VOLUME.at(3), _FLAGS.at(1))
    by = (versus(funds=funds).at(5), PageColumn("published_by", N_("Printed by"), cells.text, right=False))
    return (*first, *(by if printed else ()))


def stock_by_window(*, study: bool, funds: bool) -> tuple[PageColumn, ...]:
    """One stock in each window."""
    benchmark = PageColumn("benchmark_return", N_("Fund %") if funds else N_("Index %"), cells.percent, 3)
    tests = (*_ABNORMAL, _Q.at(2), _SCORE.at(0), _VOLUME.at(3), _LASTING)
    return (_WINDOW, _RETURN, benchmark, *(tests if study else ()))


FLOWS = (
    PageColumn("date", N_("Session"), cells.text, right=False),
    PageColumn("foreign", N_("Foreign"), cells.money),
    PageColumn("institution", N_("Institutions"), cells.money),
    PageColumn("individual", N_("Individuals"), cells.money),
)
DRIVERS = (*(_TICKER, STOCK, _OF_SECTOR.at(1), _CAR), PageColumn("contribution", N_("brought %p"), cells.arrow))
PLANTED = (
    SECTOR,
    _WINDOW,
    PageColumn("planted", N_("Planted"), cells.percent),
    PageColumn("caar_ew", N_("Found"), cells.percent),
    replace(_INTERVAL, show=cells.dotted_interval),
    PageColumn("covered", N_("covered"), cells.yes_no, right=False),
)

SCAN = (
    _TICKER,
    STOCK,
    PageColumn("score", N_("Score"), cells.directed),
    *(_RETURN, _CAR, _P, _Q, _VOLUME.at(2)),
    PageColumn("verdict", N_("Verdict"), cells.verdict, 3, right=False),
    PageColumn("group", N_("Group"), cells.group, 4),
    PageColumn("sectors", N_("Sector"), cells.text, 5, right=False),
    _FLAGS.at(6),
)
_FOUND = (
    _N,
    _MEAN,
    replace(_CAAR, show=cells.percent, priority=2),
    PageColumn("breadth_up", N_("Up %"), cells.share, 5),
    _RANK,
    _P.at(3),
)
GROUPS = (
    PageColumn("group", N_("No."), cells.count),
    PageColumn("strongest", N_("Strongest members"), cells.text, right=False),
    *_FOUND,
    PageColumn("", N_("Ordinary"), cells.as_extreme, 2),
    _Q.at(0),
    PageColumn("q_portfolio", N_("q of t"), cells.p, 3),
    PageColumn("overlap_shares", N_("Overlap"), cells.overlap, 4, right=False),
)
INDUSTRIES = (PageColumn("industry", N_("Industry"), cells.text, right=False), *_FOUND, _Q.at(0), _P_FAMILY.at(2))
