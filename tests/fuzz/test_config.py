"""Configuration files that anything has happened to."""

from __future__ import annotations

import tempfile
import tomllib
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from screener.config import load_settings
from screener.errors import ConfigError
from tests.e2e.conftest import EVENTS, SCREENER, SECTORS
from tests.fuzz.mutations import mutated

CLAIMS = """[X1]
event = "deepseek"
said = { ko = "반도체가 내렸다", en = "Chips fell" }
by = ["somebody"]
test = { kind = "group", of = "CHIPS", measure = "down", consistent = [1, 1], partly = [0.5, 1] }

[X2]
event = "deepseek"
said = { ko = "하이닉스가 내렸다", en = "hynix fell" }
by = ["somebody", "else"]
against = "X1"
test = { kind = "change", ticker = "000660", consistent = [-inf, 0] }
"""
FILES = {"events.toml": EVENTS, "sectors.toml": SECTORS, "screener.toml": SCREENER, "claims.toml": CLAIMS}
TODAY = date(2025, 4, 1)


@settings(deadline=None)
@given(st.data(), st.sampled_from(sorted(FILES)))
def test_a_mistake_has_its_place_or_the_file_means_what_it_says(data: st.DataObject, name: str) -> None:
    text = data.draw(mutated(FILES[name]))
    with tempfile.TemporaryDirectory() as folder:
        for other, plain in FILES.items():
            content = text if other == name else plain
            (Path(folder) / other).write_bytes(content.encode("utf-8", "surrogatepass"))
        said = ""
        found = None
        try:
            found = load_settings(Path(folder), today=TODAY)
        except ConfigError as error:
            said = str(error)
        if found is None:
            for line in said.split("\n"):
                assert any(line.startswith(f"{folder}/{other}") for other in FILES), line
            return
    told = tomllib.loads(text.removeprefix("\ufeff"))  # by Python's own reader
    if name == "events.toml":
        assert {one: event.name.en for one, event in found.events.items()} == {
            one: event["name"]["en"] for one, event in told.items()
        }
        assert [event.news_date for event in found.events.values()] == [
            getattr(event["news"], "date", lambda event=event: event["news"])() for event in told.values()
        ]
    elif name == "sectors.toml":
        own = {one: sector for one, sector in found.sectors.items() if one not in found.library}
        assert {one: [(m.ticker, m.market, m.en) for m in sector.members] for one, sector in own.items()} == {
            one: [(m["ticker"], m["market"], m["en"]) for m in sector["members"]] for one, sector in told.items()
        }
    elif name == "claims.toml":
        assert {one: (claim.event, claim.said.en, list(claim.by)) for one, claim in found.claims.items()} == {
            one: (claim["event"], claim["said"]["en"], claim["by"]) for one, claim in told.items()
        }
    else:
        loaded = found.screener.model_dump()
        for key in ("event", "estimation", "gap", "min_obs", "placebo_dates", "price_limit", "request_spacing"):
            assert loaded[key] == told.get(key, loaded[key])
        assert [list(window) for window in loaded["windows"]] == told["windows"]
        assert loaded["weights"] == told["weights"]
