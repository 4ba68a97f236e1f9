"""Configuration as people write it: accepted where it can mean one thing, told what to type where it cannot."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from pathlib import Path

import pytest

from screener.config import load_settings
from screener.config.edit import file_for, identifier_of, with_event, with_sector
from screener.config.fields import Name
from screener.config.mistakes import forgiven
from screener.errors import ConfigError, UsageError

NEWS = datetime.fromisoformat("2025-04-02T16:10")


def test_a_sector_needs_codes_only(tmp_path: Path) -> None:
    (tmp_path / "sectors.toml").write_text(
        '[조선]\nname = "조선"\nmembers = ["009540", "A010140", "042660.KS", "KRX:000660"]\n', encoding="utf-8"
    )
    sector = load_settings(tmp_path).sectors["조선"]
    assert (sector.name.ko, sector.name.en) == ("조선", "조선")
    assert [(member.ticker, member.ko, member.market) for member in sector.members] == [
        ("009540", "HD한국조선해양", "KOSPI"),
        ("010140", "삼성중공업", "KOSPI"),
        ("042660", "한화오션", "KOSPI"),
        ("000660", "SK하이닉스", "KOSPI"),
    ]


def test_a_stock_that_nobody_knows_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "sectors.toml").write_text('[A]\nname = "A"\nmembers = ["009540", "999990"]\n', encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_settings(tmp_path)
    assert str(error.value).startswith(
        f"{tmp_path / 'sectors.toml'}:3: A.members[1]: 999990 is not among the shipped stocks"
    )
    assert 'write { ticker = "999990", ko = "...", market = "KOSPI" }, or KOSDAQ' in str(error.value)
    (tmp_path / "sectors.toml").write_text(
        '[A]\nname = "A"\nmembers = [{ ticker = "999990", ko = "새 종목", market = "KOSDAQ" }]\n', encoding="utf-8"
    )
    [member] = load_settings(tmp_path).sectors["A"].members
    assert (member.ko, member.en) == ("새 종목", "새 종목")


@pytest.mark.parametrize(
    "news", ['"2025-04-02 16:10"', "'2025-04-02T16:10'", "2025-04-02T16:10:00", "“2025-04-02 16:10”"]
)
def test_the_moment_of_news_may_stand_in_quotes(tmp_path: Path, news: str) -> None:
    (tmp_path / "events.toml").write_text(f'[관세]\nname = "관세"\nnews = {news}\n', encoding="utf-8")
    event = load_settings(tmp_path).events["관세"]
    assert event.news == NEWS
    assert str(event.first_day) == "2025-04-03"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('[조선]\na = "b"', '["조선"]\na = "b"'),
        ('[SEMI.themes.메모리]\nko = "b"', '[SEMI.themes."메모리"]\nko = "b"'),
        ('이름 = "b"', '"이름" = "b"'),
        ("a = “b”", 'a = "b"'),
        ("[조선]\na = ‘b’", "[\"조선\"]\na = 'b'"),
        # What is TOML stays as it is, quotes of any kind in its texts included.
        ('a = "“b” [조선]"', 'a = "“b” [조선]"'),
        ("a = [[", "a = [["),
    ],
)
def test_what_toml_does_not_allow_is_read_as_what_it_means(text: str, meant: str) -> None:
    assert forgiven(text) == meant


def test_composed_and_decomposed_names_are_the_same(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", '[조선]\nname = "조선"\nmembers = ["009540"]\n')
    (tmp_path / "sectors.toml").write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path)
    assert settings.sector_id(unicodedata.normalize("NFD", "조선")) == unicodedata.normalize("NFC", "조선")


@pytest.mark.parametrize("name", ["sectors.toml.txt", "Sectors.toml", "sectors.TOML", "sector.toml", "Sectors.txt"])
def test_a_file_that_is_not_read_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('[A]\nname = "A"\nmembers = ["009540"]\n')
    with pytest.raises(ConfigError, match=rf"{name}: is not read: did you mean sectors\.toml"):
        load_settings(tmp_path)


def test_an_event_of_any_day() -> None:
    settings = load_settings()
    placed, event = settings.with_event_on(datetime.fromisoformat("2024-12-03T22:30"), "Martial law")
    assert event == "2024-12-03"
    assert placed.event(event).name.en == "Martial law"
    assert str(placed.event(event).session(placed.calendar)) == "2024-12-04"
    with pytest.raises(UsageError, match="is in the future"):
        settings.with_event_on(date(2999, 1, 4))


@pytest.mark.parametrize("asked", ["deepseek", "DeepSeek", "DEEPSEEK SHOCK", "딥시크 쇼크"])
def test_events_are_found_by_id_and_name(asked: str) -> None:
    assert load_settings().event_id(asked) == "deepseek"


def test_an_unknown_event_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="no event 'deepsek': did you mean deepseek"):
        load_settings().event_id("deepsek")


def test_what_is_added_is_read_back_and_the_rest_stays(tmp_path: Path) -> None:
    settings = load_settings()
    members = settings.sectors["SEMI"].members[:2]
    path = file_for(settings, tmp_path, "sectors.toml", "내_업종")
    path.write_bytes(with_sector(settings, "내_업종", Name(ko="내 업종", en="Mine"), members))
    file_for(settings, tmp_path, "events.toml", "관세").write_bytes(
        with_event(settings, "관세", Name(ko="관세", en="관세"), NEWS, ["내_업종", "SEMI"])
    )
    written = load_settings(tmp_path)
    assert [member.ticker for member in written.sectors["내_업종"].members] == [member.ticker for member in members]
    assert written.sectors["내_업종"].post_hoc == ()
    assert written.sectors["SEMI"] == settings.sectors["SEMI"]
    assert list(written.family("관세")) == ["내_업종", "SEMI"]
    shipped = settings.files["sectors.toml"].read_text(encoding="utf-8")
    assert path.read_text(encoding="utf-8").startswith(shipped.rstrip())
    with pytest.raises(UsageError, match=r"already has the name 관세"):
        file_for(written, tmp_path, "events.toml", "관세")


def test_ids_are_made_of_names() -> None:
    assert identifier_of("내 업종") == "내_업종"
    with pytest.raises(UsageError, match="no id can be made of it"):
        identifier_of("a/b")
