"""Every fault, what the user sees of it and how the command ends: the tests run these, and docs/faults.md shows them.

`python -m tests.e2e.cases` prints the table.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from tests.e2e.command import PATIENT, Command
from tests.e2e.secrets import WRONG
from tests.fakes.datagokr import DataGoKr, plain, refusal
from tests.fakes.krx import Exchange, kst
from tests.fakes.krx.messages import Answer

Strike = Callable[[Command, Exchange], Command]
SESSION, INDEX = "MDCSTAT01501", "MDCSTAT00301"
FIRST, LAST = date(2025, 2, 7), date(2025, 2, 10)
"""The two sessions that are to be fetched; what lies before them is stored."""


@dataclass(frozen=True)
class Case:
    """One way to meet a fault."""

    way: str
    """keyless, login, openapi or datagokr."""
    strike: Strike
    """Brings the fault about, and gives the command back as it must then be run."""
    first: date = FIRST
    last: date = LAST


@dataclass(frozen=True)
class Row:
    """A fault in docs/faults.md."""

    fault: str
    line: str
    """Every line of stderr; … stands for anything. Empty: it says nothing."""
    code: int
    cases: tuple[Case, ...]
    note: str = ""
    """What the user sees beside it."""

    @property
    def cells(self) -> str:
        """The row in Markdown."""
        mark = "``" if "`" in self.line else "`"
        space = " " if self.line.endswith("`") else ""
        seen = "; ".join(
            part for part in (f"{mark}{space}{self.line}{space}{mark}" if self.line else "", self.note) if part
        )
        return f"| {self.fault} | {seen} | {self.code} |"


def pattern(line: str) -> re.Pattern[str]:
    """What a line of the table stands for."""
    return re.compile(re.escape(f"screener: {line}").replace("…", ".*"))


def fault(name: Any, **which: Any) -> Strike:
    """A fault of the stand-in."""

    def strike(command: Command, exchange: Exchange) -> Command:
        exchange.faults.add(name, **which)
        return command.with_(hopeless=which.get("bld", "")) if name == "no_answer" else command

    return strike


def everywhere(*strikes: Strike, ways: str = "keyless login openapi datagokr") -> tuple[Case, ...]:
    """The same on each way."""
    return tuple(Case(way, strike) for strike in strikes for way in ways.split())


def drip(command: Command, exchange: Exchange) -> Command:
    exchange.faults.drip_seconds = 0.1
    exchange.faults.add("drip")
    return command.with_(patience={**PATIENT, "request": 0.3})


def remembered(command: Command, exchange: Exchange) -> Command:
    blocked = exchange.faults.add("html")
    keys = {"KRX_AUTH_KEY": "openapi", "DATA_GO_KR_KEY": "datagokr"}
    command.run("sync", "--source", next((keys[name] for name in keys if name in command.environment), "pykrx"))
    blocked.last = 0
    exchange.requests.clear()
    return command


def nobody(command: Command, exchange: Exchange) -> Command:
    return command.given(**exchange.unreachable)


def nameless(command: Command, _: Exchange) -> Command:
    kept = {name: value for name, value in command.environment.items() if "proxy" not in name.lower()}
    return command.with_(environment=kept, nameless=True)


def wrong_password(command: Command, _: Exchange) -> Command:
    return command.given(KRX_PW=WRONG)


def expired(command: Command, exchange: Exchange) -> Command:
    exchange.account.password_expired = True
    return command


def elsewhere(command: Command, exchange: Exchange) -> Command:
    exchange.account.session = "of another program"
    return command


def wrong_key(command: Command, _: Exchange) -> Command:
    return command.given(KRX_AUTH_KEY=WRONG)


def used_up(command: Command, exchange: Exchange) -> Command:
    exchange.account.quota = 7
    return command


def says(answer: Answer) -> Strike:
    """data.go.kr answers so, whatever is asked."""

    def strike(command: Command, exchange: Exchange) -> Command:
        cast(DataGoKr, exchange).says = answer
        return command

    return strike


def fast_clock(command: Command, exchange: Exchange) -> Command:
    exchange.market.now -= timedelta(hours=4)
    return command


def during_the_session(command: Command, exchange: Exchange) -> Command:
    exchange.market.now = kst(2025, 2, 10, 14, 0)
    return command.with_(now=exchange.market.now)


def later(command: Command, exchange: Exchange) -> Command:
    exchange.market.now = kst(2025, 3, 13, 14, 0)
    return command.with_(now=exchange.market.now)


def damaged(command: Command, _: Exchange) -> Command:
    (path,) = command.store.glob("pykrx-keyless/prices/prices.parquet")
    path.write_bytes(path.read_bytes()[:-10])
    return command


OVERFLOW = date(2025, 3, 12)
"""A day on which one stock's volume does not fit into 32 bits."""
REACH = "… could not be reached (…{}, 3 tries): check the network, or try again later"
REFUSES = "… blocks this machine (…{}): no requests are sent there for 24 hours"
GOES_ON = "pykrx-login: unavailable: …{}"
WITHOUT = "goes on without the account"

NETWORK = (
    Row("connection refused", REACH.format("connection refused"), 5, everywhere(nobody)),
    Row("host name that cannot be resolved", REACH.format("its name could not be resolved"), 5, everywhere(nameless)),
    Row(
        "server that accepts and never answers",
        REACH.format("response timed out"),
        5,
        everywhere(fault("no_answer"), ways="keyless"),
    ),
    Row(
        "a byte a second",
        REACH.format("no complete answer within … seconds"),
        5,
        everywhere(drip, ways="keyless openapi datagokr"),
    ),
    Row(
        "connection dropped halfway",
        REACH.format("the connection was dropped…"),
        5,
        everywhere(fault("dropped"), ways="keyless login openapi"),
    ),
    Row(
        "truncated XML or JSON",
        "… could not be reached (…a truncated answer…): check the network, or try again later",
        5,
        everywhere(fault("truncated"), fault("wrong_length"), ways="keyless login")
        + everywhere(fault("truncated"), fault("wrong_length"), fault("dropped"), ways="datagokr"),
    ),
    Row(
        "gzip garbage",
        REACH.format("its answer could not be unpacked"),
        5,
        everywhere(fault("gzip_garbage"), ways="keyless login"),
    ),
    Row(
        "status 500 or 503",
        REACH.format("status 50…"),
        5,
        everywhere(fault("status", status=500)) + everywhere(fault("status", status=503), ways="login"),
    ),
    Row(
        "only KRX's site does not answer",
        GOES_ON.format("data.krx.co.kr could not be reached (…): check the network, or try again later"),
        0,
        everywhere(fault("no_answer", bld=SESSION), ways="login"),
        WITHOUT,
    ),
    Row(
        "wrong charset",
        GOES_ON.format("(…an answer in a charset other than the declared one, 3 tries)…"),
        0,
        everywhere(fault("wrong_charset", bld=SESSION), ways="login"),
        WITHOUT,
    ),
    Row(
        "wrong charset of Naver, whose figures are all that is read",
        "",
        0,
        everywhere(fault("wrong_charset"), ways="keyless"),
        "nothing",
    ),
)
BLOCKS = (
    Row(
        "status 403",
        REFUSES.format("status 403"),
        5,
        everywhere(fault("status", status=403), ways="keyless login openapi"),
    ),
    Row("status 429", REFUSES.format("status 429"), 5, everywhere(fault("status", status=429), ways="keyless login")),
    Row(
        "a web page where data belongs, also with status 200",
        REFUSES.format("a web page instead of data"),
        5,
        everywhere(fault("html"), fault("error_page"), ways="keyless login datagokr"),
    ),
    Row(
        "anything but JSON from the Open API or data.go.kr",
        REFUSES.format("an answer without data"),
        5,
        everywhere(fault("error_page"), fault("truncated"), ways="openapi")
        + everywhere(fault("gzip_garbage"), ways="openapi datagokr"),
    ),
    Row(
        "redirect to http, or any redirect of data.go.kr",
        REFUSES.format("redirect…"),
        5,
        everywhere(fault("redirect"), ways="keyless datagokr")
        + everywhere(fault("redirect", bld=SESSION), ways="login"),
        "nothing is sent there",
    ),
    Row(
        "asked again within 24 hours of any of these five",
        "… blocked this machine on … (…): no requests before … KST, because earlier requests prolong the block",
        5,
        everywhere(remembered),
    ),
)
LOGIN = (
    Row(
        "wrong password",
        "KRX rejects KRX_ID and KRX_PW (code …): check them at https://data.krx.co.kr; they were tried only once, because KRX locks accounts",
        4,
        everywhere(wrong_password, ways="login"),
    ),
    Row(
        "expired password",
        "KRX reports that the password of this account has expired (it does so every 3 months): change it at https://data.krx.co.kr, then set KRX_PW",
        4,
        everywhere(expired, ways="login"),
    ),
    Row("the account is logged in elsewhere", "", 0, everywhere(elsewhere, ways="login"), "nothing: that session ends"),
    Row(
        "KRX ends the session",
        "",
        0,
        everywhere(fault("logout", bld=SESSION, first=2, last=2), ways="login"),
        "nothing: one fresh login",
    ),
    Row(
        "KRX ends it again at once",
        "KRX ended the session twice: if another program uses the same account, stop it, or wait",
        4,
        everywhere(fault("logout", bld=SESSION), ways="login"),
    ),
    Row(
        "wrong key, or a service that was not applied for",
        "KRX Open API rejects KRX_AUTH_KEY, or no application was made for the service …: see https://openapi.krx.co.kr …",
        4,
        everywhere(wrong_key, ways="openapi"),
    ),
    Row(
        "the Open API's requests of a day are used up",
        "KRX Open API: the 10,000 requests a day of this key are used up: run it again after midnight KST",
        5,
        everywhere(used_up, ways="openapi"),
    ),
    Row(
        "wrong key of data.go.kr, or one that is not known yet",
        "DATA_GO_KR_KEY is not registered with data.go.kr: copy it again from https://www.data.go.kr; a key granted within the last two hours may not be active yet",
        4,
        everywhere(
            says(refusal(30)), says(refusal(30, form="json")), says(plain("Unauthorized", 401)), ways="datagokr"
        ),
    ),
    Row(
        "key of data.go.kr that has expired",
        "DATA_GO_KR_KEY has expired: extend it at https://www.data.go.kr",
        4,
        everywhere(says(refusal(31)), says(refusal(31, form="json")), ways="datagokr"),
    ),
    Row(
        "a service of data.go.kr that was not applied for",
        "data.go.kr rejects DATA_GO_KR_KEY for …: apply for it at https://www.data.go.kr; each service needs its own application",
        4,
        everywhere(says(refusal(20)), says(plain("Forbidden", 403)), ways="datagokr"),
    ),
    Row(
        "an address that the key of data.go.kr is not registered for",
        "data.go.kr rejects DATA_GO_KR_KEY from this address: register the address at https://www.data.go.kr",
        4,
        everywhere(says(refusal(32)), ways="datagokr"),
    ),
    Row(
        "the requests of a day of data.go.kr are used up",
        "data.go.kr: the 10,000 requests a day of this key are used up: run it again after midnight KST",
        5,
        everywhere(says(refusal(22)), says(plain("API token quota exceeded", 429)), ways="datagokr"),
    ),
)
DATA = (
    Row(
        "empty table of KRX",
        GOES_ON.format("returns nothing for session …: it refused, or has no data yet; try again later"),
        0,
        everywhere(fault("empty_block", bld=SESSION), ways="login"),
        WITHOUT,
    ),
    Row(
        "empty table of Naver",
        "pykrx-keyless returns nothing for …, which is known to exist: it refused, or its format has changed; nothing is stored; try again later",
        5,
        everywhere(fault("empty_block"), ways="keyless"),
    ),
    Row(
        "empty table of the Open API",
        "",
        0,
        everywhere(fault("empty_block"), ways="openapi"),
        "`…: no figures: a holiday, or not published yet`",
    ),
    Row(
        "renamed column",
        "KRX: …: no …CLSPRC…: renamed by KRX; check for a newer screener that supports it",
        3,
        everywhere(fault("renamed", bld=SESSION), ways="login") + everywhere(fault("renamed"), ways="openapi"),
    ),
    Row(
        "renamed column of Naver",
        "pykrx-keyless: the answer for … has a format that pykrx does not support (…): check whether a newer pykrx supports it",
        3,
        everywhere(fault("renamed"), ways="keyless"),
    ),
    Row(
        "half a market",
        "…: the session … arrived with … stocks, at least 2,500 are required: a partial market is not stored",
        3,
        everywhere(fault("half", bld=SESSION), ways="login") + everywhere(fault("half"), ways="openapi"),
    ),
    Row(
        "all-zero rows of a session",
        "…: the session … arrived without figures, though the indices have it: not stored; try again later",
        3,
        everywhere(
            fault("zeros", bld=SESSION, first=1, last=1), fault("zeros", bld=SESSION, first=2, last=2), ways="login"
        ),
    ),
    Row(
        "all-zero rows of an index",
        "pykrx-login: the indices of …: … has no level: not stored",
        3,
        everywhere(fault("zeros", bld=INDEX), ways="login"),
    ),
    Row(
        "sessions missing in an index",
        "pykrx-login: the indices of …: the move of … since … differs from its stated change: not stored; if KRX traded "
        "between them, add the day to [calendar] in screener.toml",
        3,
        everywhere(fault("half", bld=INDEX), ways="login"),
    ),
    Row(
        "yesterday's levels of the indices under today's date",
        GOES_ON.format("the indices of … arrived with the figures of …: nothing was stored; try again later"),
        0,
        everywhere(fault("stale", bld=INDEX), ways="login"),
        WITHOUT,
    ),
    Row(
        "all-zero rows of a stock",
        "pykrx-keyless: …: … of … rows are not reliable, the first of …: a figure is missing or impossible: not stored",
        3,
        everywhere(fault("zeros"), ways="keyless"),
    ),
    Row(
        "yesterday's figures under today's date",
        GOES_ON.format("the session … arrived with the figures of …: nothing was stored; try again later"),
        0,
        everywhere(fault("stale", bld=SESSION), ways="login"),
        WITHOUT,
    ),
    Row(
        "the same of the Open API or data.go.kr",
        "…: … arrived with the figures of …: nothing was stored; try again later",
        5,
        everywhere(fault("stale"), ways="openapi datagokr"),
    ),
    Row(
        "the same of Naver",
        "pykrx-keyless returns the figures of … for …: they were not stored; try again later",
        5,
        everywhere(fault("stale"), ways="keyless"),
    ),
    Row(
        "a clock of this machine that is more than five minutes fast or slow",
        "…the clock of this machine shows … KST, that of the exchange (…) …: set it",
        5,
        everywhere(fast_clock, ways="keyless login"),
    ),
    Row("run before the close at 15:30 KST", "", 0, everywhere(during_the_session), "`through …`: the session before"),
    Row(
        "a volume beyond 32 bits",
        "",
        0,
        tuple(Case(way, later, OVERFLOW, OVERFLOW) for way in ("login", "openapi", "datagokr")),
        "nothing: it is stored as it is",
    ),
    Row(
        "a file of the store is damaged",
        "…: is damaged: run `screener store repair`",
        3,
        everywhere(damaged, ways="keyless"),
    ),
)
ROWS = NETWORK + BLOCKS + LOGIN + DATA


def table() -> str:
    """The table of docs/faults.md."""
    return (
        "\n".join(["| fault | what the user sees | exit code |", "|---|---|---|", *(row.cells for row in ROWS)]) + "\n"
    )


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201 - its purpose
