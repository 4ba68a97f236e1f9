"""`screener compare` and `screener stock`: the real event, and small markets by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.data import small
from tests.test_cli import AS_OF, sources


@pytest.fixture
def own(tmp_path: Path) -> list[str]:
    return small.options(tmp_path)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_software_against_chips_is_the_default_and_the_largest_of_all_sessions(krx: Path, run: Run) -> None:
    done = run("compare", "--as-of", AS_OF, *sources(krx))
    assert done.returncode == 0, done.stderr
    said = flat(done.stdout)
    assert "AI software minus Semiconductors, [0,0]: abnormal return difference +11.62 pp" in said
    assert "largest of 149 sessions (p .007)" in said
    # Equal-weight +7.89 - -4.09, cap-weighted +5.28 - -4.93, as each stands in the report.
    assert "▲ +11.98" in said
    assert "Flitto" in said.partition("Stocks that drove the difference")[2]


def test_themes_can_be_compared(krx: Path, run: Run) -> None:
    pair = ("SEMI:hbm_equipment", "SEMI:foundry_fabless_ip")
    done = run("compare", *pair, "--as-of", AS_OF, *sources(krx), "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    day = next(row for row in document["spreads"] if (row["window_start"], row["window_end"]) == (0, 0))
    assert (day["sector_a"], day["sector_b"]) == pair
    # HBM equipment -7.56%, foundry, fabless and IP +0.82%.
    assert day["mean_return_ew"] == pytest.approx(-0.0756 - 0.0082, abs=0.0001)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["SEMI"], "compare takes two sectors or themes, got 1"),
        (["SEMI", "AI_SWW"], "no sector 'AI_SWW': did you mean AI_SW?"),
        (["SEMI", "SEMI"], "SEMI cannot be compared with itself"),
        (["SEMI:memry", "AI_SW"], "no theme 'memry' in SEMI: use one of SEMI:memory"),
    ],
)
def test_a_pair_that_is_none_is_named(run: Run, arguments: list[str], said: str) -> None:
    done = run("compare", *arguments, "--source", "press")
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_hynix_alone_is_the_fall_of_kospi(krx: Path, run: Run) -> None:
    done = run("stock", "000660", "--as-of", AS_OF, *sources(krx))
    assert done.returncode == 0, done.stderr
    said = flat(done.stdout)
    assert "SK hynix (000660, KOSPI)" in said
    assert "7.8% of KOSPI; contribution to the index (-0.77%): -0.77 pp" in said  # official -0.77%
    assert "▼ -9.86" in said
    assert "rank 25 of 25 by score" in said
    assert "lowest close -13.62% from the base price, on 2025-02-03; base price not recovered by 2025-02-07" in said


def test_a_limit_up_and_a_name_for_a_code(krx: Path, run: Run) -> None:
    said = flat(run("stock", "flitto", "--as-of", AS_OF, *sources(krx)).stdout)
    assert "Flitto (300080, KOSDAQ)" in said
    assert "Closed at the price limit: 2025-01-31" in said


def test_an_unknown_stock_names_the_nearest(run: Run) -> None:
    done = run("stock", "SK하이닉수", "--source", "press")
    assert done.returncode == 2
    assert "no stock 'SK하이닉수' in the sectors or the store: did you mean 000660 SK hynix or " in done.stderr
    korean = run("stock", "삼성", "--source", "press", "--lang", "ko")
    assert "005930 삼성전자" in korean.stderr  # of several that hold it none is chosen
    assert "018260 삼성에스디에스" in korean.stderr


@pytest.mark.parametrize("asked", ["660", "000660", "하이닉스", "sk HYNIX"])
def test_a_stock_goes_by_its_code_its_name_and_what_only_it_is_called(run: Run, asked: str) -> None:
    assert run("stock", asked, "--source", "press").stdout.startswith("SK hynix (000660, KOSPI)")


def test_a_stock_has_the_score_of_the_report(run: Run, krx: Path, tmp_path: Path) -> None:
    report = run("report", "--csv", tmp_path, "--as-of", AS_OF, *sources(krx))
    assert report.returncode == 0, report.stderr
    with (tmp_path / "stocks.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["ticker"], row["window_end"]) == ("000660", "0")]
    card = run("stock", "000660", "--csv", tmp_path / "card", "--as-of", AS_OF, *sources(krx))
    assert card.returncode == 0, card.stderr
    with (tmp_path / "card" / "stocks.csv").open(encoding="utf-8-sig", newline="") as file:
        own = list(csv.DictReader(file))
    assert {row["ticker"] for row in own} == {"000660"}
    assert [row for row in own if row["window_end"] == "0"] == rows


def test_a_stock_of_no_sector_is_found_in_the_market_file(run: Run, krx: Path) -> None:
    done = run("stock", "현대차", "--as-of", AS_OF, *sources(krx), "--lang", "ko")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("현대차 (005380, KOSPI)")


def test_a_stock_without_a_price_at_the_base_has_none_to_come_back_to(run: Run, krx: Path) -> None:
    done = run("stock", "064400", "--as-of", AS_OF, *sources(krx))
    assert "base price" not in done.stdout
    assert "WISEnut" not in done.stdout


def test_sectors_go_by_id_or_name_in_capitals_or_not(run: Run, krx: Path) -> None:
    said = run("compare", "반도체", "semi:memory", "--as-of", AS_OF, *sources(krx)).stdout
    assert said.splitlines()[1].startswith("Semiconductors minus Memory")


def test_pages_of_a_small_market(run: Run, own: list[str]) -> None:
    card = run("stock", "000001", *own)
    assert card.returncode == 0, card.stderr
    assert "beta 2." in card.stdout  # it swings twice as far as the index
    pair = run("compare", "A", "B", *own)
    assert pair.returncode == 0, pair.stderr
    # +10% and -5% against +2%.
    assert "▲ +0.50" in pair.stdout


@pytest.mark.parametrize(("width", "language"), [("60", "ko"), ("80", "en"), ("140", "ko")])
def test_pages_fit_and_no_figure_is_cut(krx: Path, run: Run, width: str, language: str) -> None:
    from rich.cells import cell_len

    for page in (["compare"], ["stock", "000660"]):
        done = run(*page, "--as-of", AS_OF, *sources(krx), "--width", width, "--lang", language)
        assert done.returncode == 0, done.stderr
        assert max(cell_len(line) for line in done.stdout.splitlines()) <= int(width)
        assert "-9.86" in done.stdout or page == ["compare"]
        assert "+11.98" in done.stdout or page != ["compare"]
