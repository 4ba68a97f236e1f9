"""The way to the exchange: remembered refusals, the network, the account and the key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from screener.errors import DataError, ExitCode, NetworkError, ScreenerError
from screener.i18n import _
from screener.krx.account import PASSWORD_LIFE, Account, PasswordAge
from screener.krx.client import Breaker, Client, Timeouts
from screener.krx.http import KRX, NAVER, ping
from screener.krx.openapi import HOST as OPENAPI
from screener.krx.openapi import OpenApi
from screener.krx.pykrx import Pykrx
from screener.report.diagnosis import Check, State, trouble

PATIENCE = Timeouts(connect=3.0, read=3.0, request=3.0, attempts=1)
"""Nobody waits longer for a host that does not answer."""
WARN_FROM = 80
"""Age of a password from which its end is announced."""
PLACES = {"KRX": KRX, "Naver": NAVER, "Open API": OPENAPI}


@dataclass
class Answers:
    """What came of asking the hosts, one small request each."""

    network: dict[str, ScreenerError | None] = field(default_factory=dict)
    """By place: why it could not be reached, None if it was. A place that was not asked is missing."""
    account: ScreenerError | None = None
    """Why the login did not succeed."""
    key: ScreenerError | None = None
    """Why the key could not be used."""
    ahead: timedelta | None = None
    """How far this machine's clock is before the exchange's; None if no answer had a time."""


@dataclass(frozen=True)
class Exchange:
    """What is known about reaching the exchange."""

    breaker: Breaker
    password_age: PasswordAge
    login: str = field(repr=False)
    password: str = field(repr=False)
    key: str = field(repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str], breaker: Breaker, password_age: PasswordAge) -> Exchange:
        """As the environment says."""
        login, password, key = (environment.get(name, "") for name in ("KRX_ID", "KRX_PW", "KRX_AUTH_KEY"))
        return cls(breaker, password_age, login, password, key)

    @property
    def account(self) -> Account | None:
        """The account, if it is whole."""
        return Account(self.login, self.password) if self.login and self.password else None

    @property
    def places(self) -> list[str]:
        """Those that the screener may ask here."""
        return list(PLACES) if self.key else ["KRX", "Naver"]

    @property
    def best(self) -> str:
        """The place that the best way to the exchange leads to."""
        return "Open API" if self.key else "KRX" if self.account else "Naver"

    def ask(self) -> Answers:
        """Send one request to each host, and with an account log in once; nothing goes to a host that refuses."""
        answers, client = Answers(), Client(self.breaker, PATIENCE)
        if self.account is None:
            self._reach("KRX", client, answers)
        else:
            answers.account = _error_of(Pykrx(self.account, client, self.password_age).log_in)
            answers.network["KRX"] = answers.account if isinstance(answers.account, NetworkError) else None
        self._reach("Naver", client, answers)
        if self.key:
            answers.key = _error_of(lambda: OpenApi(self.key, client).try_key())
            answers.network["Open API"] = answers.key if isinstance(answers.key, NetworkError) else None
        return answers

    def _reach(self, place: str, client: Client, answers: Answers) -> None:
        def ask() -> None:
            time = ping(PLACES[place], client)
            if time is not None:
                answers.ahead = self.breaker.now() - time

        answers.network[place] = _error_of(ask)


def _error_of(ask: Callable[[], None]) -> ScreenerError | None:
    """Why something could not be asked, None if it was."""
    try:
        ask()
    except ScreenerError as error:
        return error
    except Exception as error:
        # Its text may hold anything, the account included; its kind does not.
        return DataError(
            "an answer of a form that is not known ({kind})", hint="update the screener", kind=type(error).__name__
        )
    return None


def network(exchange: Exchange, answers: Answers | None, spared: bool) -> list[Check]:
    """Each host: a remembered refusal, and whether it answers.

    Args:
        exchange: who is asked.
        answers: None if nothing was sent.
        spared: whether the store holds what the report needs, so that nothing fails without a network.
    """
    state: dict[str, State] = dict.fromkeys(exchange.places, "warning")
    if not spared:
        state[exchange.best] = "failed"
    checks = [_refusal(place, exchange.breaker, state[place]) for place in exchange.places]
    for place in exchange.places:
        name = f"network {place}"
        if answers is None:
            checks.append(Check(name, "ok", _("{host}: not asked (--offline)", host=PLACES[place])))
            continue
        error = answers.network[place]
        answering = Check(name, "ok", _("{host} answers", host=PLACES[place]))
        checks.append(trouble(name, state[place], error) if error else answering)
    return checks


def _refusal(place: str, breaker: Breaker, state: State) -> Check:
    name, host = f"breaker {place}", PLACES[place]
    block = breaker.block(host)
    if block is None:
        return Check(name, "ok", _("{host}: no refusal is remembered", host=host))
    found = _(
        "{host} refused this machine on {since:%Y-%m-%d %H:%M} ({why}): nothing is sent there before "
        "{until:%Y-%m-%d %H:%M} KST",
        host=host,
        since=block.since,
        why=block.why,
        until=block.until,
    )
    fix = _("wait: asking sooner prolongs it; if you know that it is over, delete {path}", path=breaker.path(host))
    return Check(name, state, found, fix, ExitCode.NETWORK)


def credentials(exchange: Exchange, answers: Answers | None) -> list[Check]:
    """The account, the age of its password, and the key; nothing of any of them is shown."""
    checks = [_account(exchange, answers)]
    if exchange.account is not None:
        checks.append(_password(exchange.account, exchange.password_age))
    if exchange.key:
        checks.append(
            _credential("Open API key", "KRX_AUTH_KEY", answers is not None, answers.key if answers else None)
        )
    return checks


def _account(exchange: Exchange, answers: Answers | None) -> Check:
    name = "KRX account"
    if exchange.account is not None:
        return _credential(name, _("KRX_ID and KRX_PW"), answers is not None, answers.account if answers else None)
    if exchange.login or exchange.password:
        there, missing = ("KRX_ID", "KRX_PW") if exchange.login else ("KRX_PW", "KRX_ID")
        found = _("{there} is set and {missing} is not", there=there, missing=missing)
        return Check(name, "failed", found, _("set {missing}", missing=missing), ExitCode.LOGIN)
    without = _("none: adjusted prices of single stocks only; KRX_ID and KRX_PW open the whole market")
    return Check(name, "ok", without)


def _credential(name: str, variables: str, asked: bool, error: ScreenerError | None) -> Check:
    if not asked:
        return Check(name, "ok", _("{variables} set, not tried (--offline)", variables=variables))
    if error is None:
        return Check(name, "ok", _("{variables} set and accepted", variables=variables))
    if isinstance(error, NetworkError):
        found = _("{variables} set, could not be tried", variables=variables)
        return Check(name, "warning", found, _("see the network below"))
    return trouble(name, "failed", error)


def _password(account: Account, age: PasswordAge) -> Check:
    name, since, now = "KRX password", age.since(account), age.now()
    if since is None:
        return Check(name, "ok", _("in use since when is not known"))
    # Calendar days: KRX counts from a date, not from an hour.
    days, end = (now.date() - since.date()).days, since.date() + PASSWORD_LIFE
    found = _("in use for {days} days at least, since {since:%Y-%m-%d}", days=days, since=since)
    if days < WARN_FROM:
        return Check(name, "ok", found)
    if now.date() >= end:
        found = _("{found}: KRX's 3 months ended on {end:%Y-%m-%d} at the latest", found=found, end=end)
    else:
        found = _("{found}: KRX's 3 months ends on {end:%Y-%m-%d} at the latest", found=found, end=end)
    return Check(name, "warning", found, _("change it at data.krx.co.kr, then set KRX_PW"))
