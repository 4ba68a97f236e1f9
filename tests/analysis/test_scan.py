"""The scan of a whole market that is simulated: filters by hand, the planted group, saving it, and what is refused."""

from __future__ import annotations

import csv
import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from rich.cells import cell_len

from screener.config import load_settings
from screener.config.edit import file_for, with_sector
from screener.config.fields import Name
from screener.config.models import Filters, Member
from screener.data.universe import Universe, apply_filters
from screener.i18n import Language, set_language
from screener.report.formats.terminal import Style, render
from screener.report.make import make_report
from screener.report.model import Bilingual, Report
from screener.report.request import Request
from screener.report.screens import Screen
from screener.report.views.scan import scan_page
from tests.analysis import whole
from tests.conftest import Run
from tests.i18n import speaking


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    return whole.write_files(tmp_path_factory.mktemp("market"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return whole.write_store(tmp_path_factory.mktemp("store"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return whole.write_config(tmp_path)


def _none() -> NoReturn:
    raise AssertionError("files need neither store nor exchange")


def scanned(run: Run, *options: str | Path) -> Any:
    done = run("scan", "--json", "--lang", "en", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_filters_by_hand() -> None:
    """Each stock falls to the first filter that takes it; one that no figure is known of is not large enough."""
    table = [
        ("000010", "가", "KOSPI", 50e9, 1e8),  # stays, at both edges
        ("000020", "나", "KOSDAQ GLOBAL", 80e9, 9e8),  # stays
        ("000025", "나우", "KOSPI", 10e9, 1e8),  # preferred, and small
        ("00002K", "나우B", "KOSPI", 90e9, 1e9),  # preferred
        ("000030", "대신스팩 3호", "KOSDAQ", 10e9, 1e6),
        ("000040", "Some SPAC 1", "KOSDAQ", 90e9, 1e9),
        ("000050", "SPACE Tech", "KOSDAQ", 90e9, 1e9),  # stays
        ("000060", "라", "KONEX", 90e9, 1e9),
        ("000070", "마", "KOSDAQ", 49e9, 1e9),
        ("000080", "바", "KOSDAQ", np.nan, 1e9),
        ("000090", "사", "KOSDAQ", 90e9, 0.5e8),
    ]
    tickers, names, markets, caps, value = zip(*table, strict=True)
    universe = Universe("file", date(2025, 1, 24), tickers, names, markets, np.array(caps), np.array(value))

    def left(**wanted: Any) -> tuple[list[str], dict[str, int | None]]:
        stay, counts = apply_filters(universe, Filters(**wanted))
        return [ticker for ticker, stays in zip(tickers, stay, strict=True) if stays], counts

    assert left() == (
        ["000010", "000020", "000050"],
        {"konex": 1, "preferreds": 2, "spacs": 2, "small": 2, "thin": 1, "administrative": None},
    )
    assert left(only="KOSPI", least_cap=51e9) == (
        [],
        {"market": 8, "konex": 0, "preferreds": 2, "spacs": 0, "small": 1, "thin": 0, "administrative": None},
    )
    kept, counts = left(kept=frozenset({"preferreds", "konex"}))
    assert kept == ["000010", "000020", "00002K", "000050", "000060"]
    assert counts == {"spacs": 2, "small": 3, "thin": 1, "administrative": None}


def test_figures_that_no_source_has_filter_nothing() -> None:
    unknown = np.full(2, np.nan)
    universe = Universe(
        "file", date(2025, 1, 24), ("000010", "000020"), ("가", "나"), ("KOSPI", "KOSPI"), unknown, unknown
    )
    stay, counts = apply_filters(universe, Filters())
    assert stay.all()
    assert (counts["small"], counts["thin"]) == (None, None)


def test_planted_group_is_found_and_stands(run: Run, files: list[str | Path], config: Path) -> None:
    found = scanned(run, "--config", config, *files)
    assert found["listed"] == whole.STOCKS
    assert found["left_out"] == {
        "konex": 1,
        "preferreds": 2,
        "spacs": 3,
        "small": 4,
        "thin": 2,
        "administrative": None,
        "no_estimation": 0,
        "no_return": 0,
        "no_placebo": 0,
    }
    first = found["groups"][0]
    assert set(first["tickers"].split()) == {whole.TICKERS[number] for number in whole.GROUP}
    assert first["q"] <= 0.05
    assert first["as_extreme"] == 0
    assert first["caar_ew"] == pytest.approx(0.12, abs=0.01)
    assert first["mean_return_ew"] == pytest.approx(0.12 + found["scan"][0]["benchmark_return"], abs=1e-4)
    assert first["breadth_up"] == 1.0
    assert first["overlap"] == "MINE:0.10"
    assert first["correlation"] == pytest.approx(0.5, abs=0.08)
    assert found["industries"] == []
    group = [row for row in found["scan"] if row["group"] == 1]
    assert len(group) == len(whole.GROUP)
    assert min(row["score"] for row in group) > 80
    assert all(row["rank"] <= 30 for row in group)


def test_store_gives_the_same_and_knows_industries(
    run: Run, files: list[str | Path], store: Path, config: Path
) -> None:
    of_files = scanned(run, "--config", config, *files)
    of_store = scanned(run, "--config", config, "--store", store)
    assert of_store["groups"][0]["tickers"] == of_files["groups"][0]["tickers"]
    assert [row["score"] for row in of_store["scan"]] == [row["score"] for row in of_files["scan"]]
    first = of_store["industries"][0]
    assert (first["industry"], first["n"], first["placebo_rank"]) == ("소프트웨어", 20, 1)
    assert first["q"] <= 0.05
    assert sum(row["n"] for row in of_store["industries"]) == len(of_store["scan"])
    assert min(row["q"] for row in of_store["industries"][1:]) > 0.05


def test_csv_and_page(run: Run, files: list[str | Path], config: Path, tmp_path: Path) -> None:
    done = run("scan", "--config", config, *files, "--lang", "en", "--top", "3", "--csv", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    page = done.stdout
    said = " ".join(page.split())
    for sentence in (
        f"708 of 720 stocks listed on {whole.BASE}",
        "1 on KONEX, 2 preferred, 3 SPACs, 4 with a capitalisation below ₩50 bn, 2 with a traded value below ₩0.1 bn a day",
        "Not left out, because the source does not identify them: stocks under administration (관리종목)",
        "1 has a q of 0.10 or less",
        "not available from this source",
    ):
        assert sentence in said
    with (tmp_path / "out" / "scan.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 708
    assert [row["rank"] for row in rows[:3]] == ["1", "2", "3"]
    lines = page.splitlines()
    shown = lines[lines.index("Highest scores") + 3 :][:4]
    assert [line.split()[0] for line in shown[:3]] == [row["ticker"] for row in rows[:3]]
    assert shown[3] == "and 702 more stocks in between: --top N, or --csv DIR"
    with (tmp_path / "out" / "groups.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["members"] == "10"


@pytest.mark.parametrize(("language", "name"), [("ko", "우리 업종"), ("en", "Our sector")])
def test_sectors_have_their_names(made: Report, language: Language, name: str) -> None:
    """On the page, and in a Korean workbook; CSV has the codes, which other programs know."""
    named = replace(made, sector_names=dict.fromkeys(made.sector_names, Bilingual("우리 업종", "Our sector")))
    with speaking(language):
        screen = Screen("scan", named, top=400)
        page = render(screen.page(full=True), Style(width=200))
        localised = screen.localised()[0]
        codes = {row["sectors"] for row in screen.tables()[0].records()} - {"", None}
    assert codes == {"MINE"}
    assert name in page
    assert not re.search(r"\bMINE\b", page)
    assert name in {cell for cells in localised.cells for cell in cells if isinstance(cell, str)}


@pytest.fixture(scope="module")
def made(files: list[str | Path], tmp_path_factory: pytest.TempPathFactory) -> Report:
    settings = load_settings(whole.write_config(tmp_path_factory.mktemp("settings")))
    market, indices = Path(files[5]), Path(files[3])
    return make_report(
        settings, Request(universe="market", source=str(files[1]), benchmark=[indices], market=[market]), _none
    )


@pytest.mark.parametrize("width", [60, 80, 100, 140])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_page_fits_and_keeps_every_name(made: Report, width: int, language: Language) -> None:
    set_language(language)
    page = render(scan_page(made, 15), Style(width=width), summary=True)
    assert max(cell_len(line) for line in page.splitlines()) <= width
    whole_page = "".join(page.split())
    stocks = made.frames.scan
    for ticker, name in zip(stocks["ticker"], stocks[f"name_{language}"], strict=True):
        if ticker in {*stocks["ticker"][:15], *stocks["ticker"][-15:]}:
            assert ticker in page
            assert "".join(name.split()) in whole_page


def test_ascii_page_is_ascii_but_for_names(made: Report) -> None:
    page = render(scan_page(made, 5), Style(ascii=True), summary=True)
    assert not set(page) & set("▲▼─·−")


def test_saved_group_is_a_sector(run: Run, files: list[str | Path], config: Path) -> None:
    save = ("scan", "--config", config, *files, "--lang", "en", "--group", "1", "--save")
    done = run(*save, "FOUND")
    assert done.returncode == 0, done.stderr
    assert "Saved: group 1, 10 stocks, as FOUND" in done.stdout
    text = (config / "sectors.toml").read_text(encoding="utf-8")
    assert text.startswith("# mine, and dear to me\n[MINE]")
    assert "# of the group" in text
    sectors = tomllib.loads(text)
    assert list(sectors) == ["MINE", "FOUND"]
    assert sectors["FOUND"]["post_hoc"] == ["test"]
    members = {one["ticker"]: one for one in sectors["FOUND"]["members"]}
    assert set(members) == {whole.TICKERS[number] for number in whole.GROUP}
    assert (members["001000"]["en"], members["001000"]["market"]) == ("Hundred", "KOSDAQ")
    assert f"a scan of test, {whole.EVENT}" in members["001010"]["why"]

    report = run("report", "--config", config, *files, "--sector", "FOUND", "--lang", "en", "--json")
    assert report.returncode == 0, report.stderr
    [sector] = [row for row in json.loads(report.stdout)["sectors"] if row["theme"] is None]
    assert (sector["sector"], sector["n"], sector["post_hoc"]) == ("FOUND", 10, 1)
    assert sector["caar_ew"] == pytest.approx(0.12, abs=0.01)

    again = run(*save, "FOUND")
    assert again.returncode == 2
    assert again.stderr.endswith("already has the name FOUND: choose another, or --replace\n")
    assert run(*save, "FOUND", "--replace").returncode == 0
    assert list(tomllib.loads((config / "sectors.toml").read_text(encoding="utf-8"))) == ["MINE", "FOUND"]


def test_saving_beside_shipped_sectors_keeps_these_in_force(made: Report, config: Path) -> None:
    (config / "sectors.toml").unlink()
    (config / "library.toml").unlink()
    path = file_for(load_settings(config), config, "sectors.toml", "FOUND")
    stocks = made.frames.groups["stocks"][0]
    members = [Member.model_construct(ticker=one.ticker, ko=one.ko, en=one.en, market=one.market) for one in stocks]
    path.write_bytes(
        with_sector(load_settings(config), "FOUND", Name(ko="찾음", en="found"), members, "test", "moved together")
    )
    settings = load_settings(config)
    own = [name for name in settings.sectors if name not in settings.library]
    assert own == [*(name for name in load_settings().sectors if name not in settings.library), "FOUND"]
    assert settings.sectors["FOUND"].post_hoc == ("test",)
    # The event that some of the shipped ones were put together after is not configured here.
    assert settings.sectors["ROBOT"].post_hoc == ()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--save", "NEW", "--group", "99"], "no group 99: groups found: 1 to "),
        (["--save", "MINE", "--group", "1"], "already has the name MINE"),
        (["--save", "no/good", "--group", "1"], "no id can be made of it"),
        (["--save", "NEW"], "--save NAME and --group N go together"),
        (["--with", "cats"], "'cats' is not one of konex, preferreds, spacs"),
        (["--min-cap", "1e15"], "none of 720 stocks passes the filters"),
        (["--event", "tset"], "did you mean test"),
    ],
)
def test_what_cannot_be_asked_for(
    run: Run, files: list[str | Path], config: Path, options: list[str], said: str
) -> None:
    before = (config / "sectors.toml").read_bytes()
    done = run("scan", "--config", config, *files, *options)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr
    assert (config / "sectors.toml").read_bytes() == before


def test_saving_needs_a_directory_of_ones_own(run: Run, files: list[str | Path]) -> None:
    done = run("scan", *files, "--save", "NEW", "--group", "1")
    assert done.returncode == 2
    assert "--config DIR, a directory of your own, is required" in done.stderr


def test_without_a_whole_market_it_says_what_is_needed(
    run: Run, files: list[str | Path], config: Path, tmp_path: Path
) -> None:
    part = tmp_path / "part.csv"
    part.write_text(f"date,ticker,name,market,marcap,value\n{whole.BASE},000010,하나,KOSPI,1,1\n", encoding="utf-8")
    for options, said in (
        (["--store", tmp_path / "empty"], f"has no whole market before {whole.EVENT}"),
        (files[:4], "scan needs the whole market"),
        ([*files[:4], "--market", part], f"1 stocks on {whole.BASE}; a whole market has at least 700"),
    ):
        done = run("scan", "--config", config, *options)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
        assert said in done.stderr
        assert "KRX_AUTH_KEY, KRX_ID and KRX_PW, or DATA_GO_KR_KEY and run" in done.stderr


def test_other_sources_have_no_whole_market(run: Run) -> None:
    done = run("scan", "--source", "press")
    assert done.returncode == 2
    assert "the source 'press' does not support scan: scan needs the whole market" in done.stderr
