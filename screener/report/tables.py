"""The report's tables as rows of plain values: what CSV and JSON write, in the same columns and decimals."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from screener.report import claims
from screener.report.model import EventFacts, Happening, Provenance, Report
from screener.report.words import Words
from screener.screens.claims import Checked
from screener.screens.measurement import Rules
from screener.screens.results import GroupRow
from screener.screens.scores import PARTS

RETURN, STATISTIC, PROBABILITY, RATIO = 6, 4, 8, 4
"""Decimals of a column."""

Cell = str | int | float | None


@dataclass(frozen=True)
class Column:
    """One column: its name, how to take its value from a row, and its decimals if it holds a figure."""

    name: str
    value: Callable[[Any], Any]
    decimals: int | None = None


def _count(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None


def _test(name: str) -> Column:
    """A column that holds one of the tests beside the headline."""
    decimals = PROBABILITY if name.startswith("p_") else STATISTIC
    return Column(name, lambda row: row.tests.get(name), decimals)


def _part(name: str) -> Column:
    """A column that holds one part of the score."""
    return Column(f"score_{name}", lambda row: row.score.parts.get(name), RATIO)


def _reasons(row: GroupRow) -> str:
    """Why tests have no value."""
    of_tests = [f"{name}: {why}" for name, why in row.undefined.items()]
    return "; ".join([*([f"placebo: {row.headline.reason}"] if row.headline.reason else []), *of_tests])


_HEADLINE = (
    Column("z_ewma", lambda row: row.headline.z_ewma, STATISTIC),
    Column("placebo_rank", lambda row: _count(row.headline.rank)),
    Column("placebo_n", lambda row: row.headline.n or None),
    Column("placebo_p", lambda row: row.headline.p, PROBABILITY),
)

_INTERVAL = (
    Column("caar_tested", lambda row: row.headline.caar, RETURN),
    Column("ci_low", lambda row: row.low, RETURN),
    Column("ci_high", lambda row: row.high, RETURN),
)

_SCORE = (
    Column("score", lambda row: row.score.value, 1),
    Column("rank", lambda row: _count(row.score.rank)),
    Column("verdict", lambda row: row.score.verdict or None),
)

_LASTING = (
    Column("lasting", lambda row: row.lasting.what or None),
    Column("half_life", lambda row: row.lasting.half_life, 2),
)

_STOCKS = (
    Column("ticker", lambda row: row.stock.ticker),
    Column("symbol", lambda row: f"KRX:{row.stock.ticker}"),
    Column("name", lambda row: row.stock),
    Column("market", lambda row: row.stock.market),
    Column("sector", lambda row: row.stock.sector),
    Column("theme", lambda row: row.stock.theme),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("raw_return", lambda row: row.raw_return, RETURN),
    Column("benchmark_return", lambda row: row.benchmark_return, RETURN),
    Column("car", lambda row: row.car, RETURN),
    Column("bhar", lambda row: row.bhar, RETURN),
    Column("scar", lambda row: row.scar, STATISTIC),
    Column("t", lambda row: row.scar, STATISTIC),
    Column("p", lambda row: row.p, PROBABILITY),
    Column("q", lambda row: row.q, PROBABILITY),
    Column("placebo_p", lambda row: row.placebo_p, PROBABILITY),
    Column("volume_ratio", lambda row: row.volume_ratio, RATIO),
    *_SCORE,
    Column("flags", lambda row: " ".join(row.flags)),
    Column("index_weight", lambda row: row.index_weight, RETURN),
    Column("car_loo", lambda row: row.car_loo, RETURN),
    Column("scar_loo", lambda row: row.scar_loo, STATISTIC),
    Column("index_contribution", lambda row: row.index_contribution, RETURN),
    *(_part(name) for name in PARTS if name != "breadth"),
    Column("steady", lambda row: row.score.steady, RATIO),
    *_LASTING,
)

_SECTORS = (
    Column("sector", lambda row: row.group.sector),
    Column("theme", lambda row: row.group.theme),
    Column("n", lambda row: row.n),
    Column("n_skipped", lambda row: row.n_skipped),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("mean_return_ew", lambda row: row.mean_return_ew, RETURN),
    Column("mean_return_cw", lambda row: row.mean_return_cw, RETURN),
    Column("median_return", lambda row: row.median_return, RETURN),
    Column("breadth_up", lambda row: row.breadth_up, RATIO),
    Column("caar_ew", lambda row: row.caar_ew, RETURN),
    Column("caar_cw", lambda row: row.caar_cw, RETURN),
    *(_test(name) for name in ("t_portfolio", "p_portfolio", "z_patell", "t_bmp", "rbar", "t_adj_bmp", "p_adj_bmp")),
    *(_test(name) for name in ("t_grank", "p_grank")),
    *_HEADLINE,
    Column("q", lambda row: row.headline.q, PROBABILITY),
    Column("volume_ratio", lambda row: row.volume_ratio, RATIO),
    *_SCORE,
    Column("members", lambda row: row.members),
    Column("benchmark_return", lambda row: row.benchmark_return, RETURN),
    Column("post_hoc", lambda row: int(row.group.post_hoc)),
    Column("p_family", lambda row: row.headline.p_family, PROBABILITY),
    *_INTERVAL,
    *(_test(name) for name in ("z_corrado", "p_corrado", "p_patell", "p_bmp")),
    Column("undefined", lambda row: _reasons(row)),
    *(_part(name) for name in PARTS),
    Column("steady", lambda row: row.score.steady, RATIO),
    Column("score_low", lambda row: row.score.low, 1),
    Column("score_high", lambda row: row.score.high, 1),
    Column("score_maker", lambda row: row.score.maker or None),
    *_LASTING,
)

_SPREADS = (
    Column("sector_a", lambda row: row.sector_a),
    Column("sector_b", lambda row: row.sector_b),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("n_a", lambda row: row.n_a),
    Column("n_b", lambda row: row.n_b),
    Column("mean_return_ew", lambda row: row.mean_return_ew, RETURN),
    Column("mean_return_cw", lambda row: row.mean_return_cw, RETURN),
    Column("caar_ew", lambda row: row.caar_ew, RETURN),
    Column("t_portfolio", lambda row: row.t_portfolio, STATISTIC),
    Column("p_portfolio", lambda row: row.p_portfolio, PROBABILITY),
    Column("t_kp", lambda row: row.t_kp, STATISTIC),
    Column("p_kp", lambda row: row.p_kp, PROBABILITY),
    Column("r_ab", lambda row: row.r_ab, STATISTIC),
    *_HEADLINE,
    *_INTERVAL,
    Column("detectable", lambda row: row.detectable, RETURN),
    Column("undefined", lambda row: row.headline.reason),
)

_PLANTED = (
    Column("sector", lambda row: row.group.sector),
    Column("window_start", lambda row: row.window.first),
    Column("window_end", lambda row: row.window.last),
    Column("planted", lambda row: row.planted, RETURN),
    Column("caar_ew", lambda row: row.found, RETURN),
    Column("ci_low", lambda row: row.low, RETURN),
    Column("ci_high", lambda row: row.high, RETURN),
    Column("covered", lambda row: int(row.covered)),
)

_PATHS = (
    Column("sector", lambda row: row.group.sector),
    Column("theme", lambda row: row.group.theme),
    Column("tau", lambda row: row.tau),
    Column("date", lambda row: row.day),
    Column("n", lambda row: row.n),
    Column("aar", lambda row: row.aar, RETURN),
    Column("caar", lambda row: row.caar, RETURN),
)


@dataclass(frozen=True)
class Table:
    """A named table: header, and rows of text, integers, rounded figures, or None where there is nothing."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [column.name for column in self.columns]

    def records(self) -> list[dict[str, Cell]]:
        """Rows as dictionaries."""
        return [dict(zip(self.header, row, strict=True)) for row in self.rows]


def tables(report: Report, words: Words) -> list[Table]:
    """Every table of `report`; names of stocks in the language of `words`."""
    impact = report.impact

    def printed(part: str) -> Column:
        return Column(part, lambda row: getattr(report.printed.get(row.stock.ticker), part, None))

    return [
        _table(report, words, "stocks", (*_STOCKS, printed("published_by"), printed("article")), impact.stocks),
        _table(report, words, "sectors", _SECTORS, impact.groups),
        _table(report, words, "spreads", _SPREADS, impact.spreads),
        _table(report, words, "paths", _PATHS, impact.paths),
        *([_table(report, words, "planted", _PLANTED, report.planted)] if report.planted else []),
        _table(report, words, "claims", _claims(report, words), report.claims),
    ]


def _claims(report: Report, words: Words) -> tuple[Column, ...]:
    """Columns of the claims; texts in the language of `words`."""

    def against(row: Checked) -> str:
        return "; ".join(name or f"{what} ({who})" for name, what, who in claims.others(row, report, words))

    def told(one: Happening) -> str:
        return f"{one.day} {one.what.in_(words.language)}"

    return (
        Column("id", lambda row: row.id),
        Column("said", lambda row: claims.said(row.claim.said, words)),
        Column("by", lambda row: "; ".join(row.claim.by)),
        Column("date", lambda row: row.claim.date),
        Column("kind", lambda row: row.claim.test and row.claim.test.kind),
        Column("window_start", lambda row: row.window and row.window.first),
        Column("window_end", lambda row: row.window and row.window.last),
        Column("verdict", lambda row: row.verdict),
        Column("figures", lambda row: "; ".join(claims.figures(row, report, words))),
        Column("reason", lambda row: claims.reason(row, words)),
        Column("against", against),
        Column("value", lambda row: row.value, RETURN),
        Column("unit", lambda row: row.unit),
        Column("confounders", lambda row: "; ".join(map(told, claims.confounders(row, report)))),
    )


class Sourced(Protocol):
    """What the columns that stand in every table are taken from."""

    @property
    def banner(self) -> str | None:
        """Key of a warning."""
        ...

    @property
    def event(self) -> EventFacts:
        """The event."""
        ...

    @property
    def as_of(self) -> date:
        """Last day of the prices."""
        ...

    @property
    def provenance(self) -> Provenance:
        """Where the prices come from."""
        ...

    @property
    def rules(self) -> Rules:
        """How it was measured."""
        ...


def _table(
    report: Sourced,
    words: Words,
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
) -> Table:
    banner = words(f"{report.banner}_short") if report.banner else None
    everywhere = (
        Column("event", lambda _row: report.event.id),
        Column("as_of", lambda _row: report.as_of),
        Column("source", lambda _row: report.provenance.source),
    )
    named = {column.name for column in columns}
    other_news = []
    if isinstance(report, Report) and "window_start" in named and "confounders" not in named:
        other_news = [Column("confounders", lambda row: report.other_news(row.window, words.language) or None)]
    complete = (
        *everywhere,
        *columns,
        *other_news,
        Column("model", lambda _row: report.rules.model.value if report.provenance.study else None),
        Column("benchmark", lambda _row: report.provenance.benchmark),
        Column("banner", lambda _row: banner),
    )
    return Table(name, complete, tuple(tuple(_plain(column, row, words) for column in complete) for row in rows))


def _plain(column: Column, row: Any, words: Words) -> Cell:
    value = column.value(row)
    if column.name == "name":
        return words.name(value)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, date):
        return value.isoformat()
    if column.decimals is not None:
        return round(float(value), column.decimals) + 0.0  # turns -0.0 into 0.0
    cell: Cell = value
    return cell


def to_csv(table: Table) -> bytes:
    """UTF-8 with BOM, so that spreadsheets take Hangul for what it is; figures with a fixed number of decimals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.header)
    for row in table.rows:
        writer.writerow([_csv_cell(column, cell) for column, cell in zip(table.columns, row, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _csv_cell(column: Column, cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        # A spreadsheet runs such a cell as a formula.
        return "'" + cell if cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) else cell
    return f"{cell:.{column.decimals}f}" if column.decimals is not None else str(cell)
