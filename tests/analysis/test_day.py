"""Whether a day can carry a verdict: random groups of a simulated market, and what becomes of verdicts without."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from screener.analysis.measurement import MOST_RANDOM, Measurement, Reference, checked, in_force
from screener.analysis.model import Rules, Stock
from screener.analysis.scan import moved_alone
from screener.data.panel import Panel
from screener.data.sources import PriceRequest
from screener.data.sources.files import Files
from screener.data.universe import WholeMarket
from screener.study import Floats
from screener.study.models import Model, Refit
from screener.study.placebo import Placebo
from screener.study.study import Study
from tests.analysis import whole
from tests.conftest import Run

T, N, EVENT = 330, 400, 320
REFIT = Refit()


def simulated(fall: float = 0.0) -> tuple[Floats, Floats]:
    """Returns (T, N) and an index (T,); on the event day every stock falls by `fall` that its index does not see."""
    random = np.random.default_rng(3)
    index = 0.01 * random.standard_normal(T)
    shared = 0.004 * random.standard_normal((T, 1))
    returns = index[:, None] + shared + 0.02 * random.standard_normal((T, N))
    returns[EVENT] -= fall
    return returns, index


def panel(returns: Floats, index: Floats) -> Panel:
    shape = returns.shape
    return Panel(
        sessions=np.datetime64("2023-01-02") + np.arange(T),
        tickers=tuple(f"{number:05d}0" for number in range(shape[1])),
        returns=returns,
        span=np.ones(shape, dtype=np.int64),
        volume=np.ones(shape),
        caps=np.full(shape, 1e11),
        limit=np.zeros(shape, dtype=np.int8),
        suspect=np.zeros(shape, dtype=np.bool_),
        actions=np.zeros(shape, dtype=np.bool_),
        benchmarks={"KOSPI": index},
        market_caps={},
        first_price=np.full(shape[1], np.datetime64("2023-01-02")),
    )


STOCKS = [Stock(f"{number:05d}0", "가", "A", "KOSPI", "ONE", None) for number in range(12)]


def rules(model: Model = Model.MARKET, *, automatic: bool = True) -> Rules:
    return Rules(model, 120, 10, 60, 240, ((0, 0), (0, 5)), (), {}, automatic)


def measures(fall: float) -> tuple[Reference | None, Callable[[Rules], Measurement]]:
    returns, index = simulated(fall)
    own = panel(returns[:, :12], index)
    market = WholeMarket.of(
        panel(returns, index),
        dict.fromkeys(panel(returns, index).tickers, "KOSPI"),
        own.sessions,
        own.sessions[EVENT - 1].item(),
    )
    reference = Reference.of(market, STOCKS, REFIT, EVENT, 10)
    return reference, lambda rules: Measurement(own, EVENT, STOCKS, rules, (), reference)


def test_an_ordinary_day_is_left_to_the_market_model() -> None:
    reference, measure = measures(0.0)
    measurement, check = in_force(rules(), reference, measure)
    assert (check.model, check.before, check.groups, check.size) == (Model.MARKET, None, 200, 10)
    assert [one.withheld for one in check.windows] == [False, False]
    # Exactly the market model: the same bytes as without any whole market.
    returns, index = simulated()
    plain = Measurement(panel(returns[:, :12], index), EVENT, STOCKS, rules(automatic=False))
    group = np.arange(12)
    for ours, theirs in zip(measurement.study.placebos([group]), plain.study.placebos([group]), strict=True):
        assert ours.z_ewma.tobytes() == theirs.z_ewma.tobytes()
        assert ours.placebo_p.tobytes() == theirs.placebo_p.tobytes()
    for result, expected in zip(measurement.study.results, plain.study.results, strict=True):
        assert result.scar.tobytes() == expected.scar.tobytes()
    assert measurement.inconclusive == [0.0, 0.0]


def test_where_the_market_falls_without_its_index_size_comes_in() -> None:
    reference, measure = measures(0.03)
    measurement, check = in_force(rules(), reference, measure)
    assert check.model is measurement.rules.model is Model.MARKET_SIZE
    assert check.before == 1.0
    assert check.windows[0].random_share is not None
    assert check.windows[0].random_share <= MOST_RANDOM
    [[test, _]] = measurement.study.tests([np.arange(12)])
    assert abs(test.caar_ew) < 0.02  # the fall is the market's, and 12 stocks of 2% keep a chance of their own


def test_a_model_that_is_asked_for_is_kept_and_its_verdicts_are_withheld() -> None:
    reference, measure = measures(0.08)
    measurement, check = in_force(rules(automatic=False), reference, measure)
    assert (check.model, check.before) == (Model.MARKET, None)
    assert check.windows[0].random_share == 1.0
    assert check.windows[0].withheld
    assert measurement.inconclusive[0] == np.inf
    assert measurement.random_shares[0] == 1.0


def test_random_groups_are_ordinary_shares_of_the_same_markets_that_are_not_studied() -> None:
    returns, _ = simulated()
    tickers = [f"{number:05d}0" for number in range(N)]
    tickers[350] = "003505"  # preferred
    markets = ["KOSPI" if number % 2 else "KOSDAQ" for number in range(N)]
    caps = np.full(N, 1e11)
    caps[351], caps[352] = 4.9e10, np.nan
    returns[:, 353] = np.nan
    market = WholeMarket(tuple(tickers), tuple(markets), returns, caps)
    stocks = [Stock(tickers[number], "가", "A", markets[number], "ONE", None) for number in (0, 1, 3, 5)]
    reference = Reference.of(market, stocks, REFIT, EVENT, 8)
    assert reference is not None
    assert (len(reference.groups), reference.size) == (200, 8)
    kept = [number for number in range(N) if number not in (350, 351, 353)]
    np.testing.assert_allclose(reference.equal_weight, returns[:, kept].mean(axis=1))
    again = Reference.of(market, stocks, REFIT, EVENT, 8)
    assert again is not None
    for one, other in zip(reference.groups, again.groups, strict=True):
        # Three of four stocks are of KOSPI, number 1 after KOSDAQ: six of eight members.
        assert one.weights.tolist() == [0.25, 0.75]
        assert one.returns.tobytes() == other.returns.tobytes()
    studied = returns[:, 0]
    assert not any(np.allclose(group.returns[:, 0] * 2 - studied, returns[:, 2]) for group in reference.groups)
    few = WholeMarket(tuple(tickers[:280]), tuple(markets[:280]), returns[:, :280], caps[:280])
    assert Reference.of(few, stocks, REFIT, EVENT, 8) is None


@pytest.mark.parametrize(
    ("moves", "withheld"),
    [((2.5, 2.5), False), ((3.5, 0.0), True), ((0.0, -3.5), True), ((2.0, -2.5), True), ((-2.9, -2.9), False)],
)
def test_without_a_market_a_day_is_wild_by_its_indices(moves: tuple[float, float], withheld: bool) -> None:
    """Two independent indices, whose difference has a standard deviation of 1.4 times theirs."""
    random = np.random.default_rng(5)
    benchmarks = random.standard_normal((2, T))
    learned = slice(EVENT - 130, EVENT - 10)
    benchmarks[:, learned] -= benchmarks[:, learned].mean(axis=1, keepdims=True)
    benchmarks[:, learned] /= benchmarks[:, learned].std(axis=1, ddof=1, keepdims=True)
    benchmarks[1, learned] -= benchmarks[0, learned] * (benchmarks[0, learned] @ benchmarks[1, learned]) / 119
    benchmarks *= 0.01
    benchmarks[:, EVENT] = 0.01 * np.array(moves)
    study = Study(
        0.02 * random.standard_normal((T, 4)),
        benchmarks,
        np.array([0, 0, 1, 1]),
        EVENT,
        REFIT,
        [slice(EVENT, EVENT + 1)],
    )
    [check] = checked(study)
    assert check.random_share is None
    own = [abs(move) for move in moves]
    assert check.moved is not None
    assert check.moved >= max(own) * 0.99
    assert check.withheld is withheld


def test_stocks_that_move_on_an_ordinary_session_are_counted_by_rank() -> None:
    """40 sessions, 3 stocks: of each two are among the 5% of its 40, and the event moved the first alone."""
    z = np.tile(np.linspace(0.1, 1.0, 40)[:, None], (1, 3))
    z[:, 1] = z[::-1, 1]
    rank = np.array([1.0, 30.0, 5.0])
    nothing = np.full(3, np.nan)
    placebo = Placebo(
        np.arange(40), 1, nothing, nothing, nothing, nothing, rank, np.full(3, 41), rank / 41, z, z, ("",) * 3
    )
    moved = moved_alone(placebo)
    assert (moved.stocks, moved.beyond, moved.sessions) == (3, 1, 40)
    # Stocks 1 and 3 on the last two sessions, stock 2 on the first two.
    assert (moved.usual, moved.least, moved.most) == (0.0, 0, 2)


@pytest.fixture(scope="module")
def fallen(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    return whole.write_files(tmp_path_factory.mktemp("fallen"), fall=0.08)


def told(run: Run, *options: str | Path) -> Any:
    done = run(*options, "--json", "--lang", "en")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_scan_of_a_fall_names_nobody_for_it(run: Run, fallen: list[str | Path], tmp_path: Path) -> None:
    config = whole.write_config(tmp_path)
    document = told(run, "scan", *fallen, "--config", config)
    check = document["day_check"]
    assert check["model"] == document["rules"]["model"] == "market-size"
    assert check["before"] > 0.9
    assert {row["random_share"] for row in document["scan"]} == {check["windows"][0]["random_share"]}
    assert sum(row["verdict"] == "loser" for row in document["scan"]) < 5
    moved = document["moved"]
    assert moved["stocks"] == len(document["scan"])
    assert moved["least"] <= moved["usual"] <= moved["most"]

    rules = config / "screener.toml"
    rules.write_text(rules.read_text(encoding="utf-8").replace('model = "auto"', 'model = "market"'), encoding="utf-8")
    document = told(run, "scan", *fallen, "--config", config)
    assert document["day_check"]["windows"][0]["withheld"] is True
    assert {row["verdict"] for row in document["scan"]} == {"withheld"}
    done = run("scan", *fallen, "--config", config, "--lang", "en")
    assert "Verdicts are withheld: on such a day a move is not evidence of an effect of the event." in " ".join(
        done.stdout.split()
    )


def test_a_report_says_in_its_first_lines_by_what_it_measured(
    run: Run, fallen: list[str | Path], tmp_path: Path
) -> None:
    config = whole.write_config(tmp_path)
    done = run("report", *fallen, "--config", config, "--lang", "en", "--reports", tmp_path / "reports")
    lead = " ".join(done.stdout.split("\n\n")[0].split())
    assert "random groups were significant at 5% on" in lead
    assert "; measured against market and size," in lead
    assert "Model: market and size," in lead


def test_the_size_leg_needs_a_market(run: Run, tmp_path: Path) -> None:
    from tests.data import small

    config = small.write_config(tmp_path)
    prices, benchmark = small.write_prices(tmp_path), small.write_benchmark(tmp_path)
    done = run(
        "report", "--config", config, "--source", f"file:{prices}", "--benchmark", benchmark, "--model", "market-size",
        "--lang", "en",
    )  # fmt: skip
    assert done.returncode == 2
    assert "the market-size model needs the whole market" in done.stderr


def test_files_give_every_stock_that_the_market_file_lists_before_the_event(tmp_path: Path) -> None:
    whole.write_files(tmp_path)
    here, indices = tmp_path / "market.parquet", tmp_path / "indices.parquet"
    need = PriceRequest(
        market_of={"001000": "KOSDAQ", "000000": "KOSPI"},
        news=whole.EVENT,
        as_of=None,
        price_limit=0.3,
        today=whole.DAYS[-1],
    )
    market = Files([here], [indices], [here]).load(need)
    assert market.everyone is not None
    found = market.everyone()
    assert found is not None
    assert len(found.tickers) == whole.STOCKS - len(whole.KONEX)
    assert set(found.markets) == {"KOSPI", "KOSDAQ"}  # a segment counts with its market
    event = market.panel.sessions.tolist().index(whole.EVENT)
    assert found.returns.shape == (len(whole.DAYS), len(found.tickers))
    for ticker in ("001000", "000000"):  # as the panel, which was checked, has them
        own = market.panel.daily_returns[:, market.panel.tickers.index(ticker)]
        np.testing.assert_allclose(found.returns[1:, found.tickers.index(ticker)], own[1:])
    stocks, _ = whole.market()
    rates = np.array(stocks["change_pct"]).reshape(len(whole.DAYS), whole.STOCKS)
    assert found.returns[event, found.tickers.index("001010")] == pytest.approx(rates[event, 101] / 100)
    small = [found.caps[found.tickers.index(whole.TICKERS[number])] for number in whole.SMALL]
    assert small == [49.9e9] * len(small)
    assert Files([here], [indices]).load(need).everyone is None
    later = pq.read_table(here, filters=[("date", ">=", whole.EVENT)])
    pq.write_table(later, tmp_path / "later.parquet")
    without = Files([here], [indices], [tmp_path / "later.parquet"]).load(need)
    assert without.everyone is not None
    assert without.everyone() is None
