"""Input that cannot be meant is one line that says what it was; what can be meant works."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from screener.study.api import event_study
from tests.study.simulated import simulate

SIMULATED = simulate(400, 8, seed=5)
INDEX = pd.bdate_range("2022-01-03", periods=400)
RETURNS = pd.DataFrame(SIMULATED.returns, index=INDEX, columns=[f"{number:06d}" for number in range(8)])
BENCHMARK = pd.Series(SIMULATED.benchmarks[:, 0], index=INDEX)
EVENT = INDEX[380]


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
    spared = event_study(returns, BENCHMARK, EVENT, other_events=[INDEX[300].date()]).groups
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
