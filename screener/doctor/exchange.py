"""Checks of the exchange: remembered refusals, the network, the account and the key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

from screener.doctor.check import Check, State
from screener.errors import DataError, ExitCode, NetworkError, ScreenerError
from screener.i18n import _, ngettext
from screener.krx.client import PASSWORD_LIFE, Account, Breaker, Client, PasswordAge, Timeouts
from screener.krx.daily import DailyService
from screener.krx.datagokr import HOST as DATAGOKR
from screener.krx.datagokr import DataGoKr
from screener.krx.http import KRX, NAVER, ping
from screener.krx.openapi import HOST as OPENAPI
from screener.krx.openapi import OpenApi
from screener.krx.pykrx import Pykrx

PATIENCE = Timeouts(connect=3.0, read=3.0, request=3.0, attempts=1)
"""Nobody waits longer for a host that does not answer."""
_WARN_FROM = 80
"""Age of a password, in days, from which on its end is announced."""
HOSTS = {"KRX": KRX, "Naver": NAVER, "Open API": OPENAPI, "data.go.kr": DATAGOKR}
_KEYS: dict[str, tuple[str, type[DailyService]]] = {
    "Open API": ("KRX_AUTH_KEY", OpenApi),
    "data.go.kr": ("DATA_GO_KR_KEY", DataGoKr),
}
"""By host name, the variable of its key, and what takes it."""


class Exchange:
    """The hosts of the exchange, and the account and keys for them."""

    def __init__(self, environment: Mapping[str, str], breaker: Breaker, password_age: PasswordAge) -> None:
        self._breaker = breaker
        self._password_age = password_age
        self._login, self._password = (environment.get(name, "") for name in ("KRX_ID", "KRX_PW"))
        self._keys = {name: key for name, (variable, _) in _KEYS.items() if (key := environment.get(variable))}
        self._account = Account(self._login, self._password) if self._login and self._password else None
        self._names = ["KRX", "Naver", *self._keys]
        self._opened = {*self._keys, *(("KRX",) if self._account else ())}
        """Hosts that an account or a key is for."""
        self._best = next((name for name in ("Open API", "KRX", "data.go.kr") if name in self._opened), "Naver")
        self._errors: dict[str, ScreenerError | None] | None = None
        """By host, why it did not serve, None if it did. Nothing before `ask`."""
        self.ahead: timedelta | None = None
        """How far the clock of this machine is ahead of the exchange's; None if no answer had a time."""

    def ask(self) -> None:
        """Send one request to each host, and with an account log in once; a host that refuses gets nothing."""
        wire = Client(self._breaker, PATIENCE)
        ways: dict[str, Callable[[], None]] = {name: partial(self._ping, name, wire) for name in ("KRX", "Naver")}
        if self._account:
            ways["KRX"] = Pykrx(self._account, wire, self._password_age).log_in
        ways |= {name: partial(_try_key, _KEYS[name][1], key, wire) for name, key in self._keys.items()}
        self._errors = {name: _error_of(way) for name, way in ways.items()}

    def _ping(self, name: str, wire: Client) -> None:
        time = ping(HOSTS[name], wire)
        if time is not None:
            self.ahead = self._breaker.now() - time

    def network(self, spared: bool) -> list[Check]:
        """For each host: whether it has refused this machine, and whether it answers.

        With `spared`, the store has all that the report needs.
        """
        state: dict[str, State] = dict.fromkeys(self._names, "warning")
        if not spared:
            state[self._best] = "failed"
        checks = [self._refusal(name, state[name]) for name in self._names]
        for name in self._names:
            title, host = f"network {name}", HOSTS[name]
            if self._errors is None:
                checks.append(Check(title, "ok", _("{host}: not contacted (--offline)", host=host)))
            elif (error := self._errors[name]) and self._is_of_network(name, error):
                checks.append(Check.of_error(title, state[name], error))
            else:
                checks.append(Check(title, "ok", _("{host} responds", host=host)))
        return checks

    def _is_of_network(self, name: str, error: ScreenerError) -> bool:
        """Whether the host did not answer; one that answers may still refuse an account or a key."""
        return isinstance(error, NetworkError) or name not in self._opened

    def _refusal(self, name: str, state: State) -> Check:
        title, host = f"breaker {name}", HOSTS[name]
        block = self._breaker.block(host)
        if block is None:
            return Check(title, "ok", _("{host}: not blocked", host=host))
        found = _(
            "{host} blocked this machine on {since:%Y-%m-%d %H:%M} ({why}): no requests before {until:%Y-%m-%d "
            "%H:%M} KST",
            host=host,
            since=block.since,
            why=block.why,
            until=block.until,
        )
        path = self._breaker.path(host)
        fix = _("wait: earlier requests prolong the block; if you know that it is over, delete {path}", path=path)
        return Check(title, state, found, fix, ExitCode.NETWORK)

    def credentials(self) -> list[Check]:
        """The account, the age of its password, and the keys; none of them is shown."""
        checks = [self._check_account()]
        if self._account is not None:
            checks.append(_password(self._account, self._password_age))
        checks += [self._credential(f"{name} key", _KEYS[name][0], name) for name in self._keys]
        return checks

    def _check_account(self) -> Check:
        name = "KRX account"
        if self._account is not None:
            return self._credential(name, _("KRX_ID and KRX_PW"), "KRX")
        if self._login or self._password:
            there, missing = ("KRX_ID", "KRX_PW") if self._login else ("KRX_PW", "KRX_ID")
            found = _("{there} is set, but {missing} is not", there=there, missing=missing)
            return Check(name, "failed", found, _("set {missing}", missing=missing), ExitCode.LOGIN)
        without = _("none: only adjusted prices of single stocks; KRX_ID and KRX_PW give access to the whole market")
        return Check(name, "ok", without)

    def _credential(self, name: str, variables: str, host: str) -> Check:
        if self._errors is None:
            return Check(name, "ok", _("{variables} set, not verified (--offline)", variables=variables))
        error = self._errors[host]
        if error is None:
            return Check(name, "ok", _("{variables} set and accepted", variables=variables))
        if isinstance(error, NetworkError):
            found = _("{variables} set, could not be verified", variables=variables)
            return Check(name, "warning", found, _("see the network checks below"))
        return Check.of_error(name, "failed", error)


def _try_key(service: type[DailyService], key: str, wire: Client) -> None:
    service(key, wire).try_key()


def _error_of(ask: Callable[[], None]) -> ScreenerError | None:
    try:
        ask()
    except ScreenerError as error:
        return error
    except Exception as error:
        # Its text may hold anything, the account included; its kind does not.
        return DataError(
            "an answer in an unknown format ({kind})", hint="update the screener", kind=type(error).__name__
        )
    return None


def _password(account: Account, age: PasswordAge) -> Check:
    name, since, now = "KRX password", age.since(account), age.now()
    if since is None:
        return Check(name, "ok", _("start of use unknown"))
    # Calendar days: KRX counts from a date, not from an hour.
    days, end = (now.date() - since.date()).days, since.date() + PASSWORD_LIFE
    found = ngettext(
        "in use for at least {n} day, since {since:%Y-%m-%d}",
        "in use for at least {n} days, since {since:%Y-%m-%d}",
        days,
        since=since,
    )
    if days < _WARN_FROM:
        return Check(name, "ok", found)
    if now.date() >= end:
        found = _("{found}: the 3 months of KRX ended on {end:%Y-%m-%d} at the latest", found=found, end=end)
    else:
        found = _("{found}: the 3 months of KRX end on {end:%Y-%m-%d} at the latest", found=found, end=end)
    return Check(name, "warning", found, _("change it at data.krx.co.kr, then set KRX_PW"))
