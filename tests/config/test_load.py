"""The shipped configuration is right, and every mistake in a user's own says where it is and what would be right."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from screener.config import load_settings
from screener.config.load import _shipped_directory, copy_shipped
from screener.errors import ConfigError, UsageError
from tests.conftest import SHARED
from tests.data.small import write_config

TODAY = date(2025, 6, 30)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = write_config(tmp_path)
    before, _, _ = (config / "screener.toml").read_text(encoding="utf-8").partition("[calendar]")
    (config / "screener.toml").write_text(before, encoding="utf-8")
    return config


def mistakes(config: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings(config, today=TODAY)
    return str(caught.value).replace(f"{config}/", "")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_shipped_configuration_is_right() -> None:
    settings = load_settings(today=TODAY)
    event = settings.event("deepseek")
    assert (event.news_date, event.event_day, event.base) == (date(2025, 1, 27), date(2025, 1, 31), date(2025, 1, 24))
    abroad = {one.name.en: one.change_pct for one in event.abroad}
    assert abroad["Nvidia"] == -17
    assert abroad["TSMC"] == -13.33
    assert len(abroad) == 11
    assert {str(one.date) for one in event.timeline if one.confounder} >= {"2025-01-31", "2025-02-03", "2025-02-05"}
    assert {name: sector.post_hoc for name, sector in settings.sectors.items() if sector.post_hoc} == dict.fromkeys(
        ("SECURITY", "ROBOT", "CHINA_LINK"), ("deepseek",)
    )


def test_shipped_sectors_are_the_universe() -> None:
    listing = SHARED / "facts" / "universe.csv"
    if not listing.is_file():
        pytest.skip("the list of the universe is not here")
    with listing.open(encoding="utf-8", newline="") as file:
        expected = {
            (row["sector"], row["ticker"], row["name_ko"], row["name_en"], row["market"], row["subtheme"])
            for row in csv.DictReader(file)
        }
    configured = {
        (name, one.ticker, one.ko, one.en, one.market, one.theme)
        for name, sector in load_settings(today=TODAY).family("deepseek").items()
        for one in sector.members
    }
    assert configured == expected
    assert len(expected) == 88


def test_own_directory_takes_over_file_by_file(config: Path) -> None:
    """With sectors of one's own, a shipped event is studied on these, without the pairs of sectors that are gone."""
    (config / "screener.toml").unlink()
    (config / "events.toml").unlink()
    shipped = load_settings(today=TODAY)
    settings = load_settings(config, today=TODAY)
    assert settings.files["sectors.toml"] == config / "sectors.toml"
    assert settings.files["events.toml"] == shipped.files["events.toml"]
    assert settings.screener.event == "deepseek"
    assert list(settings.family("deepseek")) == ["A", "B"]
    assert settings.event("deepseek").spreads == ()


def test_own_events_alone_lead_with_the_first(config: Path) -> None:
    (config / "screener.toml").unlink()
    (config / "sectors.toml").unlink()
    change(config / "events.toml", '["A", "B"]', '["SEMI", "BANK"]')
    assert load_settings(config, today=TODAY).screener.event == "test"


def test_misspelt_file_and_empty_directory_are_mistakes(config: Path, tmp_path: Path) -> None:
    (config / "sector.toml").write_text("", encoding="utf-8")
    assert mistakes(config) == "sector.toml: is not read: did you mean sectors.toml or screener.toml or events.toml?"
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ConfigError, match="contains none of"):
        load_settings(empty)


def test_dangling_link_is_no_shipped_file(config: Path) -> None:
    (config / "events.toml").unlink()
    (config / "events.toml").symlink_to("nowhere")
    assert "events.toml: cannot be read" in mistakes(config)


def test_stock_has_one_market(config: Path) -> None:
    change(
        config / "sectors.toml",
        '{ ticker = "000003"',
        '{ ticker = "000001", ko = "하나", en = "One", market = "KOSDAQ" }, { ticker = "000003"',
    )
    assert "B.members[0].market: 000001 is on KOSPI in A: a stock has one market" in mistakes(config)


@pytest.mark.parametrize(
    ("news", "first_day"),
    [
        ("2024-04-19", date(2024, 4, 19)),
        ("2024-04-19T15:29:00", date(2024, 4, 19)),
        ("2024-04-19T15:30:00", date(2024, 4, 20)),
        ("2024-04-19T08:00:00Z", date(2024, 4, 20)),  # 17:00 in Seoul
        ("2023-11-16T15:45:00", date(2023, 11, 16)),  # examination day: traded until 16:30
        ("2023-11-16T16:30:00", date(2023, 11, 17)),
        ("2023-11-09T15:45:00", date(2023, 11, 10)),  # a Thursday of November as any other
    ],
)
def test_news_after_the_close_belongs_to_the_next_session(config: Path, news: str, first_day: date) -> None:
    change(config / "events.toml", "2024-04-22", news)
    assert load_settings(config, today=TODAY).event("test").first_day == first_day


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("screener.toml", "gap = 5", "gpa = 5", "screener.toml:6: gpa: unknown key 'gpa': did you mean gap"),
        ("screener.toml", "gap = 5", "", "screener.toml:1: gap: the key 'gap' is missing: add it"),
        ("screener.toml", "[0, 3]", "[3, 0]", "screener.toml:10: windows[1]: the window [3, 0] is reversed: write [0, 3]"),
        ("screener.toml", "[0, 3]", "[0, 3.5]", "screener.toml:10: windows[1]: [0, 3.5] is not a valid window"),
        ("screener.toml", "[0, 3]", "[0, 0]", "screener.toml:10: windows[1]: the window [0, 0] is listed twice"),
        ("screener.toml", "[0, 3]", "[-6, 3]", "screener.toml:10: windows[1]: the window [-6, 3] overlaps the estim"),
        ("screener.toml", "breadth = 0.15", "breadth = 0.25", "weights: the weights sum to 1.1; they must sum to 1"),
        ("screener.toml", '"kr"', '"red"', "screener.toml:3: palette: 'red' is not possible here: write 'kr', 'us' or"),
        ("screener.toml", "min_obs = 20", "min_obs = 25", "screener.toml:7: min_obs: min_obs 25 exceeds the 24"),
        ("screener.toml", 'event = "test"', 'event = "tset"', "screener.toml:1: event: no event 'tset' in events.toml"),
        ("events.toml", '["A", "B"]', '["A", "C"]', "events.toml:4: test.spreads[0]: no sector 'C' in sectors.toml or library.toml"),
        ("events.toml", '["A", "B"]', '["A", "BANK"]', "events.toml:4: test.spreads[0]: BANK is not among the sectors of test: add it there"),
        ("events.toml", "spreads", 'sectors = ["A", "B", "BANQUE"]\nspreads', "events.toml:4: test.sectors[2]: no sector 'BANQUE' in sectors.toml or library.toml: did you mean BANK"),
        ("events.toml", "spreads", 'sectors = ["A", "A"]\nspreads', "events.toml:4: test.sectors[1]: A is listed twice: delete one"),
        ("events.toml", "spreads", 'sectors = ["A"]\nspreads', "events.toml:5: test.spreads[0]: B is not among the sectors of the event: add it there"),
        ("screener.toml", "[weights]", 'spreads = [["A", "B"]]\n[weights]', "screener.toml:11: spreads: spreads belong to an event: move them below [EVENT] in events.toml"),
        ("sectors.toml", "[A]", "[A]\npost_hoc = true", "sectors.toml:2: A.post_hoc: post_hoc takes events: write post_hoc = [\"EVENT\"]"),
        ("screener.toml", "estimation = 24", 'estimation = "24"', "screener.toml:5: estimation: input should be a valid int"),
        ("sectors.toml", '"000001"', "000001", 'sectors.toml:4: a ticker is text, not a number: write "000001" in quot'),
        ("sectors.toml", '"000001"', "300080", 'members[0].ticker: a ticker is text, not a number: write "300080" in q'),
        ("sectors.toml", '"000001"', '"1"', "sectors.toml:4: A.members[0].ticker: '1' is not a valid ticker: six digits or"),
        ("sectors.toml", '"000002"', '"000001"', "sectors.toml:5: A.members[1].ticker: ticker 000001 (둘) is listed twice"),
        ("sectors.toml", '"KOSPI"', '"KOSPY"', "sectors.toml:4: A.members[0].market: 'KOSPY' is not possible here"),
        ("sectors.toml", 'en = "Two"', 'en = "Two", theme = "x"', "sectors.toml:5: A.members[1].theme: theme 'x' is not d"),
        ("sectors.toml", 'en = "One"', r'en = "\u001b[2J"', "sectors.toml:4: A.members[0].en: '\\x1b[2J' is not plain text"),
        ("sectors.toml", "[A]", "[A", "sectors.toml:1: invalid TOML"),
        ("sectors.toml", "[A]", '["a/b"]', "'a/b' is not a valid id: use only letters, digits, _ and -"),
        ("events.toml", "news = 2024-04-22", "news = 2099-07-01", "test.news: 2099-07-01 is in the future (today is 2025-06"),
        ("events.toml", "news = 2024-04-22", 'news = "22 April"', "test.news: '22 April' is not a valid date: write it as 2025"),
        ("events.toml", "news = 2024-04-22", "news = 2024-04-22\nbase = 2024-04-23\nevent_day = 2024-04-22", "test.base: ba"),
        ("events.toml", "news = 2024-04-22", "news = 2024-04-22\nevent_day = 2024-04-01", "event_day 2024-04-01 is before KRX could"),
        ("events.toml", "news = 2024-04-22", "news = 2024-04-22T16:00:00\nevent_day = 2024-04-22", "news of 2024-04-22 after the close"),
        ("events.toml", "news = 2024-04-22", "news = 2024-04-19\nevent_day = 2024-04-20", "event_day 2024-04-20 is a weekend"),
        ("events.toml", '["A", "B"]', '["A", "A"]', "the spread of A with itself is 0"),
        ("events.toml", '["A", "B"]', '["A"]', "events.toml:4: test.spreads[0]: ['A'] is too short: add what is missing"),
        ("sectors.toml", '"000001"', "-660", "-660 is not a valid ticker"),
        ("screener.toml", "[weights]", "[calendar]\nclosed = [\n2024-03-05,\n2024-03-05]\n[weights]", "screener.toml:14: calendar.closed[1]: 2024-03-05 is listed twice"),
        ("screener.toml", "[weights]", "[calendar]\nopened = [2024-03-05, 2024-03-05]\n[weights]", "screener.toml:12: calendar.opened[1]: 2024-03-05 is listed twice"),
        ("screener.toml", "[weights]", "[calendar]\nclosed = [2024-03-09]\n[weights]", "screener.toml:12: calendar.closed[0]: 2024-03-09 is a weekend"),
        ("screener.toml", "[weights]", "[calendar]\nclosed = [2024-03-05]\nopened = [2024-03-05]\n[weights]", "screener.toml:12: calendar.closed[0]: 2024-03-05 is also listed in opened"),
        ("screener.toml", "[weights]", '[calendar]\nclosed = ["5 March"]\n[weights]', "screener.toml:12: calendar.closed[0]: '5 March' is not a valid date"),
        ("screener.toml", "[weights]", "[calendar]\nclosed = [2024-03-05T09:00:00]\n[weights]", "screener.toml:12: calendar.closed[0]: "),
        ("screener.toml", "[weights]", "[calendar]\nclose = []\n[weights]", "screener.toml:12: calendar.close: unknown key 'close': did you mean closed"),
    ],
)  # fmt: skip
def test_mistake_names_file_line_key_and_remedy(config: Path, file: str, old: str, new: str, expected: str) -> None:
    change(config / file, old, new)
    said = mistakes(config)
    assert expected in said
    assert said.startswith(f"{file}:")
    assert all(line.startswith(f"{file}:") for line in said.splitlines())


def test_calendar_days_may_be_left_out(config: Path) -> None:
    calendar = load_settings(config, today=TODAY).screener.calendar
    assert (calendar.closed, calendar.opened) == ((), ())
    change(config / "screener.toml", "[weights]", "[calendar]\nopened = [2024-03-09]\n[weights]")  # a Saturday
    assert load_settings(config, today=TODAY).screener.calendar.opened == (date(2024, 3, 9),)


def test_table_without_a_value_has_a_line_as_well(config: Path) -> None:
    (config / "sectors.toml").write_text(
        '[A]\nname = { ko = "가", en = "A" }\n\n[[A.members]]\n\n[B]\n', encoding="utf-8"
    )
    lines = mistakes(config).splitlines()
    assert "sectors.toml:4: A.members[0].ticker: the key 'ticker' is missing: add it" in lines
    assert "sectors.toml:6: B.name: the key 'name' is missing: add it" in lines


def test_all_mistakes_of_a_file_are_named_at_once(config: Path) -> None:
    change(config / "screener.toml", "gap = 5", "gap = -1")
    change(config / "screener.toml", "[0, 3]", "[3, 0]")
    assert len(mistakes(config).splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "screener.toml:1: the file is empty"),
        (b"  \n\n", "screener.toml:1: the file is empty"),
        ('event = "test"\n# 환율\n'.encode("cp949"), "screener.toml:2: not UTF-8 text: save the file as UTF-8"),
        ('event = "test"'.encode("utf-16"), "screener.toml:1: not UTF-8 text"),
    ],
)
def test_unreadable_file(config: Path, content: bytes, expected: str) -> None:
    (config / "screener.toml").write_bytes(content)
    assert expected in mistakes(config)


def test_byte_order_mark_is_no_mistake(config: Path) -> None:
    path = config / "screener.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_settings(config, today=TODAY).screener.event == "test"


def test_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such directory"):
        load_settings(tmp_path / "nowhere")


def test_unknown_event_and_sector_name_the_nearest(config: Path) -> None:
    settings = load_settings(config, today=TODAY)
    with pytest.raises(UsageError, match="no event 'tes': did you mean test"):
        settings.event("tes")
    with pytest.raises(UsageError, match="no sector 'Z'; use one of A, B"):
        settings.sector("Z")


def test_copy_leaves_what_is_there(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert all(copied for _, copied in copy_shipped(mine))
    (mine / "events.toml").write_text("changed", encoding="utf-8")
    assert not any(copied for _, copied in copy_shipped(mine))
    assert (mine / "events.toml").read_text(encoding="utf-8") == "changed"
    assert (mine / "sectors.toml").read_bytes() == (_shipped_directory() / "sectors.toml").read_bytes()
