"""The stand-in on a loopback port, the command, and a configuration of seven stocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.data.small import WEIGHTS
from tests.e2e.command import BRIEF, Command, Done
from tests.e2e.secrets import DATA_KEY, ID, KEY, PASSWORD, assert_nothing_leaked
from tests.fakes.datagokr import DataGoKr
from tests.fakes.krx import Exchange, Market, kst
from tests.forkserver import Starter

EVENTS = """[deepseek]
name = { ko = "딥시크 쇼크", en = "DeepSeek shock" }
news = 2025-01-27
event_day = 2025-01-31
base = 2025-01-24
spreads = [["SOFT", "CHIPS"]]
"""
SECTORS = """[CHIPS]
name = { ko = "반도체", en = "Chips" }
members = [
    { ticker = "000660", ko = "SK하이닉스", en = "SK hynix", market = "KOSPI" },
    { ticker = "005930", ko = "삼성전자", en = "Samsung Electronics", market = "KOSPI" },
    { ticker = "042700", ko = "한미반도체", en = "Hanmi", market = "KOSPI" },
]
[SOFT]
name = { ko = "AI 소프트웨어", en = "AI software" }
members = [
    { ticker = "035420", ko = "네이버", en = "NAVER", market = "KOSPI" },
    { ticker = "035720", ko = "카카오", en = "Kakao", market = "KOSPI" },
    { ticker = "189330", ko = "씨이랩", en = "XiiLab", market = "KOSDAQ" },
]
[POWER]
name = { ko = "전력", en = "Power" }
members = [{ ticker = "298040", ko = "효성중공업", en = "Hyosung Heavy", market = "KOSPI" }]
"""
STOCKS = ("000660", "005930", "042700", "035420", "035720", "189330", "298040")
FUNDS = ("069500", "229200")
SCREENER = f"""event = "deepseek"
language = "en"
palette = "kr"
model = "market"
estimation = 20
gap = 0
min_obs = 15
placebo_dates = 39
request_spacing = 0.0
price_limit = 0.30
windows = [[0, 0], [0, 1]]
{WEIGHTS}"""
START, END = date(2024, 9, 2), date(2025, 3, 31)
SIZE, WHOLE = 300, 200
"""Stocks, and how many of them count as a whole market."""
EVENING = kst(2025, 2, 10, 18, 30)
Full = tuple[Path, Done, list[str]]


def configure(folder: Path) -> None:
    """Write the configuration of the seven stocks into `folder`/config."""
    config = folder / "config"
    config.mkdir()
    for name, text in (("events", EVENTS), ("sectors", SECTORS), ("screener", SCREENER)):
        (config / f"{name}.toml").write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def market() -> Market:
    return Market(START, END, size=SIZE)


@pytest.fixture
def exchange(market: Market) -> Iterator[DataGoKr]:
    market.now = EVENING
    with DataGoKr(market) as running:
        let_in(running)
        yield running


def let_in(running: DataGoKr) -> None:
    """Give the stand-in the account and the keys of the user."""
    account = running.account
    account.name, account.password, account.auth_key, running.key = ID, PASSWORD, KEY, DATA_KEY


@pytest.fixture(scope="session")
def full(starter: Starter, market: Market, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Full]:
    """The first report of somebody with an account: its folder, how it ended, and what was asked of whom."""
    folder = tmp_path_factory.mktemp("full")
    configure(folder)
    market.now = EVENING
    with Exchange(market) as exchange:
        exchange.account.name, exchange.account.password = ID, PASSWORD
        command = Command(starter, folder, EVENING, exchange.environment, whole=WHOLE).given(KRX_ID=ID, KRX_PW=PASSWORD)
        done = command.run("report")
        assert_nothing_leaked(command, exchange)
        yield folder, done, [request.bld or request.host for request in exchange.requests]


@pytest.fixture
def command(starter: Starter, exchange: DataGoKr, tmp_path: Path) -> Command:
    """The command without an account."""
    configure(tmp_path)
    return Command(starter, tmp_path, exchange.market.now, exchange.environment, whole=WHOLE, constants=BRIEF)


@pytest.fixture
def member(command: Command) -> Command:
    """The command with an account of data.krx.co.kr."""
    return command.given(KRX_ID=ID, KRX_PW=PASSWORD)
