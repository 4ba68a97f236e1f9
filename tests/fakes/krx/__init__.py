"""A stand-in for the Korea Exchange, its Open API and Naver, on a loopback port; no test needs the real ones."""

from tests.fakes.krx.market import KST, Market, kst
from tests.fakes.krx.mocked import MockedExchange, mocked
from tests.fakes.krx.server import Exchange

__all__ = ["KST", "Exchange", "Market", "MockedExchange", "kst", "mocked"]
