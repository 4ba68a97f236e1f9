"""What a notebook may hand over by mistake is told from returns, with the line that mends it; the mended one works."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from screener.study.api import event_study
from tests.study.simulated import simulate

_SIMULATED = simulate(400, 8, seed=5)
DAYS = pd.bdate_range("2022-01-03", periods=400)
EVENT = DAYS[380]
RETURNS = pd.DataFrame(_SIMULATED.returns, index=DAYS, columns=[f"{number:06d}" for number in range(8)])
BENCHMARK = pd.Series(_SIMULATED.benchmarks[:, 0], index=DAYS)
PRICES, LEVELS = 50_000 * (1 + RETURNS).cumprod(), 2_500 * (1 + BENCHMARK).cumprod()


CALM = BENCHMARK.mask(DAYS[50] == DAYS, -0.135) * 10
"""In percent, of an index that hardly moves, but for one day."""


def under(data: Any, index: Any) -> Any:
    moved = data.copy()
    moved.index = index
    return moved


def with_text(returns: pd.DataFrame, text: str) -> pd.DataFrame:
    returns = returns.astype(object)
    returns.iloc[2, 1] = text
    return returns


IN_UTC = DAYS.tz_localize("Asia/Seoul").tz_convert("UTC")
WITH_A_HOLIDAY = DAYS.delete(200)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"returns": RETURNS * 100},
            "returns of '000000' and 7 more are percentages or differences (a typical one is ",
        ),
        ({"returns": RETURNS.assign(late=RETURNS["000003"] * 100)}, "returns of 'late' are percentages or differences"),
        ({"benchmark": BENCHMARK * 100}, "benchmark is percentages or differences"),
        ({"benchmark": CALM}, "benchmark is below -1 (-1.35), and nothing loses more than it is worth"),
        ({"returns": PRICES}, "returns of '000000' and 7 more are price levels"),
        ({"returns": PRICES.replace(PRICES.iloc[7].to_list(), 0.0)}, "returns of '000000' and 7 more are price levels"),
        ({"benchmark": LEVELS}, "benchmark is price levels"),
        ({"benchmark": LEVELS / 2_500}, "benchmark is price levels"),
        ({"benchmark": 1 + BENCHMARK}, "benchmark is gross returns"),
        ({"returns": PRICES.diff()}, "returns of '000000' and 7 more are percentages or differences"),
        (
            {"returns": under(RETURNS, IN_UTC)},
            "returns have a session at 2022-01-02 15:00 UTC, which is midnight of 2022-01-03 in Seoul: "
            "returns.index = returns.index.tz_convert('Asia/Seoul')",
        ),
        (
            {"benchmark": under(BENCHMARK, IN_UTC.tz_localize(None))},
            "benchmark has a session at 2022-01-02 15:00, which is midnight of 2022-01-03 in Seoul: "
            "benchmark.index = benchmark.index.tz_localize('UTC').tz_convert('Asia/Seoul')",
        ),
        (
            {"returns": under(RETURNS, IN_UTC.normalize())},
            "returns have sessions on Sundays and none on Fridays: the dates are a day early",
        ),
        (
            {"benchmark": under(BENCHMARK, DAYS + pd.Timedelta(days=1))},
            "benchmark has sessions on Saturdays and none on Mondays: the dates are a day late",
        ),
        (
            {"returns": under(RETURNS, DAYS + pd.Timedelta("15:30:00"))},
            "returns have a session at 2022-01-03 15:30: one row a session, under its date",
        ),
        (
            {"returns": PRICES.asfreq("D", method="ffill").pct_change()},
            "returns have rows on Saturdays and Sundays, which are not sessions",
        ),
        (
            {
                "returns": PRICES.loc[WITH_A_HOLIDAY].reindex(DAYS, method="ffill").pct_change(),
                "benchmark": LEVELS.loc[WITH_A_HOLIDAY].reindex(DAYS, method="ffill").pct_change(),
            },
            f"nothing moved on {DAYS[200].date()}, the benchmark included, as on a holiday",
        ),
        ({"benchmark": BENCHMARK.shift(1)}, "benchmark goes with the returns of the preceding session"),
        ({"benchmark": BENCHMARK.shift(-1)}, "benchmark goes with the returns of the following session"),
        (
            {"benchmark": LEVELS[::-1].pct_change()},
            "benchmark goes with the returns of the following session",  # and against them: computed newest first
        ),
        ({"returns": PRICES[::-1].pct_change()}, "returns are newest first: sort the prices by date"),
        ({"returns": under(RETURNS, DAYS.strftime("%d/%m/%Y"))}, "returns need a DatetimeIndex of sessions, not Index"),
        (
            {"returns": RETURNS.melt(ignore_index=False).set_index("variable", append=True)},
            "returns have an index of 2 levels: one row a session",
        ),
        ({"returns": pd.concat({"Close": RETURNS}, axis=1)}, "returns have columns of 2 levels, such as ('Close', "),
        ({"returns": with_text(RETURNS, "1.2%")}, "returns of '000001' on 2022-01-05 "),
        ({"returns": RETURNS.to_numpy()}, "returns are a ndarray: give a DataFrame"),
        ({"benchmark": BENCHMARK.iloc[5:]}, "benchmark is not aligned with returns: it lacks 2022-01-03 and 4 more"),
        ({"event_date": "01/02/2025"}, "event_date='01/02/2025': write the day as '2025-01-27'"),
        ({"event_date": 20250127}, "event_date=20250127: write the day as '2025-01-27'"),
        ({"event_date": "2023-06-09 16:10"}, "event_date='2023-06-09 16:10' has a time of day"),
        ({"event_date": pd.NaT}, "event_date=NaT: write the day"),
        ({"other_events": "2023-06-09"}, "other_events='2023-06-09': give a list of dates"),
        ({"groups": {"chips": [1]}}, "group 'chips' names 1, which is not a column of returns: did you mean '000001'?"),
        (
            {"groups": {"chips": ["000001.KS", "7"]}},
            "group 'chips' names '000001.KS' and 1 more, which are not columns",
        ),
        ({"groups": {"chips": []}}, "group 'chips' has no tickers"),
        ({"groups": [["000001"]]}, "groups are a list: give a dict"),
        ({"spreads": ("one", "two")}, "spreads=('one', 'two'): write pairs of groups"),
        ({"spreads": [("all", "web")]}, "spread ('all', 'web') names 'web', which is not a group: groups are 'all'"),
        ({"spreads": [("all", "all")]}, "spread ('all', 'all') is a group minus itself"),
        ({"caps": {"660": 1e12}}, "caps have no column of returns, only '660'"),
        ({"windows": ((0, 1), (0, 1))}, "windows=((0, 1), (0, 1)): one is listed twice"),
    ],
)
def test_a_mistake_is_one_line_that_mends_it(change: dict[str, Any], message: str) -> None:
    arguments = {"returns": RETURNS, "benchmark": BENCHMARK, "event_date": EVENT, **change}
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        event_study(**arguments)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"benchmark": BENCHMARK[::-1]},
        {"benchmark": BENCHMARK.to_frame("KOSPI")},
        {"benchmark": pd.concat([pd.Series(0.01, pd.bdate_range("2021-12-01", "2021-12-31")), BENCHMARK])},
        {"benchmark": pd.concat([BENCHMARK, pd.Series(0.01, pd.bdate_range("2024-01-01", "2024-01-31"))])},
        {"benchmark": BENCHMARK.tz_localize("Asia/Seoul"), "returns": under(RETURNS, DAYS.date)},
        {"returns": under(RETURNS, DAYS.strftime("%Y-%m-%d"))},
        {"returns": under(RETURNS, DAYS.strftime("%Y%m%d").astype(int))},
        {"returns": RETURNS.to_period("D")},
        {"returns": RETURNS.astype(object)},
        {"returns": RETURNS.astype("Float64")},
        {"event_date": EVENT.strftime("%Y%m%d")},
        {"event_date": np.datetime64(EVENT, "D")},
        {"event_date": EVENT.tz_localize("America/New_York"), "returns": RETURNS.tz_localize("Asia/Seoul")},
    ],
)
def test_what_has_one_meaning_gives_the_same_figures(change: dict[str, Any]) -> None:
    plain = event_study(RETURNS, BENCHMARK, EVENT)
    meant = event_study(**{"returns": RETURNS, "benchmark": BENCHMARK, "event_date": EVENT, **change})
    pd.testing.assert_frame_equal(meant.groups, plain.groups)
    pd.testing.assert_frame_equal(meant.stocks, plain.stocks)


def test_a_holiday_that_only_the_benchmark_is_filled_over_is_left_out() -> None:
    without = RETURNS.drop(DAYS[200])
    levels = LEVELS.drop(DAYS[200])
    filled = levels.reindex(DAYS, method="ffill").pct_change()
    plain = event_study(without, levels.pct_change(), EVENT)
    pd.testing.assert_frame_equal(event_study(without, filled, EVENT).groups, plain.groups)


def test_missing_values_of_every_kind_are_days_without_a_trade() -> None:
    holes = RETURNS.copy()
    holes.iloc[[10, 300], 2] = np.nan
    as_none = pd.DataFrame(
        [[None if np.isnan(one) else one for one in row] for row in holes.to_numpy()], DAYS, RETURNS.columns
    )
    as_na = holes.astype("Float64")
    plain = event_study(holes, BENCHMARK, EVENT)
    for frame in (as_none, as_na):
        pd.testing.assert_frame_equal(event_study(frame, BENCHMARK, EVENT).stocks, plain.stocks)


@pytest.mark.parametrize(
    "frame",
    [
        RETURNS * 4,  # the wildest of small caps
        RETURNS.loc[DAYS[100] :].reindex(DAYS),  # listed late
        RETURNS.round(2),  # many zeros
        RETURNS.clip(-0.3, 0.3).mask(RETURNS > 0.05, 3.0),  # first days of trading
    ],
)
def test_returns_that_are_merely_unusual_are_taken(frame: pd.DataFrame) -> None:
    assert len(event_study(frame, BENCHMARK, EVENT).groups) == 2


def test_one_session_off_in_independent_noise_is_no_shift() -> None:
    """What is not related at all is not 'related to the session beside': 50 markets of noise."""
    random = np.random.default_rng(11)
    days = pd.bdate_range("2023-01-02", periods=130)
    for _ in range(50):
        returns = pd.Series(random.normal(0, 0.02, 130), days)
        event_study(returns, pd.Series(random.normal(0, 0.01, 130), days), days[120], estimation=60, placebo=False)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"windows": (0, 5)}, "write pairs of whole numbers"),
        ({"windows": ((0, 1.5),)}, "write pairs of whole numbers"),
        ({"groups": {}}, "needs at least one"),
        ({"groups": {"a": "000000"}}, "give a list of tickers"),
    ],
)
def test_what_cannot_be_meant(wishes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        event_study(RETURNS, BENCHMARK, EVENT, **wishes)


def test_benchmark_of_no_kind() -> None:
    with pytest.raises(ValueError, match="benchmark is a ndarray"):
        event_study(RETURNS, BENCHMARK.to_numpy(), EVENT)  # type: ignore[arg-type]


def test_sessions_with_a_time_zone_and_events_without_are_the_same_days() -> None:
    plain = event_study(RETURNS, BENCHMARK, EVENT)
    zoned, benchmark = RETURNS.tz_localize("Asia/Seoul"), BENCHMARK.tz_localize("Asia/Seoul")
    pd.testing.assert_frame_equal(event_study(zoned, benchmark, str(EVENT.date())).groups, plain.groups)
    pd.testing.assert_frame_equal(event_study(RETURNS, BENCHMARK, EVENT.tz_localize("UTC")).groups, plain.groups)


def test_other_events_are_no_ordinary_days() -> None:
    """A huge move on another event's day counts as an ordinary one only if nobody says what it was."""
    returns = RETURNS.copy()
    returns.iloc[300] += 0.5
    returns.iloc[380] += 0.1
    groups = event_study(returns, BENCHMARK, EVENT).groups
    spared = event_study(returns, BENCHMARK, EVENT, other_events=[DAYS[300].date()]).groups
    assert (groups.placebo_rank > spared.placebo_rank).all()


def test_path_goes_on_after_a_session_without_any_return() -> None:
    returns = RETURNS.copy()
    returns.iloc[382] = np.nan
    path = event_study(returns, BENCHMARK, EVENT).paths.set_index("tau").loc[1:3]
    assert list(path["n"]) == [8, 0, 8]
    assert np.isnan(path["aar"].iloc[1])
    before, without, after = path["caar"]
    assert without == before
    assert after == pytest.approx(without + path["aar"].iloc[2])
