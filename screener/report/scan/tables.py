"""The scan as rows of plain values: scan.csv, groups.csv and industries.csv, and one JSON document."""

from __future__ import annotations

import math
from dataclasses import asdict

from screener.report.columns import PROBABILITY, RATIO, RETURN, STATISTIC, Column, count
from screener.report.document import member
from screener.report.model import SCHEMA_VERSION
from screener.report.scan.model import ScanReport
from screener.report.tables import Table, table_of
from screener.screens.scanned import ScanGroup
from screener.words import Words

STRONGEST = 3
"""Members that name a group."""

_STOCKS = (
    Column("ticker", lambda row: row.stock.ticker),
    Column("symbol", lambda row: f"KRX:{row.stock.ticker}"),
    Column("name", lambda row: row.stock),
    Column("market", lambda row: row.stock.market),
    Column("sectors", lambda row: " ".join(row.sectors)),
    Column("group", lambda row: row.group),
    Column("raw_return", lambda row: row.raw_return, RETURN),
    Column("benchmark_return", lambda row: row.benchmark_return, RETURN),
    Column("car", lambda row: row.car, RETURN),
    Column("t", lambda row: row.t, STATISTIC),
    Column("placebo_p", lambda row: row.placebo_p, PROBABILITY),
    Column("q", lambda row: row.q, PROBABILITY),
    Column("volume_ratio", lambda row: row.volume_ratio, RATIO),
    Column("score", lambda row: row.score, 1),
    Column("rank", lambda row: count(row.rank)),
    Column("verdict", lambda row: row.verdict),
    Column("steady", lambda row: row.steady, RATIO),
    Column("marcap", lambda row: row.cap, 0),
    Column("value", lambda row: row.value, 0),
    Column("flags", lambda row: " ".join(row.flags)),
)

_FIGURES = (
    Column("n", lambda row: row.n),
    Column("members", lambda row: len(row.members)),
    Column("mean_return_ew", lambda row: row.mean_return, RETURN),
    Column("caar_ew", lambda row: row.mean_car, RETURN),
    Column("breadth_up", lambda row: row.breadth_up, RATIO),
    Column("z_ewma", lambda row: row.headline.z_ewma, STATISTIC),
    Column("placebo_rank", lambda row: count(row.headline.rank)),
    Column("placebo_n", lambda row: row.headline.n or None),
    Column("placebo_p", lambda row: row.headline.p, PROBABILITY),
    Column("q", lambda row: row.headline.q, PROBABILITY),
    Column("p_family", lambda row: row.headline.p_family, PROBABILITY),
    Column("t_portfolio", lambda row: row.t_portfolio, STATISTIC),
    Column("p_portfolio", lambda row: row.p_portfolio, PROBABILITY),
    Column("q_portfolio", lambda row: row.q_portfolio, PROBABILITY),
    Column("caar_tested", lambda row: row.headline.caar, RETURN),
    Column("half_width", lambda row: row.headline.half_width, RETURN),
)


def _overlap(row: ScanGroup) -> str:
    return " ".join(f"{name}:{share:.2f}" for name, share in row.overlap.items())


_END = (
    Column("overlap", _overlap),
    Column("tickers", lambda row: " ".join(one.ticker for one in row.members)),
    Column("undefined", lambda row: row.headline.reason),
)


def tables(report: ScanReport, words: Words) -> list[Table]:
    """Every table of a scan; names of stocks in the language of `words`."""
    window = (
        Column("window_start", lambda _row: report.scan.window.first),
        Column("window_end", lambda _row: report.scan.window.last),
    )
    named = Column("strongest", lambda row: ", ".join(words.name(one) for one in row.members[:STRONGEST]))
    searched = (
        Column("correlation", lambda row: row.correlation, RATIO),
        Column("as_extreme", lambda row: row.as_extreme),
        Column("ordinary", lambda _row: report.scan.ordinary),
    )
    groups = (Column("group", lambda row: row.number), named, *window, *_FIGURES, *searched, *_END)
    industries = (Column("industry", lambda row: row.name), *window, *_FIGURES, *_END)
    return [
        table_of(report, words, "scan", (*_STOCKS[:6], *window, *_STOCKS[6:]), report.scan.stocks),
        table_of(report, words, "groups", groups, report.scan.groups),
        table_of(report, words, "industries", industries, report.scan.industries),
    ]


def to_json(report: ScanReport, words: Words) -> bytes:
    """UTF-8, keys in a fixed order, null where a figure cannot be had."""
    scan = report.scan
    document = {
        "schema_version": SCHEMA_VERSION,
        "event": asdict(report.event),
        "as_of": report.as_of,
        "provenance": asdict(report.provenance),
        "rules": asdict(report.rules),
        "filters": {**asdict(report.filters), "kept": sorted(report.filters.kept)},
        "window": asdict(scan.window),
        "confounders": [asdict(one) for one in report.confounders],
        "listed": scan.listed,
        "left_out": dict(scan.left_out),
        "formed_on": scan.sessions,
        "ordinary": scan.ordinary,
        "stirred": {**asdict(scan.stirred), "p": scan.stirred.p if math.isfinite(scan.stirred.p) else None},
        **{table.name: table.records() for table in tables(report, words)},
        "findings": [asdict(one) for one in report.findings],
    }
    return "".join(["{\n", ",\n".join(member(key, value) for key, value in document.items()), "\n}\n"]).encode()
