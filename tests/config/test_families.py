"""The sectors of an event: those that it names, else all; and the library that ships for events of the user's own."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from screener.config import load_settings
from screener.config.load import copy_shipped
from tests.config.test_load import TODAY, change, mistakes
from tests.data.small import write_config

LISTED = Path(__file__).with_name("library.csv")
"""Code, Korean name and market of the library's stocks, as KRX listed them on 2025-02-11."""
DEEPSEEK = ["SEMI", "AI_SW", "POWER", "DATACENTER", "SECURITY", "ROBOT", "CHINA_LINK"]
OWN_EVENT = '[mine]\nname = { ko = "내 사건", en = "My event" }\nnews = 2025-04-02\n'
ONE = '[ONE]\nname = { ko = "하나", en = "One" }\nmembers = [{ ticker = "005930", ko = "ㄱ", en = "A", market = "KOSDAQ" }]\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return write_config(tmp_path)


def listed() -> dict[str, tuple[str, str]]:
    with LISTED.open(encoding="utf-8", newline="") as file:
        return {row["ticker"]: (row["name"], row["market"]) for row in csv.DictReader(file)}


def test_library_has_the_sectors_of_a_brokers_list() -> None:
    settings = load_settings(today=TODAY)
    assert settings.library >= {
        *(
            "BATTERY",
            "AUTO",
            "SHIPBUILDING",
            "DEFENCE",
            "BANK",
            "BROKER",
            "INSURANCE",
            "BIOTECH",
            "NUCLEAR",
            "COSMETICS",
        ),
        *("ENTERTAINMENT", "GAMES", "CONSTRUCTION", "STEEL", "CHEMICALS", "AIRLINES", "TELECOM", "ROBOTICS", "RETAIL"),
    }
    for name in settings.library:
        sector = settings.sectors[name]
        assert 8 <= len(sector.members) <= 25, name
        assert all(member.why for member in sector.members), name
        assert len({member.ko for member in sector.members}) == len({member.en for member in sector.members}), name
    assert {
        (one.ticker, one.ko, one.market) for name in settings.library for one in settings.sectors[name].members
    } == {(ticker, *of) for ticker, of in listed().items()}


def test_library_is_listed_under_these_codes_and_names(krx: Path) -> None:
    """Ordinary shares end in 0, preferred ones do not."""
    import pandas as pd

    market = pd.read_parquet(krx / "market_2025-01-02_2025-02-11.parquet", columns=["date", "ticker", "name", "market"])
    last = market[market["date"] == market["date"].max()]
    known = {
        ticker: (name, of.split()[0]) for ticker, name, of in zip(*(last[c] for c in last.columns[1:]), strict=True)
    }
    assert {ticker: known.get(ticker) for ticker in listed()} == listed()
    assert all(ticker.endswith("0") for ticker in listed())


def test_library_stays_out_of_the_shipped_event() -> None:
    settings = load_settings(today=TODAY)
    assert list(settings.family("deepseek")) == DEEPSEEK
    assert settings.event("deepseek").spreads == (("AI_SW", "SEMI"), ("AI_SW", "POWER"), ("POWER", "SEMI"))
    # Only what some event is studied on is fetched by itself.
    assert len(settings.studied) == 88


def test_own_event_without_sectors_has_all_but_groups_made_after_another(tmp_path: Path) -> None:
    (tmp_path / "events.toml").write_text(OWN_EVENT, encoding="utf-8")
    settings = load_settings(tmp_path, today=TODAY)
    family = list(settings.family("mine"))
    assert family[:4] == ["SEMI", "AI_SW", "POWER", "DATACENTER"]
    assert set(family[4:]) == settings.library
    (tmp_path / "events.toml").write_text(f'{OWN_EVENT}sectors = ["BANK", "ROBOT"]\n', encoding="utf-8")
    settings = load_settings(tmp_path, today=TODAY)
    assert list(settings.family("mine")) == ["BANK", "ROBOT"]
    # ROBOT was put together after another event: of this one it is evidence.
    assert "mine" not in settings.sectors["ROBOT"].post_hoc


def test_shipped_library_beside_own_sectors_is_studied_only_where_it_is_named(config: Path) -> None:
    settings = load_settings(config, today=TODAY)
    assert list(settings.family("test")) == ["A", "B"]
    assert settings.sector_id("bank") == "BANK"
    assert settings.at_hand == settings.library
    assert set(settings.studied) == {"000001", "000002", "000003"}
    change(config / "events.toml", "spreads", 'sectors = ["B", "A", "BANK"]\nspreads')
    assert list(load_settings(config, today=TODAY).family("test")) == ["B", "A", "BANK"]


def test_copying_the_shipped_files_changes_nothing(tmp_path: Path) -> None:
    copy_shipped(tmp_path / "mine")
    shipped, copied = load_settings(today=TODAY), load_settings(tmp_path / "mine", today=TODAY)
    assert copied.sectors == shipped.sectors
    assert copied.events == shipped.events
    assert copied.at_hand == frozenset()
    with (tmp_path / "mine/events.toml").open("a", encoding="utf-8") as file:
        file.write(OWN_EVENT)
    assert len(load_settings(tmp_path / "mine", today=TODAY).family("mine")) == len(shipped.sectors) - 3


def test_own_sector_takes_the_place_of_one_of_the_library(config: Path) -> None:
    with (config / "sectors.toml").open("a", encoding="utf-8") as file:
        file.write(ONE.replace("[ONE]", "[BANK]"))
    settings = load_settings(config, today=TODAY)
    assert [member.ticker for member in settings.sectors["BANK"].members] == ["005930"]
    assert list(settings.family("test")) == ["A", "B", "BANK"]


def test_library_follows_a_stock_to_the_market_that_own_sectors_have(config: Path) -> None:
    """Stocks move from KOSDAQ to KOSPI; nobody can correct a shipped file."""
    with (config / "sectors.toml").open("a", encoding="utf-8") as file:
        file.write(ONE.replace("005930", "373220"))
    [cells] = [one for one in load_settings(config, today=TODAY).sectors["BATTERY"].members if one.ticker == "373220"]
    assert cells.market == "KOSDAQ"
    with (config / "sectors.toml").open("a", encoding="utf-8") as file:
        file.write(ONE.replace("[ONE]", "[TWO]").replace("005930", "373220").replace("KOSDAQ", "KOSPI"))
    assert (
        mistakes(config) == "sectors.toml:15: TWO.members[0].market: 373220 is on KOSDAQ in ONE: a stock has one market"
    )
    change(
        config / "sectors.toml",
        ONE.replace("[ONE]", "[TWO]").replace("005930", "373220").replace("KOSDAQ", "KOSPI"),
        "",
    )
    (config / "library.toml").write_text(ONE.replace("[ONE]", "[TWO]").replace("005930", "000001"), encoding="utf-8")
    assert mistakes(config) == "library.toml:3: TWO.members[0].market: 000001 is on KOSPI in A: a stock has one market"


def test_unknown_event_of_a_group_made_after_it_is_a_mistake(config: Path) -> None:
    """It would count as evidence; of the shipped sectors it is none, for their event may be gone."""
    change(config / "events.toml", '\nspreads = [["A", "B"]]', "")
    change(config / "sectors.toml", "[A]", '[A]\npost_hoc = ["tst"]')
    assert mistakes(config) == "sectors.toml:2: A.post_hoc[0]: no event 'tst' in events.toml: did you mean test?"
    (config / "sectors.toml").unlink()
    assert load_settings(config, today=TODAY).sectors["ROBOT"].post_hoc == ("deepseek",)


def test_event_that_nothing_is_left_for_is_a_mistake(config: Path) -> None:
    change(config / "events.toml", '\nspreads = [["A", "B"]]', "")
    change(config / "sectors.toml", "[A]", '[A]\npost_hoc = ["other"]')
    change(config / "sectors.toml", "[B]", '[B]\npost_hoc = ["other"]')
    with (config / "events.toml").open("a", encoding="utf-8") as file:
        file.write('[other]\nname = { ko = "다른", en = "Other" }\nnews = 2024-04-19\n')
    said = mistakes(config)
    assert said == (
        "events.toml:1: test.sectors: every sector was put together after another event: list the sectors of this event in sectors"
    )
