"""The simulated market of the tour, measured over windows of one's own."""

from __future__ import annotations

from functools import cache

from screener.analysis.frames import Frames
from screener.analysis.impact import measure_impact
from screener.analysis.measurement import Measurement
from screener.analysis.model import Group, Rules, Stock
from screener.data.panel import Panel
from screener.data.sources import PriceRequest, demo
from screener.demo import _demo_sectors
from screener.study import Ints
from screener.study.models import Model

WEIGHTS = {"magnitude": 0.3, "certainty": 0.3, "persistence": 0.15, "breadth": 0.15, "volume": 0.1}
HALF = "half"
"""Theme of every other stock of a sector."""
STOCKS = tuple(
    Stock(member.ticker, member.ko, member.en, member.market, name, HALF if place % 2 else None)
    for name, sector in _demo_sectors().items()
    for place, member in enumerate(sector.members)
)
GROUPS = tuple(
    Group(name, theme, sector.name.ko, sector.name.en, post_hoc=False)
    for name, sector in _demo_sectors().items()
    for theme in (None, HALF)
)


@cache
def panel() -> Panel:
    """Its prices."""
    market_of = {stock.ticker: stock.market for stock in STOCKS}
    day = demo.EVENT_DAY
    need = PriceRequest(market_of, day, None, 0.3, demo.DAYS[-1].item(), day, least=130, before=410, after=30)
    return demo.Demo(1).load(need).panel


def measurement(windows: tuple[tuple[int, int], ...], earlier: int = 0, ordinary: int = 240) -> Measurement:
    """Of the event, or of nothing on the session so many `earlier`, among at most `ordinary` placebo sessions."""
    rules = Rules(Model.MARKET, 120, 10, 60, ordinary, windows, (("HELD", "UNMOVED"),), WEIGHTS)
    return Measurement(panel(), demo.EVENT_ROW - earlier, STOCKS, rules)


def members(windows: tuple[tuple[int, int], ...]) -> list[Ints]:
    """Columns of each of `GROUPS`."""
    return [measurement(windows).columns(group) for group in GROUPS]


def measure(windows: tuple[tuple[int, int], ...], earlier: int = 0, ordinary: int = 240) -> Frames:
    """The impact of the same."""
    return measure_impact(measurement(windows, earlier, ordinary), GROUPS)
