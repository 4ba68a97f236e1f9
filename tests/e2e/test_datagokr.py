"""data.go.kr through the command: the same figures as from the Open API, and where it stands among the sources."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.command import BRIEF, Command
from tests.e2e.conftest import SIZE, STOCKS, WHOLE, Full, configure, let_in
from tests.e2e.secrets import DATA_KEY, ID, KEY, PASSWORD, WRONG, assert_nothing_leaked
from tests.e2e.stocked import refill
from tests.fakes.datagokr import HOST, DataGoKr
from tests.fakes.krx import Market, kst
from tests.fakes.krx.messages import NAVER, OPENAPI
from tests.forkserver import Starter

NOON = kst(2025, 2, 11, 13, 0)
"""When data.go.kr has the last session of these tests, and the Open API has it as well."""
BEFORE = date(2025, 1, 10)
"""What the store has already where a whole history is needed: ten sessions before the event are still to be fetched."""


@pytest.fixture
def user(command: Command, exchange: DataGoKr) -> Command:
    """The command with both keys."""
    exchange.market.now = NOON
    return command.given(KRX_AUTH_KEY=KEY, DATA_GO_KR_KEY=DATA_KEY).with_(now=NOON)


def figures(text: str) -> Any:
    """A document without what tells its source and when that was asked."""
    text = text.replace("datagokr", "openapi").replace("data.go.kr (Financial Services Commission)", "KRX Open API")
    return " ".join(re.sub(r"2025-02-11T\d\d:\d\d:\d\d", "", text).split())


def test_every_screen_gives_the_figures_of_the_open_api(user: Command, exchange: DataGoKr, full: Full) -> None:
    for source in ("openapi", "datagokr"):
        refill(user.with_(folder=full[0]).store, user.folder / source, BEFORE, source)
    for screen in ("report --json", "report --sector SOFT", "compare SOFT CHIPS", "stock 000660"):
        said = []
        for source in ("openapi", "datagokr"):
            done = user.run(*screen.split(), "--source", source, "--store", user.folder / source)
            assert done.code == 0, done.err
            said.append(done.out)
        assert figures(said[0]) == figures(said[1])
        if "--json" in screen:
            assert {row["ticker"] for row in json.loads(said[1])["stocks"]} == set(STOCKS)
    assert_nothing_leaked(user, exchange)


def test_it_comes_after_the_account_and_before_nothing(command: Command, exchange: DataGoKr) -> None:
    exchange.market.now = NOON
    command = command.with_(now=NOON)
    steps: list[tuple[dict[str, str], str]] = [
        ({"DATA_GO_KR_KEY": DATA_KEY}, "datagokr"),
        ({"KRX_ID": ID, "KRX_PW": PASSWORD}, "pykrx-login"),
        ({"KRX_AUTH_KEY": KEY}, "openapi"),
    ]
    for variables, source in steps:
        command = command.given(**variables)
        done = command.run("sync", "--from", "2025-02-10", "--store", command.folder / source)
        assert (done.code, done.said) == (0, []), done.err
        assert done.out.startswith(f"{source}: 1 session,")
    exchange.faults.add("status", status=503, host=OPENAPI)
    exchange.account.password_expired = False
    done = command.given(KRX_ID="", KRX_PW="").run("sync", "--from", "2025-02-10", "--store", command.folder / "more")
    assert done.out.startswith("datagokr: 1 session,")
    assert len(done.said) == 1


def test_who_has_no_key_is_told_where_to_get_one(command: Command, exchange: DataGoKr) -> None:
    done = command.run("sync", "--source", "datagokr")
    assert (done.code, done.said) == (
        2,
        ["screener: --source datagokr needs a key: set DATA_GO_KR_KEY (free at www.data.go.kr)"],
    )
    assert exchange.requests == []


def test_the_key_may_stand_in_secrets_and_be_encoded_already(command: Command, exchange: DataGoKr) -> None:
    exchange.market.now = NOON
    path = command.folder / "config/secrets.toml"
    path.write_text(f'DATA_GO_KR_KEY = "{quote(DATA_KEY, safe="")}"\n', encoding="utf-8")
    path.chmod(0o600)
    done = command.with_(now=NOON).run("sync", "--from", "2025-02-10")
    assert (done.code, done.out.splitlines()[0]) == (0, "datagokr: 1 session, 5 requests; through 2025-02-10")
    path.unlink()
    assert_nothing_leaked(command, exchange)


@pytest.mark.parametrize(("minutes", "through"), [(-1, "2025-02-07"), (0, "2025-02-10")])
def test_a_session_is_there_at_13_of_the_next_day(
    user: Command, exchange: DataGoKr, minutes: int, through: str
) -> None:
    exchange.market.now = now = NOON + timedelta(minutes=minutes)
    asked = "sync", "--source", "datagokr", "--from", "2025-02-07"
    done = user.with_(now=now).run(*asked)
    assert (done.code, done.said) == (0, [])
    assert done.out.splitlines()[0].endswith(f"through {through}")
    exchange.requests.clear()
    assert user.with_(now=now).run(*asked).code == 0
    assert exchange.requests == []


def test_what_is_late_is_asked_for_again(user: Command, exchange: DataGoKr) -> None:
    asked = "sync", "--source", "datagokr", "--from", "2025-02-07"
    exchange.market.now = datetime.combine(NOON.date(), kst(2025, 1, 1, 12, 59).timetz())
    done = user.run(*asked)
    assert (done.code, done.said) == (0, [])
    assert "2025-02-10: no figures: a holiday, or not published yet" in done.out
    exchange.market.now = NOON
    assert user.run(*asked).out.splitlines()[0].endswith("through 2025-02-10")


def test_days_before_2020_are_unknown(user: Command, exchange: DataGoKr) -> None:
    done = user.run("sync", "--source", "datagokr", "--from", "2019-12-27", "--to", "2019-12-30")
    assert done.code == 3
    remedy = "it starts on 2020-01-02; remove earlier events from events.toml, or use another --source"
    assert done.said == [f"screener: data.go.kr has no data for 2019-12-27: {remedy}"]
    assert exchange.requests == []


def test_where_it_does_not_reach_the_next_way_serves(starter: Starter, tmp_path: Path) -> None:
    """An event whose estimation window begins in 2019: the reason is told, and the command has not failed."""
    configure(tmp_path)
    events = tmp_path / "config/events.toml"
    text = re.sub(r"(?m)^(event_day|base) = .*\n", "", events.read_text("utf-8"))
    events.write_text(re.sub(r"(?m)^news = .*", "news = 2020-01-20", text), encoding="utf-8")
    with DataGoKr(Market(date(2019, 11, 1), date(2020, 2, 28), size=SIZE)) as exchange:
        let_in(exchange)
        exchange.market.now = kst(2020, 2, 4, 14, 0)
        user = Command(starter, tmp_path, exchange.market.now, exchange.environment, whole=WHOLE, constants=BRIEF)
        user = user.given(DATA_GO_KR_KEY=DATA_KEY)
        why = r"data\.go\.kr has no data for 2019-\d\d-\d\d: it starts on 2020-01-02"
        synced = user.run("sync")
        assert synced.code == 0, synced.err
        (said,) = synced.said
        assert re.fullmatch(f"screener: datagokr: unavailable: {why}; remove earlier events .*", said)
        assert synced.out.startswith("pykrx-keyless: ")
        report = user.run("report", "--json", "--store", user.folder / "another")
        assert report.code == 0, report.err
        made = json.loads(report.out)
        assert {row["source"] for row in made["stocks"]} == {"pykrx-keyless"}
        assert re.search(why, report.out + report.err)
        assert HOST not in {request.host for request in exchange.requests}


def test_a_wrong_key_is_never_replaced_by_a_lesser_source(command: Command, exchange: DataGoKr) -> None:
    exchange.market.now = NOON
    done = command.given(DATA_GO_KR_KEY=WRONG).with_(now=NOON).run("report", "--debug")
    assert (done.code, done.out) == (4, "")
    assert "DATA_GO_KR_KEY is not registered with data.go.kr" in done.err
    assert NAVER not in {request.host for request in exchange.requests}
    assert_nothing_leaked(command, exchange)


def test_daily_reports_from_it(user: Command, exchange: DataGoKr, full: Full) -> None:
    """The day after, for until then there are no figures."""
    refill(user.with_(folder=full[0]).store, user.store, BEFORE, "datagokr")
    for now, days in ((kst(2025, 2, 3, 12, 59), []), (kst(2025, 2, 3, 13, 0), ["2025-01-31"])):
        exchange.market.now = now
        done = user.with_(now=now).run("daily", "--source", "datagokr")
        assert done.code == 0, done.err
        assert [path.name for path in sorted((user.folder / "reports").glob("20*"))] == days
    assert (user.folder / "reports/2025-01-31/deepseek/report.json").is_file()
    assert_nothing_leaked(user, exchange)
