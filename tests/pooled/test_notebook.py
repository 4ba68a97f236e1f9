"""`pooled_study`: its figures are those of `event_study` for each event, and of the plain loops for all together."""

from __future__ import annotations

import math
from functools import cache

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import screener
from screener.columns.pooled import EVENTS, PATHS, POOLED, REGRESSION
from screener.study.abnormal import Portfolio
from screener.study.models import Design, Model, Refit
from screener.study.regression import regress
from screener.study.rolling import roll

mpl.use("Agg")
WINDOWS = ((0, 0), (0, 2))
TICKERS = ["000660", "005930", "035420", "042700", "058470", "240810"]


@cache
def _market() -> tuple[pd.DataFrame, pd.Series]:
    random = np.random.default_rng(17)
    days = pd.bdate_range("2022-01-03", periods=420)
    benchmark = pd.Series(random.normal(0.0, 0.01, len(days)), days)
    values = random.normal(0.0, 0.02, (len(days), len(TICKERS))) + benchmark.to_numpy()[:, None]
    for day, ticker in zip(_events()["date"], _events()["ticker"], strict=True):
        values[days.get_loc(day), TICKERS.index(ticker)] += 0.03
    return pd.DataFrame(values, days, TICKERS), benchmark


@cache
def _events() -> pd.DataFrame:
    days = pd.bdate_range("2022-01-03", periods=420)
    rows = [190, 201, 201, 240, 262, 263, 300, 333, 334, 390]
    return pd.DataFrame(
        {
            "event_id": [f"E{row}{number}" for number, row in enumerate(rows)],
            "date": days[rows],
            "ticker": [TICKERS[number % 6] for number in range(len(rows))],
            "group": ["split" if number % 2 else "issue" for number in range(len(rows))],
            "size": np.linspace(-1.0, 2.0, len(rows)) ** 2,
            "note": "text is no characteristic",
        }
    )


@cache
def _study() -> screener.PooledStudy:
    return screener.pooled_study(_events(), *_market(), windows=WINDOWS)


def _leading(frame: pd.DataFrame, last: int = 0) -> pd.DataFrame:
    return frame[(frame["window_start"] == 0) & (frame["window_end"] == last)]


@pytest.mark.parametrize("number", [0, 3, 6])
def test_each_event_has_the_figures_of_event_study(number: int) -> None:
    event, (returns, benchmark) = _events().iloc[number], _market()
    own = _events()["ticker"] == event["ticker"]
    others = [day.date() for day in _events()["date"][own] if day != event["date"]]
    alone = screener.event_study(
        returns[[event["ticker"]]], benchmark, event["date"].date(), windows=WINDOWS, other_events=others
    )
    found = _study().events.set_index("event_id").loc[event["event_id"]]
    for (_, row), (_, stock), (_, group) in zip(
        found.iterrows(), alone.stocks.iterrows(), alone.groups.iterrows(), strict=True
    ):
        assert row["car"] == pytest.approx(stock["car"])
        assert row["t"] == pytest.approx(stock["t"])
        for name in ("z_ewma", "placebo_rank", "placebo_n", "placebo_p"):
            assert row[name] == pytest.approx(group[name])


def test_headline_is_that_of_a_plain_loop_over_the_shifts() -> None:
    """Two events fall on one session: they are one portfolio. No shift puts the other events of a stock on it here."""
    returns, benchmark = _market()
    events = _events()
    refit, length = Refit(), 1
    portfolios = {day: list(own["ticker"]) for day, own in events.groupby("date")}
    assert len(portfolios) == 9
    first, last = refit.history + 1, len(returns) - 2
    [rolled] = roll(
        refit,
        [Portfolio.of(returns[own].to_numpy(), np.zeros(len(own), dtype=np.int64)) for own in portfolios.values()],
        [Design.of(Model.MARKET, benchmark.to_numpy())],
        slice(0, len(returns)),
        [range(length)],
    )
    at = [int(returns.index.searchsorted(day)) for day in portfolios]
    values = []
    for shift in range(last - first):
        moved = [first + (row - first + shift) % (last - first) for row in at]
        values.append(sum(rolled.z_ewma[row, number] for number, row in enumerate(moved)) / 3.0)
    of_stock = {
        ticker: [int(returns.index.searchsorted(day)) for day in own["date"]]
        for ticker, own in events.groupby("ticker")
    }
    clean = [
        shift
        for shift in range(1, last - first)
        if not any(
            first + (row - first + shift) % (last - first) in of_stock[ticker]
            for row, own in zip(at, portfolios.values(), strict=True)
            for ticker in own
        )
    ]
    row = _leading(_study().pooled).iloc[0]
    assert row["z_shift"] == pytest.approx(values[0])
    assert row["shifts"] == len(clean)
    assert row["collided"] == 0
    assert row["p_shift"] == pytest.approx(
        (1 + sum(abs(values[s]) >= abs(values[0]) for s in clean)) / (len(clean) + 1)
    )
    assert row["p_shift"] < 0.02
    assert row["caar_low"] < 0.03 < row["caar_high"]


def test_frames_have_the_columns_of_the_command() -> None:
    study = _study()
    names = {"name_ko", "name_en"}
    for frame, spec in (
        (study.events, EVENTS),
        (study.pooled, POOLED),
        (study.paths, PATHS),
        (study.regression, REGRESSION),
    ):
        assert list(frame) == [name for name in spec.dtypes if name not in names]


def test_regression_is_of_the_numeric_columns_of_the_events() -> None:
    used = _leading(_study().events).sort_values("event_id")
    events = _events().sort_values("event_id")
    date, firm = (np.unique(events[name], return_inverse=True)[1] for name in ("date", "ticker"))
    expected = regress(used["car"].to_numpy(), {"size": events["size"].to_numpy()}, date, firm)
    found = _leading(_study().regression)
    assert found["term"].tolist() == ["intercept", "size"]
    np.testing.assert_allclose(found["coefficient"], [term.coefficient for term in expected.terms])
    np.testing.assert_allclose(found["se"], [term.se for term in expected.terms])


def test_what_is_left_out_is_counted_with_its_reason() -> None:
    days = _market()[0].index
    more = pd.DataFrame(
        {
            "date": [days[50], days[-1], None, days[240], days[200], days[-1] + pd.Timedelta(days=9)],
            "ticker": ["000660", "000660", "000660", "042700", "999999", "000660"],
        }
    )
    events = pd.concat([_events(), more], ignore_index=True)
    study = screener.pooled_study(events, *_market(), windows=WINDOWS)
    left_out = study.events[~study.events["used"].astype(bool)]
    assert left_out["reason"].tolist() == [
        "before the prices",
        "window not over",
        "no date",
        "twice",
        "no such stock",
        "window not over",
    ]
    assert "6 of 16 events are left out" in study.notes[0]
    pd.testing.assert_frame_equal(
        study.pooled.drop(columns=["group"]), _study().pooled.drop(columns=["group"]), check_exact=True
    )


def test_an_event_without_a_ticker_concerns_each_group_or_all() -> None:
    events = pd.DataFrame({"date": _events()["date"].drop_duplicates()})
    everything = screener.pooled_study(events, *_market(), windows=((0, 0),))
    assert everything.events["n"].tolist() == [6.0] * 9
    two = {"chips": TICKERS[:2], "others": TICKERS[2:]}
    by_group = screener.pooled_study(events, *_market(), groups=two, windows=((0, 0),))
    assert sorted(by_group.pooled["group"]) == ["all", "chips", "chips", "others"]
    assert by_group.events["n"].tolist() == [2.0, 4.0] * 9
    named = screener.pooled_study(events.assign(ticker="chips"), *_market(), groups=two, windows=((0, 0),))
    row, of_group = named.pooled.iloc[0], by_group.pooled[by_group.pooled["group"] == "chips"].iloc[0]
    assert row["caar"] == pytest.approx(of_group["caar"], rel=1e-12)  # a sum of columns rounds by how many there are
    assert row["p_shift"] == of_group["p_shift"]


def test_shown_as_text_as_a_table_and_as_a_chart() -> None:
    study = _study()
    lines = str(study).splitlines()
    assert lines[0].startswith("10 events on 9 sessions, 2022-01-03 to")
    assert lines[2].split()[:4] == ["window", "group", "events", "sessions"]
    assert any("issue - split" in line for line in lines)
    assert "<table>" in study._repr_html_()
    assert len(study.plot().get_lines()) == 4  # three groups, and the axis
    assert len(study.plot("split").get_lines()) == 2
    with pytest.raises(ValueError, match="'merger' is not a group"):
        study.plot("merger")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"events": [1]}, "events are a list"),
        ({"events": pd.DataFrame({"day": ["2023-01-02"]})}, "no column 'date', only 'day'"),
        ({"events": pd.DataFrame({"date": []})}, "no rows"),
        ({"events": pd.DataFrame({"date": ["2022-12-01"], "ticker": ["1"]})}, r"no such stock: 1.*'1' is not a column"),
        ({"events": pd.DataFrame({"date": [pd.Timestamp("2022-12-01 16:00")]})}, "has a time of day"),
        ({"model": "dimson"}, "must be one of market, market-adjusted, mean-adjusted"),
        ({"windows": ((3, 1),)}, "ends before it begins"),
    ],
)
def test_what_would_give_a_wrong_number_is_refused(changed: dict[str, object], message: str) -> None:
    returns, benchmark = _market()
    arguments: dict[str, object] = {"events": _events(), "returns": returns, "benchmark": benchmark, **changed}
    with pytest.raises(ValueError, match=message):
        screener.pooled_study(**arguments)  # type: ignore[arg-type]


def test_no_event_with_a_figure_is_nan_nowhere_shown_as_a_number() -> None:
    for row in _study().pooled.to_dict("records"):
        assert math.isfinite(row["caar"])
        assert row["caar_low"] < row["caar"] < row["caar_high"]
