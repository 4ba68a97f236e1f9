"""Prices through pykrx: the one module that imports it, and keeps its sharp edges in.

pykrx logs in while it is imported, prints to stdout, has no timeouts and checks no status; it sends KRX's cookie to
Naver as well. It does take a session of one's own: the one given to it sends every request through a `Client`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import logging
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pyarrow as pa

from screener.decoding import NOT_UNDERSTOOD
from screener.errors import DataError, LoginError, NetworkError
from screener.i18n import _
from screener.krx.calendar import LONGEST_CLOSURE
from screener.krx.client import Account, Client, PasswordAge
from screener.krx.http import KRX, LOGIN_URL, LoggedOutError, Transport
from screener.krx.tables import (
    BENCHMARKS,
    STOCK_FIELDS,
    flow_rows,
    history_rows,
    index_rows,
    industry_rows,
    market_rows,
)

_INDEX_CODES = {"KOSPI": "1001", "KOSDAQ": "2001", "KRX_SEMICONDUCTOR": "5044"}
_WEEK = 5
"""Sessions of a stretch beyond which every index is asked for; a daily update does without those of industries."""
_TRIES = 3
"""How often a history that is short is asked for again."""
_INVESTORS = {"foreign": 9000, "institution": 7050, "individual": 8000}
_INDUSTRY_MARKETS = ("STK", "KSQ")
_EXPIRED = "CD010"


class Pykrx:
    """KRX's web site with an account, Naver's price histories without one."""

    requests_each = 1
    at_once = 400
    """KRX gives an index for two years at most."""

    def __init__(self, account: Account | None, client: Client, password_age: PasswordAge | None = None) -> None:
        self.name = "pykrx-login" if account else "pykrx-keyless"
        self.client = client
        self._account = account
        self._password_age = password_age
        self._transport = Transport(client)
        self._pykrx: _Modules | None = None

    def history(self, ticker: str, first: date, last: date) -> tuple[pa.Table, bool]:
        """PRICES rows of one stock, adjusted; none where the source knows no price of it. And whether rows may lack.

        Naver counts the sessions that were asked for, also those before a stock was listed. So where there are fewer
        rows it is asked again, until it says the same twice.

        Raises:
            DataError: it never does.
        """
        rows, lacks = self._history(ticker, first, last)
        for _again in range(_TRIES):
            if not lacks:
                return rows, False
            before, (rows, lacks) = rows, self._history(ticker, first, last)
            if rows.equals(before):
                return rows, lacks
        raise DataError(
            "{name}: {ticker}: its history is short and differs each time: not stored",
            hint="try again later",
            name=self.name,
            ticker=ticker,
        )

    def _history(self, ticker: str, first: date, last: date) -> tuple[pa.Table, bool]:
        """The rows of one answer, and whether there are fewer than it counts."""
        count = (self.client.breaker.now().date() - first).days + 2

        def fetch(pykrx: _Modules) -> tuple[pa.Table, bool]:
            root = ElementTree.fromstring(pykrx.naver.Sise().fetch(ticker, count))  # noqa: S314 - `Transport` has parsed it
            chart, items = root.find("chartdata"), [item.get("data", "") for item in root.iter("item")]
            told = 0 if chart is None else int(chart.get("count") or 0)
            return history_rows(ticker, first, last, items), 0 < len(items) < told

        found: tuple[pa.Table, bool] = self._ask(ticker, fetch)
        return found

    def session(self, day: date) -> pa.Table:
        """MARKET rows of the whole market, as KRX gives them: on a holiday they are there, without prices."""
        records = self._records(_("session {day}", day=day), "전종목시세", f"{day:%Y%m%d}", "ALL")
        return market_rows(day, records, STOCK_FIELDS | {"ticker": "ISU_SRT_CD", "name": "ISU_ABBRV"})

    def indices(self, days: Sequence[date]) -> pa.Table:
        """INDICES rows from a fortnight before the first of `days` to the last: one request an index.

        So a day that was none is not the only one asked for, and each session stands beside the one before it.
        """
        first, last = f"{days[0] - LONGEST_CLOSURE:%Y%m%d}", f"{days[-1]:%Y%m%d}"
        # The study needs the indices of the two markets every day.
        names = _INDEX_CODES if len(days) > _WEEK else BENCHMARKS

        tables = []
        for name in names:
            code = _INDEX_CODES[name]
            # KRX's codes repeat across its families of indices: the first digit is the family.
            records = self._records(_("index {code}", code=code), "개별지수시세", code[1:], code[0], first, last)
            tables.append(index_rows(name, records))
        return pa.concat_tables(tables)

    def flows(self, day: date) -> pa.Table:
        """FLOWS rows of the whole market: one request a kind of investor."""
        what, on, page = _("flows {day}", day=day), f"{day:%Y%m%d}", "투자자별_순매수상위종목"
        bought = {name: self._records(what, page, on, on, "ALL", kind) for name, kind in _INVESTORS.items()}
        return flow_rows(day, bought)

    def industries(self, day: date) -> pa.Table:
        """INDUSTRIES rows: one request a market."""
        what = _("industries {day}", day=day)
        answers = [self._records(what, "업종분류현황", f"{day:%Y%m%d}", market) for market in _INDUSTRY_MARKETS]
        return industry_rows(day, [record for answer in answers for record in answer])

    def log_in(self) -> None:
        """Open a session with KRX, once.

        Raises:
            LoginError: KRX refuses the account; asking again would bring it closer to being locked.
        """
        if self._account is None:
            raise LoginError(
                "data.krx.co.kr requires an account", hint="set KRX_ID and KRX_PW (free at data.krx.co.kr)"
            )
        if self._transport.logged_in:
            return
        if any("\udc80" <= letter <= "\udcff" for letter in self._account.login + self._account.password):
            raise LoginError("KRX_ID or KRX_PW is not UTF-8 text", hint="set it again")
        modules = self._load()
        with _quiet():
            accepted = modules.auth.login_krx(self._account.login, self._account.password, self._transport)
        code = self._transport.login_code
        if accepted:
            self._transport.logged_in = True
            if self._password_age is not None:
                self._password_age.accepted(self._account)
        elif code == _EXPIRED:
            raise LoginError(
                "KRX reports that the password of this account has expired (it does so every 3 months)",
                hint="change it at {address}, then set KRX_PW",
                address=LOGIN_URL,
            )
        else:
            raise LoginError(
                "KRX rejects KRX_ID and KRX_PW (code {code})",
                hint="check them at {address}; they were tried only once, because KRX locks accounts",
                code=code,
                address=LOGIN_URL,
            )

    def _records(self, what: str, page: str, *asked: Any) -> list[dict[str, str]]:
        """Rows of KRX's answer on one page of its site, text by field name."""

        def fetch(pykrx: _Modules) -> Any:
            return getattr(pykrx.krx, page)().fetch(*asked)

        for last_try in (False, True):
            self.log_in()
            try:
                frame = self._ask(what, fetch)
                break
            except LoggedOutError:
                # KRX ends a session when it likes, and a second login elsewhere ends it as well.
                self._transport.logged_in = False
                if last_try:
                    raise LoginError(
                        "KRX ended the session twice",
                        hint="if another program uses the same account, stop it, or wait",
                    ) from None
        if not len(frame):
            # On a holiday KRX names every stock, without prices; nothing at all is how it refuses without saying so.
            raise NetworkError(
                "{host} returns nothing for {what}",
                hint="it refused, or has no data yet; try again later",
                host=KRX,
                what=what,
            )
        # As `frame.to_dict("records")`, which takes its time to look at each of the 50,000 texts of a session.
        names = [str(name) for name in frame.columns]
        return [
            dict(zip(names, row, strict=True)) for row in zip(*(frame[name].tolist() for name in frame), strict=True)
        ]

    def _ask(self, what: str, fetch: Callable[[_Modules], Any]) -> Any:
        modules = self._load()
        try:
            with _quiet():
                return fetch(modules)
        except NOT_UNDERSTOOD as error:
            raise DataError(
                "{name}: the answer for {what} has a format that pykrx does not support ({kind}: {error})",
                hint="check whether a newer pykrx supports it",
                name=self.name,
                what=what,
                kind=type(error).__name__,
                error=str(error)[:80],
            ) from None

    def _load(self) -> _Modules:
        if self._pykrx is None:
            self._pykrx = _import_pykrx()
            self._pykrx.auth.set_auth_session(_Session(self._transport))
        return self._pykrx


class _Modules(NamedTuple):
    """What is used of pykrx."""

    krx: Any
    """One class for each page of KRX's site; their `fetch` gives the rows as they came, as text. The functions above
    them would ask three times for what one answer holds, and put volumes into 32 bits."""
    naver: Any
    auth: Any


def _import_pykrx() -> _Modules:
    """Import pykrx without the account in its sight, or it would log in at once, on its own terms."""
    hidden = {name: os.environ.pop(name) for name in ("KRX_ID", "KRX_PW") if name in os.environ}
    try:
        with _quiet(), _without_charts():
            from pykrx.website.comm import auth
            from pykrx.website.krx.market import core
            from pykrx.website.naver import core as naver
    except ImportError as error:
        raise DataError("pykrx cannot be loaded ({error})", hint="reinstall the screener", error=error) from None
    finally:
        os.environ.update(hidden)
    return _Modules(core, naver, auth)


class _Session:
    """What pykrx takes for its KRX session."""

    def __init__(self, session: Transport) -> None:
        self.session = session

    def is_valid(self) -> bool:
        """Always: `Transport` sees for itself when KRX has ended the session."""
        return True

    def get_headers(self) -> dict[str, str]:
        """None of its own: `Transport` keeps the cookies, each for the host it came from."""
        return {}


@contextlib.contextmanager
def _without_charts() -> Iterator[None]:
    """Modules of pykrx are imported without its `__init__`, which loads matplotlib: half a second for nothing here.

    Whoever imports pykrx itself later gets all of it.
    """
    spec = None if "pykrx" in sys.modules else importlib.util.find_spec("pykrx")
    if spec is None:
        yield
        return
    sys.modules["pykrx"] = importlib.util.module_from_spec(spec)
    try:
        yield
    finally:
        del sys.modules["pykrx"]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Nothing that pykrx prints or logs comes out; the login id is among what pykrx prints."""
    root, silence = logging.getLogger(), logging.NullHandler()
    root.addHandler(silence)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        root.removeHandler(silence)
