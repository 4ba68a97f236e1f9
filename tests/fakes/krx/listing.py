"""Who is listed on the simulated exchange: tickers, names, markets, industries, and the stocks with trouble.

The configured names and those of the press table carry their real codes, names and markets; the rest is invented.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.random import Generator

ROOT = Path(__file__).parents[3]

MARKET_IDS = {"KOSPI": "STK", "KOSDAQ": "KSQ", "KOSDAQ GLOBAL": "KSQ", "KONEX": "KNX"}
SHARES_OF_MARKET = {"KOSPI": 0.34, "KOSDAQ": 0.60, "KOSDAQ GLOBAL": 0.018, "KONEX": 0.042}
GLOBAL_SEGMENT = {"058470", "357780", "403870", "005290", "240810", "036930", "064760", "095340", "039030", "067310"}
LISTED_ON = {
    "064400": date(2025, 2, 5),
    "096250": date(2025, 1, 24),
    "062040": date(2024, 7, 29),
    "457550": date(2024, 1, 24),
    "454910": date(2023, 10, 5),
    "450520": date(2023, 9, 25),
    "355390": date(2023, 8, 31),
    "411080": date(2023, 2, 15),
}
"""Real listing days of configured names."""

INDUSTRIES = {
    "KOSPI": [
        "전기전자",
        "서비스업",
        "화학",
        "기타금융",
        "유통업",
        "운수장비",
        "의약품",
        "건설업",
        "음식료품",
        "통신업",
    ],
    "KOSDAQ": ["일반전기전자", "IT 서비스", "제약", "기계·장비", "금속", "화학", "유통", "오락·문화", "금융", "건설"],
}
SECTIONS = ["우량기업부", "벤처기업부", "중견기업부", "기술성장기업부"]
_SYLLABLES = "가나다라마바사아자차카타파하강남동대한신세원일진성광유삼미우림정보산영수현재호화경기주태"


@dataclass(frozen=True)
class Stock:
    """One stock, as the exchange lists it."""

    ticker: str
    name: str
    market: str
    sector: str = ""
    """Configured sector, empty for an invented stock."""
    section: str = ""
    """SECT_TP_NM: KOSDAQ's departments; here one also sees SPACs and 관리종목."""
    industry: str = ""

    @cached_property
    def isin(self) -> str:
        """ISU_CD: KR7, the ticker (a preferred's 5 becomes 1), 00, check digit."""
        body = f"KR7{self.ticker[:5]}{'1' if self.ticker[5] == '5' else self.ticker[5]}00"
        return body + _check_digit(body)


@dataclass(frozen=True)
class Etf:
    """A fund that Naver serves and the list of stocks does not."""

    ticker: str
    name: str
    index: str
    """Code of the index that it follows."""
    start: int
    """Price on the first session, KRW."""


ETFS = (Etf("069500", "KODEX 200", "1001", 31_000), Etf("229200", "KODEX 코스닥150", "2001", 11_500))


def stocks(size: int, rng: Generator) -> list[Stock]:
    """`size` stocks, ordered as KRX orders them (by name); the known ones first in line for a place."""
    known = _known()
    counts = {market: round(size * share) for market, share in SHARES_OF_MARKET.items()}
    markets = [m for m in counts for _ in range(max(0, counts[m] - sum(k.market == m for k in known)))]
    names = _names(len(markets) + 10, rng, {stock.name for stock in known})
    taken = {stock.ticker for stock in known} | {etf.ticker for etf in ETFS}
    codes = (f"{100 + 37 * n:05d}0" for n in range(26_000))
    free = (code for code in codes if code not in taken)
    out = list(known)
    for place, market in enumerate(markets):
        if len(out) >= size:
            break
        out.append(_invented(next(free), names[place], market, place))
    return sorted((_sorted_into_industry(stock) for stock in out), key=lambda stock: stock.name)


def _invented(ticker: str, name: str, market: str, place: int) -> Stock:
    if market == "KOSPI" and place % 8 == 7:
        return Stock(f"{ticker[:5]}5", f"{name}우", market)
    if market == "KOSDAQ" and place % 23 == 5:
        return Stock(ticker, f"{name}{place % 40}호스팩", market, section="SPAC(소속부없음)")
    if market == "KOSDAQ" and place % 29 == 7:
        return Stock(ticker, name, market, section="관리종목(소속부없음)")
    return Stock(ticker, name, market)


def _sorted_into_industry(stock: Stock) -> Stock:
    choice = INDUSTRIES["KOSPI" if stock.market == "KOSPI" else "KOSDAQ"]
    number = int(stock.ticker[:5].translate({ord(letter): "1" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}))
    industry = "" if stock.market == "KONEX" else choice[number % len(choice)]
    section = stock.section
    if not section and stock.market.startswith("KOSDAQ"):
        section = SECTIONS[number % len(SECTIONS)]
    if stock.market == "KONEX":
        section = "일반기업부"
    return Stock(stock.ticker, stock.name, stock.market, stock.sector, section, industry)


def _known() -> list[Stock]:
    out: dict[str, Stock] = {}
    with (ROOT / "config" / "sectors.toml").open("rb") as file:
        for sector, content in tomllib.load(file).items():
            for member in content["members"]:
                ticker = member["ticker"]
                market = "KOSDAQ GLOBAL" if ticker in GLOBAL_SEGMENT else member["market"]
                out.setdefault(ticker, Stock(ticker, member["ko"], market, sector))
    for row in press():
        if row["ticker"] not in out:
            out[row["ticker"]] = Stock(row["ticker"], row["name_ko"], row["market"], row["sector"])
    out["0041B0"] = Stock("0041B0", "엘케이테크", "KOSDAQ")
    return list(out.values())


def configured() -> list[str]:
    """Tickers of config/sectors.toml."""
    with (ROOT / "config" / "sectors.toml").open("rb") as file:
        return sorted({m["ticker"] for content in tomllib.load(file).values() for m in content["members"]})


def press() -> list[dict[str, str]]:
    """The published changes and closes of 31 January 2025."""
    path = ROOT / "screener" / "data" / "sources" / "press" / "stocks_2025-01-31.csv"
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _names(count: int, rng: Generator, taken: set[str]) -> list[str]:
    letters = np.array(list(_SYLLABLES))
    out: dict[str, None] = {}
    for row in letters[rng.integers(0, len(letters), size=(count * 2, 4))]:
        name = "".join(row)
        if name not in taken:
            out[name] = None
    return list(out)[:count]


def _check_digit(body: str) -> str:
    """Luhn over the digits of an ISIN, letters counting from A = 10."""
    digits = "".join(str(int(letter, 36)) for letter in body)
    total = sum(
        sum(divmod(2 * int(digit), 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(digits))
    )
    return str(-total % 10)
