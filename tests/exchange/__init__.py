"""A stand-in for the Korea Exchange, its Open API and Naver, on a loopback port; no test needs the real ones."""

from tests.exchange.market import KST, Market, kst
from tests.exchange.mocked import MockedExchange, mocked
from tests.exchange.server import Exchange

__all__ = ["KST", "Exchange", "Market", "MockedExchange", "kst", "mocked"]
