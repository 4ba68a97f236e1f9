"""The tour: a report on the simulated market, with its own event and sectors and the truth beside each estimate."""

from __future__ import annotations

from dataclasses import replace
from typing import NoReturn

from screener.analysis.groups import planted_frame
from screener.config import Settings
from screener.config.fields import Name
from screener.config.models import Event, Happening, Member, Sector
from screener.data.sources import demo
from screener.report.make import make_report
from screener.report.model import Report
from screener.report.request import Request

EVENT = "demo"


def make_demo(settings: Settings, seed: int) -> Report:
    """The report on the market of `seed`, by the rules of `settings`."""
    rules = settings.screener.model_copy(update={"event": EVENT})
    of_demo = replace(settings, events={EVENT: _demo_event()}, sectors=_demo_sectors(), screener=rules)
    report = make_report(of_demo, Request(source=f"demo:{seed}"), _nothing)
    planted = {
        (sector.id, *window.taus): sector.caar(*window.taus)
        for sector in demo.SECTORS
        if sector.id != demo.SECTORS[-1].id  # what limits and halts do to a mean is the point there, not its estimate
        for window in report.windows
    }
    return report.with_frames(planted=planted_frame(report.frames.sectors, planted))


def _nothing() -> NoReturn:
    raise AssertionError("a simulated market needs neither store nor exchange")


def _demo_event() -> Event:
    return Event(
        name=Name(ko="모의 사건", en="Simulated event"),
        news=demo.EVENT_DAY,
        spreads=(("HELD", "UNMOVED"), ("FADED", "HELD")),
        timeline=(
            Happening(
                date=demo.CONFOUNDER_DAY,
                what=Name(ko="다른 모의 소식", en="Other simulated news"),
                source="planted",
                confounder=True,
            ),
        ),
    )


def _demo_sectors() -> dict[str, Sector]:
    return {
        planted.id: Sector(
            name=Name(ko=planted.ko, en=planted.en),
            members=tuple(
                Member(
                    ticker=demo.ticker(number, member),
                    ko=f"모의 {planted.ko} {member + 1}",
                    en=f"Fictional {planted.id.title()} {member + 1}",
                    market="KOSPI" if demo.INDICES[member % len(demo.INDICES)] == "KOSPI" else "KOSDAQ",
                )
                for member in range(demo.STOCKS_EACH)
            ),
        )
        for number, planted in enumerate(demo.SECTORS)
    }
