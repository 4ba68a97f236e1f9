"""What the five articles claimed of the real event, on the real prices; figures are an independent computation's."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from screener.analysis.model import Window
from screener.config import load_settings
from screener.report.model import Report
from screener.report.request import Request
from tests.analysis.find import rows
from tests.reports import make_report
from tests.test_cli import AS_OF


@pytest.fixture(scope="module")
def report(krx: Path) -> Report:
    request = Request(
        as_of=date.fromisoformat(AS_OF),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[krx / "market_2025-01-02_2025-02-11.parquet"],
    )
    return make_report(load_settings(), request)


@pytest.fixture(scope="module")
def claims(report: Report) -> dict[str, Any]:
    return {claim.id: claim for claim in rows(report.frames.claims)}


def figures(report: Report, claim: str) -> dict[tuple[str, str], float]:
    """By what and of which (ids and tickers), in % (ratios and market values as they are)."""
    plain, known = ("cap", "ratio", "rank_best", "rank_worst"), _identifiers()

    def identified(names: str) -> str:
        return known[names] if names in known else " ".join(known.get(name, name) for name in names.split(", "))

    return {
        (row.what, identified(row.of_en) or f"{row.stated:g}"): row.value * (1 if row.what in plain else 100)
        for row in rows(report.frames.figures, id=claim)
    }


def _identifiers() -> dict[str, str]:
    """By English name: sectors, SECTOR/theme, tickers."""
    known: dict[str, str] = {}
    for name, sector in load_settings().sectors.items():
        known |= {member.en: member.ticker for member in sector.members}
        known |= {title.en: f"{name}/{theme}" for theme, title in sector.themes.items()} | {sector.name.en: name}
    return known


def test_verdicts(claims: dict[str, Any]) -> None:
    tested = {name: one.verdict for name, one in claims.items() if one.verdict != "not testable"}
    assert tested == {
        "C1": "consistent",
        "C2": "consistent",
        "C3": "partly consistent",
        "C4": "consistent",
        "C5": "consistent",
        "C7": "consistent",
        "C23": "consistent",
        "C24": "consistent",
        "C25": "partly consistent",
        "C28": "consistent",
        "C29": "consistent",
    }
    assert len(claims) == 32


def test_hynix_fell_in_the_nine_per_cent_range(claims: dict[str, Any]) -> None:
    assert claims["C1"].value * 100 == pytest.approx(-9.86, abs=0.005)


def test_chips_fell_but_for_three(report: Report) -> None:
    found = figures(report, "C2")
    assert found["down", "SEMI"] == pytest.approx(22 / 25 * 100)
    assert {of for what, of in found if what == "but"} == {"080220", "094360", "394280"}


def test_ai_software_rose_but_for_lunit_and_vuno(report: Report) -> None:
    found = figures(report, "C3")
    assert found["up", "AI_SW"] == pytest.approx(26 / 28 * 100)
    assert {of: round(value, 2) for (what, of), value in found.items() if what == "but"} == {
        "328130": -4.34,
        "338220": -2.87,
    }


def test_hbm_equipment_against_foundry_fabless_and_ip(report: Report) -> None:
    found = figures(report, "C5")
    assert found["mean", "SEMI/hbm_equipment"] == pytest.approx(-7.56, abs=0.005)
    assert found["mean", "SEMI/foundry_fabless_ip"] == pytest.approx(0.82, abs=0.005)


def test_power_names_fell_as_their_us_peers_did(report: Report) -> None:
    found = figures(report, "C7")
    assert found["down", "POWER"] == pytest.approx(16 / 17 * 100)
    assert found["but", "052690"] == pytest.approx(1.03, abs=0.005)
    assert found["mean", "POWER"] == pytest.approx(-6.10, abs=0.005)
    assert found["peer", "GE Vernova"] == -21


def test_figures_through_11_february(report: Report, claims: dict[str, Any]) -> None:
    claim = claims["C23"]
    assert (claim.window_start, claim.window_end, claim.end) == (0, 7, date(2025, 2, 11))
    assert figures(report, "C23")["mean", "SEMI/hbm_equipment"] == pytest.approx(-12.9, abs=0.05)
    # Jeju Semiconductor +35.2, Chips&Media +17.7, OPENEDGES +1.2, DB HiTek +26.1; Samsung +3.7
    assert figures(report, "C24")["mean", "080220 094360 394280 000990"] == pytest.approx(20.05, abs=0.05)
    assert figures(report, "C23")["mean", "005930 080220"] == pytest.approx((3.7 + 35.2) / 2, abs=0.1)


def test_no_data_centre_name_rose(report: Report) -> None:
    found = figures(report, "C28")
    assert found["down", "DATACENTER"] == 100
    assert found["mean", "DATACENTER"] == pytest.approx(-5.47, abs=0.005)


def test_loss_over_the_market_value_of_samsung(report: Report) -> None:
    found = figures(report, "C29")
    assert found["cap", "005930"] == pytest.approx(320.6, abs=0.05)
    assert found["ratio", "847"] == pytest.approx(2.64, abs=0.005)
    assert found["ratio", "863"] == pytest.approx(2.69, abs=0.005)


def test_tariffs_are_named_where_a_window_holds_them(report: Report, claims: dict[str, Any]) -> None:
    def days(name: str) -> set[str]:
        claim = claims[name]
        window = Window(int(claim.window_start), int(claim.window_end), claim.base, claim.start, claim.end)
        return {str(one.day) for one in report.confounders(window)}

    assert days("C1") == {"2025-01-31"}
    assert days("C4") >= {"2025-02-03", "2025-02-05"}


def test_later_windows_have_no_data_yet_on_the_day_itself(krx: Path) -> None:
    request = Request(
        as_of=date(2025, 1, 31),
        source=f"file:{krx / 'prices_adjusted.parquet'}",
        benchmark=[krx / "indices.parquet"],
        market=[krx / "market_2025-01-02_2025-02-11.parquet"],
    )
    claims = rows(make_report(load_settings(), request).frames.claims)
    assert {one.id for one in claims if one.verdict == "no data"} == {"C4", "C23", "C24", "C25"}
    assert {one.lacks for one in claims if one.verdict == "no data"} == {"window"}


def test_the_p_of_a_claim_is_that_of_the_same_sector_and_window_in_the_report(
    report: Report, claims: dict[str, Any]
) -> None:
    for name, sector in (("C2", "SEMI"), ("C3", "AI_SW"), ("C7", "POWER"), ("C28", "DATACENTER")):
        [row] = rows(report.frames.sectors, sector=sector, theme=None, window_start=0, window_end=0)
        claim = claims[name]
        assert (claim.placebo_p, claim.placebo_rank, claim.placebo_n, claim.caar_ew) == (
            row.placebo_p,
            row.placebo_rank,
            row.placebo_n,
            row.caar_ew,
        )
    [stock] = rows(report.frames.stocks, ticker="000660", window_start=0, window_end=0)
    assert (claims["C1"].placebo_p, claims["C1"].caar_ew) == (stock.placebo_p, stock.car)
    assert claims["C29"].placebo_p != claims["C29"].placebo_p  # about the base alone: no window, no test


def test_the_paper_is_named_where_it_is_known(claims: dict[str, Any]) -> None:
    assert claims["C25"].by_ko[0].startswith("뉴스투데이, 2025-02-10, ")
    assert claims["C25"].date == date(2025, 2, 10)
    assert claims["C1"].by_en == ("an unnamed paper (article 002), 2025-02-03",)
    assert claims["C1"].articles == "002_651a71b51105e7f1"
