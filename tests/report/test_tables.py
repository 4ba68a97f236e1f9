"""What the tables hold beyond the first study's: identities between tables, and figures of the exchange."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest

from screener.report.model import Report
from screener.report.tables import tables_of


def records(report: Report, name: str) -> list[dict[str, Any]]:
    [table] = [table for table in tables_of(report) if table.name == name]
    return table.records()


def test_ordinary_sessions_give_rank_and_p(demo: Report) -> None:
    """1 + the ordinary sessions at least as extreme as the event is its rank, and with the event they are n."""
    ordinary = defaultdict(list)
    key = ("sector_a", "sector_b", "window_start", "window_end")
    for row in records(demo, "placebos"):
        ordinary[tuple(row[name] for name in key)].append((row["ordinary"], row["z_ewma"]))
    spreads = records(demo, "spreads")
    assert spreads
    for row in spreads:
        numbers, z = zip(*ordinary[tuple(row[name] for name in key)], strict=True)
        assert numbers == tuple(range(1, row["placebo_n"]))
        assert 1 + sum(abs(one) >= abs(row["z_ewma"]) for one in z) == row["placebo_rank"]


def test_who_rose_stayed_and_fell_are_all(demo: Report, press: Report) -> None:
    for row in [*records(demo, "sectors"), *records(press, "sectors")]:
        assert row["n_up"] + row["n_flat"] + row["n_down"] == row["n"]
        if row["n"]:
            assert row["n_up"] / row["n"] == pytest.approx(row["breadth_up"], abs=5e-5)


def test_interval_of_a_stock_holds_zero_exactly_if_p_is_above_5_percent(demo: Report) -> None:
    known = [row for row in records(demo, "stocks") if row["p"] is not None]
    assert known
    for row in known:
        assert (row["ci_low"] < 0 < row["ci_high"]) is (row["p"] > 0.05)
        assert row["ci_low"] + row["ci_high"] == pytest.approx(2 * row["car"], abs=2e-6)


def test_paths_of_sectors_have_an_interval_around_them(demo: Report) -> None:
    sectors = [row for row in records(demo, "paths") if row["ci_low"] is not None]
    assert sectors
    for row in sectors:
        assert row["ci_low"] + row["ci_high"] == pytest.approx(2 * row["caar"], abs=2e-6)
        assert row["ci_low"] < row["ci_high"] or row["tau"] == -1


def test_net_purchases_stand_beside_their_group_and_window(study: Report) -> None:
    sectors = study.frames.sectors.copy()
    sectors.loc[0, "foreign_net"] = 1_234_567_890_123.0
    first, *others = records(study.with_frames(sectors=sectors), "sectors")
    assert (first["foreign_net"], first["institution_net"]) == (1_234_567_890_123, None)
    assert {(row["foreign_net"], row["institution_net"]) for row in others} == {(None, None)}


def test_figures_of_the_exchange(real: Report) -> None:
    """SK hynix: 221,000 won at the base and 728,002,365 shares, 199,200 won on the event day; KOSPI -0.77% that day."""
    hynix = next(row for row in records(real, "stocks") if row["ticker"] == "000660" and row["window_end"] == 0)
    assert hynix["marcap"] == 221_000 * 728_002_365
    levels = {(row["series"], row["tau"]): row["level"] for row in records(real, "levels")}
    assert levels["000660", -1] == levels["KOSPI", -1] == levels["SEMI", -1] == 1
    assert levels["000660", 0] == pytest.approx(199_200 / 221_000, abs=5e-5)
    assert levels["KOSPI", 0] == pytest.approx(1 - 0.0077, abs=5e-5)
