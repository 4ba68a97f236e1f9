"""The way to the exchange, against the stand-in; and what is remembered of a password."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import time_machine

from screener.config import load_settings
from screener.data.connections import open_access
from screener.data.fetch import Plan
from screener.data.sources.live import Live
from screener.data.store import Store
from screener.doctor import exchange as checked
from screener.doctor.check import Check, as_text, exit_code, to_json
from screener.errors import ExitCode, ScreenerError
from screener.krx.client import Account, Client, PasswordAge, Timeouts
from tests.doctor.conftest import NOW, SECRETS, Examine, moment
from tests.fakes.datagokr import HOST as DATAGOKR
from tests.fakes.datagokr import DataGoKr, refusal
from tests.fakes.krx import Exchange
from tests.fakes.krx.messages import KRX, NAVER, OPENAPI

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what pykrx imports

ACCOUNT = {name: SECRETS[name] for name in ("KRX_ID", "KRX_PW")}


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Timeouts(spacing=0.5, connect=3, read=3, request=3, attempts=1) == checked.PATIENCE
    monkeypatch.setattr(checked, "PATIENCE", replace(checked.PATIENCE, spacing=0, request=0.5))


def refuse(state: Path, host: str) -> Path:
    state.mkdir(parents=True, exist_ok=True)
    path = state / f"blocked-{host}.json"
    facts = {"host": host, "since": "2025-02-07T12:15:00+09:00", "why": "status 403"}
    path.write_text(json.dumps(facts), encoding="utf-8")
    return path


def test_one_request_a_host(exchange: Exchange, examined: Examine) -> None:
    checks = examined(offline=False)
    assert sorted(request.host for request in exchange.requests) == [KRX, NAVER]
    assert checks["network KRX"].state == checks["network Naver"].state == "ok"
    assert checks["clock"].found.endswith("same as the exchange")
    assert "network Open API" not in checks
    assert checks["KRX account"].found.startswith("none")


def test_offline_sends_nothing(exchange: Exchange, examined: Examine) -> None:
    checks = examined(SECRETS)
    assert exchange.requests == []
    assert "not contacted" in checks["network KRX"].found
    assert "not verified" in checks["KRX account"].found
    assert "not verified" in checks["Open API key"].found


def test_clock_that_is_wrong(exchange: Exchange, examined: Examine) -> None:
    with time_machine.travel(moment(-1), tick=True):
        check = examined(offline=False)["clock"]
    assert check.state == "warning"
    assert "1,440 minutes ahead of" in check.found
    assert exchange.requests


def test_account_is_tried_once_and_remembered(exchange: Exchange, examined: Examine, state: Path) -> None:
    checks = examined(SECRETS, offline=False)
    assert checks["KRX account"].found == "KRX_ID and KRX_PW set and accepted"
    assert checks["KRX password"].found == "in use for at least 0 days, since 2025-02-07"
    assert sum(request.method == "POST" for request in exchange.requests) == exchange.account.logins == 1
    written = (state / "password.json").read_text(encoding="utf-8")
    assert not any(secret in written for secret in SECRETS.values())
    assert (state / "password.json").stat().st_mode & 0o077 == 0
    with time_machine.travel(moment(-79), tick=True):
        assert examined(ACCOUNT)["KRX password"].state == "ok"
    with time_machine.travel(moment(-80), tick=True):
        check = examined(ACCOUNT)["KRX password"]
        assert check.state == "warning"
        assert "in use for at least 80 days" in check.found
        assert "end on 2025-05-08" in check.found  # 90 days after 7 February
        assert "data.krx.co.kr" in check.fix
        assert "unknown" in examined(ACCOUNT | {"KRX_PW": "another"})["KRX password"].found
    with time_machine.travel(moment(-91), tick=True):
        assert "ended on 2025-05-08" in examined(ACCOUNT)["KRX password"].found


def test_fetch_remembers_the_password_too(exchange: Exchange, store: Store, state: Path) -> None:
    access = open_access(load_settings(), ACCOUNT, store.shown)
    way = Live("pykrx-login", access, Client(access.breaker, Timeouts(spacing=0)))
    with pytest.raises(ScreenerError):  # 200 stocks are no whole market
        way.fetch(Plan(date(2025, 1, 31), date(2025, 1, 31), ()))
    assert exchange.account.logins == 1
    since = PasswordAge(state / "password.json", lambda: NOW).since(Account(*ACCOUNT.values()))
    assert since is not None
    assert since.date() == NOW.date()


def test_a_second_login_does_not_make_the_password_younger(tmp_path: Path) -> None:
    account, times = Account("a", "b"), iter([NOW, moment(-30)])
    PasswordAge(tmp_path / "p.json", lambda: NOW).accepted(account)
    PasswordAge(tmp_path / "p.json", lambda: moment(-30)).accepted(account)
    age = PasswordAge(tmp_path / "p.json", lambda: next(times))
    assert age.since(account) == NOW
    assert age.since(Account("a", "c")) is None
    (tmp_path / "p.json").write_text("{}", encoding="utf-8")
    assert PasswordAge(tmp_path / "p.json", lambda: NOW).since(account) is None


def test_disk_that_remembers_nothing_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    age = PasswordAge(tmp_path / "file/p.json", lambda: NOW)
    age.accepted(Account("a", "b"))
    assert age.since(Account("a", "b")) is None


@pytest.mark.parametrize("expired", [False, True])
def test_refused_login(exchange: Exchange, examined: Examine, state: Path, expired: bool) -> None:
    exchange.account.password_expired = expired
    try:
        checks = examined(ACCOUNT if expired else ACCOUNT | {"KRX_PW": "wrong"}, offline=False)
    finally:
        exchange.account.password_expired = False
    check = checks["KRX account"]
    assert (check.state, check.exit_code) == ("failed", ExitCode.LOGIN)
    assert ("has expired" if expired else "rejects") in check.found
    assert "https://data.krx.co.kr" in check.fix
    assert sum(request.method == "POST" for request in exchange.requests) == 1
    assert checks["network KRX"].state == "ok"
    assert not (state / "password.json").exists()
    assert exit_code(list(checks.values())) == ExitCode.LOGIN


def test_half_an_account(examined: Examine) -> None:
    check = examined({"KRX_ID": "tester"})["KRX account"]
    assert (check.state, check.found, check.fix) == ("failed", "KRX_ID is set, but KRX_PW is not", "set KRX_PW")
    assert examined({"KRX_PW": "x"})["KRX account"].fix == "set KRX_ID"


@pytest.mark.parametrize("fault", ["refused", "no_answer", "status"])
def test_host_that_cannot_be_reached(exchange: Exchange, examined: Examine, fault: str) -> None:
    exchange.faults.add(fault, host=NAVER)  # type: ignore[arg-type]
    checks = examined(offline=False)
    assert checks["network Naver"].state == "failed"
    assert checks["network KRX"].state == "ok"
    assert "check the network" in checks["network Naver"].fix
    assert exit_code(list(checks.values())) == ExitCode.NETWORK


@pytest.mark.parametrize("fault", ["logout", "truncated", "html", "redirect", "gzip_garbage", "dropped"])
def test_strange_answers_are_findings(exchange: Exchange, examined: Examine, fault: str) -> None:
    exchange.faults.add(fault)  # type: ignore[arg-type]
    checks = examined(ACCOUNT, offline=False)
    assert {"network KRX", "network Naver", "KRX account"} <= set(checks)
    assert not any(one.exit_code == ExitCode.BUG for one in checks.values())


def test_block_is_noticed_and_remembered(exchange: Exchange, examined: Examine, state: Path) -> None:
    exchange.faults.add("status", status=403, host=KRX)
    checks = examined(offline=False)
    assert "blocks this machine" in checks["network KRX"].found
    assert (state / f"blocked-{KRX}.json").is_file()
    assert checks["breaker KRX"].state == "warning"  # without an account it can give nothing anyway
    asked = len(exchange.requests)
    again = examined(ACCOUNT, offline=False)
    assert [request.host for request in exchange.requests[asked:]] == [NAVER]
    assert "blocked this machine" in again["network KRX"].found
    assert again["KRX account"].state == "warning"
    assert again["breaker KRX"].state == "failed"


def test_refusal_that_is_not_over(exchange: Exchange, examined: Examine, state: Path) -> None:
    path = refuse(state, NAVER)
    checks = examined(offline=False)
    check = checks["breaker Naver"]
    assert (check.state, check.exit_code) == ("failed", ExitCode.NETWORK)
    assert "before 2025-02-08 12:15 KST" in check.found  # a day after
    assert f"delete {path}" in check.fix
    assert checks["breaker KRX"].state == "ok"
    assert [request.host for request in exchange.requests] == [KRX]


def test_open_api_key(exchange: Exchange, examined: Examine) -> None:
    key = {"KRX_AUTH_KEY": "right-key"}
    checks = examined(key, offline=False)
    assert checks["Open API key"].found == "KRX_AUTH_KEY set and accepted"
    assert checks["network Open API"].state == "ok"
    assert sum(request.host == OPENAPI for request in exchange.requests) == 1
    check = examined({"KRX_AUTH_KEY": "wrong-key"}, offline=False)["Open API key"]
    assert (check.state, check.exit_code) == ("failed", ExitCode.LOGIN)
    exchange.faults.add("status", status=503, host=OPENAPI)
    checks = examined(key, offline=False)
    assert (checks["Open API key"].state, checks["network Open API"].state) == ("warning", "failed")


def test_data_go_kr_key(exchange: DataGoKr, examined: Examine) -> None:
    """Each of its two services is tried, for each is applied for."""
    key = {"DATA_GO_KR_KEY": exchange.key}
    checks = examined(key, offline=False)
    assert checks["data.go.kr key"].found == "DATA_GO_KR_KEY set and accepted"
    assert checks["network data.go.kr"].found == "apis.data.go.kr responds"
    assert [request.query["numOfRows"] for request in exchange.requests if request.host == DATAGOKR] == ["1", "1"]
    assert "not verified" in examined(key)["data.go.kr key"].found
    for wrong in ("wrong-key", "비밀"):
        check = examined({"DATA_GO_KR_KEY": wrong}, offline=False)["data.go.kr key"]
        assert (check.state, check.exit_code) == ("failed", ExitCode.LOGIN)
    exchange.says = refusal(31)
    assert examined(key, offline=False)["data.go.kr key"].found == "DATA_GO_KR_KEY has expired"
    exchange.says = None
    exchange.faults.add("status", status=503, host=DATAGOKR)
    checks = examined(key, offline=False)
    assert (checks["data.go.kr key"].state, checks["network data.go.kr"].state) == ("warning", "failed")
    assert checks["network KRX"].state == "ok"
    checks = examined(key | ACCOUNT, offline=False)
    assert checks["network data.go.kr"].state == "warning"  # the account is the better way


@pytest.mark.parametrize("fault", [None, "refused", "html", "logout"])
def test_no_secret_is_shown(exchange: Exchange, examined: Examine, fault: str | None, state: Path) -> None:
    if fault:
        exchange.faults.add(fault)  # type: ignore[arg-type]
    for environment in (SECRETS, dict.fromkeys(SECRETS, "hunter2")):
        checks = list(examined(environment, offline=False).values())
        shown = as_text(checks, colour=False) + to_json(checks) + repr(checks)
        assert not any(secret in shown for secret in environment.values())
        for path in state.glob("blocked-*"):
            path.unlink()


def test_exit_codes() -> None:
    def code(*codes: ExitCode) -> ExitCode:
        return exit_code([Check("x", "failed", "", "", one) for one in codes])

    assert exit_code([Check("x", "ok", ""), Check("y", "warning", "")]) == 0
    assert code(ExitCode.NETWORK, ExitCode.LOGIN, ExitCode.USAGE, ExitCode.DATA) == 3
    assert code(ExitCode.NETWORK, ExitCode.LOGIN, ExitCode.USAGE) == 2
    assert code(ExitCode.NETWORK, ExitCode.LOGIN) == 4
    assert code(ExitCode.NETWORK) == 5
