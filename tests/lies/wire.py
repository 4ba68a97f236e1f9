"""Lies on the wire: what the stand-in of the exchange, of its Open API or of Naver says that is not so."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from tests.fakes.datagokr import HOST
from tests.fakes.krx.messages import NAVER, Answer, Request
from tests.lies.judge import Must, mended, named, nothing, refused

KEYLESS, LOGIN, OPENAPI = "Naver, without an account", "data.krx.co.kr, with an account", "the Open API"
DATAGOKR = "data.go.kr"
EVENT, BASE, AFTER = date(2025, 1, 31), date(2025, 1, 24), date(2025, 2, 3)
ONE, TWO, THREE = "000660", "005930", "042700"
STOCKS = {
    ONE: "KOSPI",
    TWO: "KOSPI",
    THREE: "KOSPI",
    "035420": "KOSPI",
    "035720": "KOSPI",
    "298040": "KOSPI",
    "189330": "KOSDAQ",
}
DAY = str(EVENT)

Rows = list[dict[str, str]]
Spoil = Callable[[Request, Answer], Answer]


@dataclass(frozen=True)
class WireLie:
    """A lie on the wire, told in the fetch of the event's sessions; the store holds those before it."""

    name: str
    way: str
    tells: str
    spoil: Spoil
    must: tuple[Must, ...]
    about: tuple[str, ...] = ()
    """Stocks that it is about: every figure of the others is the truth."""
    most_read: int = 0
    """Bytes of the answer that may be taken at most; 0 for all."""
    news: str | None = None
    """The trouble of the simulated market whose day is looked at; None for the event."""
    true: bool = field(default=False)
    """Whether it is the truth."""


WIRE: list[WireLie] = []


def tell(name: str, way: str, tells: str, spoil: Spoil, *must: Must, **more: Any) -> None:
    WIRE.append(WireLie(name, way, tells, spoil, must, **more))


# How an answer is spoiled


def session(change: Callable[[dict[str, dict[str, str]]], None], day: date = EVENT) -> Spoil:
    """Change the rows, by ticker, of a whole-market session; KRX's and the Open API's."""

    def spoil(request: Request, answer: Answer) -> Answer:
        if request.host == HOST and request.query["basDt"] == f"{day:%Y%m%d}":
            return _paged(answer, change)
        asked = request.form.get("trdDd") or request.query.get("basDd")
        key = "ISU_SRT_CD" if request.bld == "MDCSTAT01501" else "ISU_CD"
        if asked != f"{day:%Y%m%d}" or request.bld not in ("MDCSTAT01501", "stk_bydd_trd", "ksq_bydd_trd"):
            return answer
        content = json.loads(answer.body)
        rows = {row[key]: row for row in content["OutBlock_1"]}
        change(rows)
        return replace(answer, body=json.dumps(content, ensure_ascii=False).encode())

    return spoil


_OF_DATAGOKR = {
    "clpr": "TDD_CLSPRC",
    "mkp": "TDD_OPNPRC",
    "hipr": "TDD_HGPRC",
    "lopr": "TDD_LWPRC",
    "vs": "CMPPREVDD_PRC",
    "fltRt": "FLUC_RT",
    "trqu": "ACC_TRDVOL",
    "trPrc": "ACC_TRDVAL",
    "mrktTotAmt": "MKTCAP",
    "lstgStCnt": "LIST_SHRS",
    "srtnCd": "ISU_CD",
    "itmsNm": "ISU_NM",
    "basDt": "BAS_DD",
    "mrktCtg": "MKT_NM",
}
"""KRX's names of the fields of data.go.kr."""


def _paged(answer: Answer, change: Callable[[dict[str, dict[str, str]]], None]) -> Answer:
    """Change the rows of a page of data.go.kr, under the names that KRX gives their fields."""
    content = json.loads(answer.body)
    items = content["response"]["body"]["items"]
    if not items or "srtnCd" not in items["item"][0]:
        return answer
    rows = {row["srtnCd"]: {_OF_DATAGOKR.get(name, name): text for name, text in row.items()} for row in items["item"]}
    change(rows)
    back = {name: own for own, name in _OF_DATAGOKR.items()}
    items["item"] = [{back.get(name, name): text for name, text in row.items()} for row in rows.values()]
    return replace(answer, body=json.dumps(content, ensure_ascii=False).encode())


def cells(ticker: str, day: date = EVENT, **values: str) -> Spoil:
    """Write over cells of one stock on a day."""

    def change(rows: dict[str, dict[str, str]]) -> None:
        if ticker in rows:
            rows[ticker].update(values)

    return session(change, day)


def number(text: str) -> float:
    return float(text.replace(",", ""))


def times(factor: float, *tickers: str, self_made: bool = False, day: date = EVENT) -> Spoil:
    """The prices of some stocks times `factor`; with `self_made` the rate and the change go with them."""

    def change(rows: dict[str, dict[str, str]]) -> None:
        for row in (rows[ticker] for ticker in tickers if ticker in rows):
            base = number(row["TDD_CLSPRC"]) - number(row["CMPPREVDD_PRC"])
            for name in ("TDD_CLSPRC", "TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC", "MKTCAP"):
                row[name] = str(round(number(row[name]) * factor))
            if self_made:
                row["CMPPREVDD_PRC"] = str(round(number(row["TDD_CLSPRC"]) - base))
                row["FLUC_RT"] = f"{(number(row['TDD_CLSPRC']) / base - 1) * 100:.2f}"

    return session(change, day)


def turned(*tickers: str, day: date = EVENT) -> Spoil:
    """Rate and change of some stocks with the other sign."""

    def change(rows: dict[str, dict[str, str]]) -> None:
        for row in (rows[ticker] for ticker in tickers if ticker in rows):
            for name in ("FLUC_RT", "CMPPREVDD_PRC"):
                row[name] = str(-number(row[name]))

    return session(change, day)


def exchanged(rows: dict[str, dict[str, str]]) -> None:
    """Two stocks have each other's figures."""
    names = [
        name for name in rows.get(ONE, {}) if name not in ("ISU_SRT_CD", "ISU_CD", "ISU_ABBRV", "ISU_NM", "LIST_SHRS")
    ]
    for name in names:
        rows[ONE][name], rows[TWO][name] = rows[TWO][name], rows[ONE][name]


def markets_exchanged(rows: dict[str, dict[str, str]]) -> None:
    other = {"KOSPI": "KOSDAQ", "KOSDAQ": "KOSPI", "KOSDAQ GLOBAL": "KOSPI"}
    for row in rows.values():
        row["MKT_NM"] = other.get(row["MKT_NM"], row["MKT_NM"])


def in_thousands(*names: str) -> Callable[[dict[str, dict[str, str]]], None]:
    """Figures of every stock, a thousandth of what they are."""

    def change(rows: dict[str, dict[str, str]]) -> None:
        for row in rows.values():
            row.update({name: str(round(number(row[name]) / 1000)) for name in names if row[name] not in ("-", "")})

    return change


def tenfold_base(rows: dict[str, dict[str, str]]) -> None:
    if ONE in rows:
        row = rows[ONE]
        price = round(10 * (number(row["TDD_CLSPRC"]) - number(row["CMPPREVDD_PRC"])))
        row.update(dict.fromkeys(("TDD_CLSPRC", "TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC"), str(price)))
        row.update(CMPPREVDD_PRC="0", FLUC_RT="0.00", MKTCAP=str(round(price * number(row["LIST_SHRS"]))))
        row["ACC_TRDVAL"] = str(round(price * number(row["ACC_TRDVOL"])))


def high_and_low(rows: dict[str, dict[str, str]]) -> None:
    if ONE in rows:
        rows[ONE]["TDD_HGPRC"], rows[ONE]["TDD_LWPRC"] = rows[ONE]["TDD_LWPRC"], rows[ONE]["TDD_HGPRC"]


class Before:
    """The rows of the session before once more under another one, for some stocks; remembers them as they pass."""

    def __init__(self, *tickers: str, day: date = EVENT, before: date = BASE) -> None:
        self.tickers, self.day, self.before = tickers, day, before
        self.held: dict[str, dict[str, str]] = {}

    def __call__(self, request: Request, answer: Answer) -> Answer:
        answer = session(self.keep, self.before)(request, answer)
        return session(self.repeat, self.day)(request, answer)

    def keep(self, rows: dict[str, dict[str, str]]) -> None:
        self.held |= {ticker: dict(rows[ticker]) for ticker in self.tickers if ticker in rows}

    def repeat(self, rows: dict[str, dict[str, str]]) -> None:
        for ticker, row in self.held.items():
            if ticker in rows:
                rows[ticker].update({name: text for name, text in row.items() if name != "BAS_DD"})


def index(change: Callable[[dict[str, Rows]], None]) -> Spoil:
    """Change the levels of KOSPI and KOSDAQ as they come, index by index: {code: rows}."""

    def spoil(request: Request, answer: Answer) -> Answer:
        if request.bld != "MDCSTAT00301":
            return answer
        content = json.loads(answer.body)
        change({request.form["indIdx"] + request.form["indIdx2"]: content["output"]})
        return replace(answer, body=json.dumps(content, ensure_ascii=False).encode())

    return spoil


def level(code: str, factor: float, since: bool = False, on: date = EVENT, after: date = AFTER) -> Spoil:
    """One index times `factor` on a day, or from it on, with changes that go with it; `after` is the session after."""

    def change(rows: dict[str, Rows]) -> None:
        for row in rows.get(code, []):
            day, moved = row["TRD_DD"].replace("/", "-"), number(row["PRV_DD_CMPR"])
            close = number(row["CLSPRC_IDX"])
            before = close - moved
            if day == str(on) or (since and day > str(on)):
                new, old = close * factor, before * (factor if day > str(on) else 1)
            elif day == str(after) and not since:
                new, old = close, before * factor
            else:
                continue
            scaled = {name: number(row[name]) * new / close for name in ("OPNPRC_IDX", "HGPRC_IDX", "LWPRC_IDX")}
            row.update({name: f"{value:.2f}" for name, value in scaled.items()})
            row.update(CLSPRC_IDX=f"{new:.2f}", PRV_DD_CMPR=f"{round(new, 2) - round(old, 2):.2f}")
            row["UPDN_RATE"] = f"{(new / old - 1) * 100:.2f}"

    return index(change)


def swapped(_: Request, answer: Answer) -> Answer:
    """KOSPI is asked for and KOSDAQ answered, and the other way round: `fetched.tell` exchanges what is asked."""
    return answer


def items(change: Callable[[list[str]], list[str]], *symbols: str) -> Spoil:
    """Change the rows of Naver's history of some stocks; without symbols of all."""

    def spoil(request: Request, answer: Answer) -> Answer:
        if request.host != NAVER or (symbols and request.symbol not in symbols):
            return answer
        text = answer.body.decode("euc-kr")
        rows = re.findall(r'<item data="([^"]*)" />', text)
        kept = "\n".join(f'<item data="{row}" />' for row in change(rows))
        head, tail = re.split(r"(?s)\n\t\t<item.*/>", text) if rows else (text, "")
        return replace(answer, body=f"{head}\n{kept}{tail}".encode("euc-kr"))

    return spoil


def stamp(day: date) -> str:
    return f"{day:%Y%m%d}"


def row_times(factor: float, first: date, last: date) -> Callable[[list[str]], list[str]]:
    """Prices of the rows from `first` through `last` times `factor`."""

    def change(rows: list[str]) -> list[str]:
        out = []
        for row in rows:
            day, *prices, volume = row.split("|")
            if stamp(first) <= day <= stamp(last):
                prices = [str(round(int(price) * factor)) for price in prices]
            out.append("|".join([day, *prices, volume]))
        return out

    return change


def repeated(day: date, before: date) -> Callable[[list[str]], list[str]]:
    """The row of `day` is the one of `before`."""

    def change(rows: list[str]) -> list[str]:
        held = next((row[8:] for row in rows if row.startswith(stamp(before))), None)
        return [row[:8] + held if held and row.startswith(stamp(day)) else row for row in rows]

    return change


def with_row(row: str) -> Callable[[list[str]], list[str]]:
    return lambda rows: sorted([*rows, row], key=lambda one: one[:8])


BLANKS = gzip.compress(b" " * 6_000_000)


def bursts(request: Request) -> bool:
    """Whether the answer is one that bursts or does not end: the event's session, or one stock."""
    return (request.form.get("trdDd") == f"{EVENT:%Y%m%d}" and request.bld == "MDCSTAT01501") or request.symbol == ONE


class Once:
    """Tells a lie in the first answer about each stock; after that the truth."""

    def __init__(self, spoil: Spoil) -> None:
        self.spoil = spoil
        self.asked: set[str] = set()

    def __call__(self, request: Request, answer: Answer) -> Answer:
        if request.symbol in self.asked:
            return answer
        self.asked.add(request.symbol)
        return self.spoil(request, answer)


def weekday(row: str) -> int:
    return date.fromisoformat(row[:8]).weekday()


def filled(rows: list[str]) -> list[str]:
    """Days without a session have the row of the day before."""
    out: list[str] = []
    for row in rows:
        while out and date.fromisoformat(out[-1][:8]) + timedelta(days=1) < date.fromisoformat(row[:8]):
            out.append(stamp(date.fromisoformat(out[-1][:8]) + timedelta(days=1)) + out[-1][8:])
        out.append(row)
    return out


def every_second_tenfold(rows: list[str]) -> list[str]:
    wrong = [date.fromisoformat(row[:8]) for row in rows[::2]]
    for day in wrong:
        rows = row_times(10, day, day)(rows)
    return rows


def with_volume(volume: int) -> Callable[[list[str]], list[str]]:
    """Another volume on the event day."""
    return lambda rows: [row.rpartition("|")[0] + f"|{volume}" if row.startswith(stamp(EVENT)) else row for row in rows]


def packed(request: Request, answer: Answer) -> Answer:
    """6 MB of blanks in 6 kB."""
    return bomb(answer) if bursts(request) else answer


def bomb(answer: Answer, size: int = 1) -> Answer:
    """An answer, and 6 MB of blanks behind it, or several times as many."""
    return replace(answer, body=gzip.compress(answer.body) + BLANKS * size, headers={"Content-Encoding": "gzip"})


class Endless(io.RawIOBase):
    """10 MB that come as long as somebody takes them; whoever takes them all does not look."""

    def __init__(self, head: bytes) -> None:
        self.taken, self._head = 0, head

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        part = self._head[: len(buffer)] or b" " * min(len(buffer), 10_000_000 - self.taken)
        self._head = self._head[len(part) :]
        buffer[: len(part)] = part
        self.taken += len(part)
        return len(part)


ENDLESS: list[Endless] = []
"""What was given out, to be asked how much of it was taken."""


def endless(_: Request, answer: Answer) -> Answer:
    """An answer that goes on: `fetched.without_end` puts it on the wire."""
    return answer


# With an account, by the Open API and by data.go.kr: whole sessions

for way, short in ((LOGIN, "KRX"), (OPENAPI, "Open API"), (DATAGOKR, "data.go.kr")):
    tell(
        f"{short}: rate of the other sign",
        way,
        "rate +25 beside a close that says otherwise",
        cells(ONE, FLUC_RT="25.00"),
        named(ONE, DAY),
        about=(ONE,),
    )
    tell(
        f"{short}: several rows repeated",
        way,
        "three stocks have the session before's rows",
        Before(ONE, TWO, THREE),
        named(ONE, DAY),
        about=(ONE, TWO, THREE),
    )
    tell(
        f"{short}: ten times the price",
        way,
        "one stock's prices, not its rate",
        times(10, ONE),
        named(ONE, DAY),
        about=(ONE,),
    )
    tell(
        f"{short}: an empty rate",
        way,
        "a stock that traded has no rate: its closes say it",
        cells(ONE, FLUC_RT="-"),
        nothing(0.0005),
        about=(ONE,),
    )

    tell(
        f"{short}: the markets exchanged",
        way,
        "every stock of KOSPI is said to be of KOSDAQ, and the other way round",
        session(markets_exchanged),
        refused(3, DAY),
        named(DAY),
        nothing(),
    )
    tell(
        f"{short}: prices in thousands",
        way,
        "prices, changes and capitalisations of every stock are a thousandth",
        session(in_thousands("TDD_CLSPRC", "TDD_OPNPRC", "TDD_HGPRC", "TDD_LWPRC", "CMPPREVDD_PRC", "MKTCAP")),
        refused(3, DAY),
        refused(5, DAY),
        named(DAY),
    )
    tell(
        f"{short}: volumes in thousands",
        way,
        "the volume of every stock is a thousandth",
        session(in_thousands("ACC_TRDVOL")),
        refused(3, DAY),
        refused(5, DAY),
        named(DAY),
    )
    tell(
        f"{short}: ten times the price, rate 0",
        way,
        "one stock stands at ten times its base price, capitalisation as well, with a rate of 0 and as many shares",
        session(tenfold_base),
        named(ONE, DAY),
        about=(ONE,),
    )
    tell(
        f"{short}: high and low exchanged",
        way,
        "one stock's high stands under low, and its low under high",
        session(high_and_low),
        named(ONE, DAY),
        about=(ONE,),
    )
    tell(
        f"{short}: traded without a volume",
        way,
        "one stock's price moves, with volume and value 0",
        cells(ONE, ACC_TRDVOL="0", ACC_TRDVAL="0"),
        named(ONE, DAY),
        about=(ONE,),
    )

tell(
    "KRX: rate of the other sign, small",
    LOGIN,
    "one stock's rate and change are turned",
    turned(ONE),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "KRX: one rate as a decimal",
    LOGIN,
    "-0.10 among percentages",
    cells(ONE, FLUC_RT="-0.10"),
    named(ONE, DAY),
    about=(ONE,),
)
tell("KRX: rate 130", LOGIN, "beyond any limit", cells(ONE, FLUC_RT="130.00"), named(ONE, DAY), about=(ONE,))
tell(
    "KRX: rate 1e308", LOGIN, "a number that nobody writes", cells(ONE, FLUC_RT="1e308"), named(ONE, DAY), about=(ONE,)
)
tell("KRX: rate inf", LOGIN, "no number", cells(ONE, FLUC_RT="inf"), named(ONE, DAY), about=(ONE,))
tell(
    "KRX: rate nan",
    LOGIN,
    "no number: the closes say it",
    cells(ONE, FLUC_RT="nan"),
    nothing(0.0005),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "KRX: rate as text",
    LOGIN,
    "the rate of one stock is a word",
    cells(ONE, FLUC_RT="상한가"),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "KRX: a change that contradicts",
    LOGIN,
    "change +1 won beside a close and a rate that agree",
    cells(ONE, CMPPREVDD_PRC="1"),
    named(ONE, DAY),
    nothing(),
    about=(ONE,),
)
tell(
    "KRX: ten times the price, self-made rate",
    LOGIN,
    "rate and change go with the close, and yesterday's close does not",
    times(10, ONE, self_made=True),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "KRX: 20% more, self-made rate",
    LOGIN,
    "close, rate and change agree; the base is right, the capitalisation too; the next session's base is another",
    times(1.2, ONE, self_made=True),
    named(ONE),
    about=(ONE,),
)
tell(
    "KRX: two stocks exchanged",
    LOGIN,
    "two stocks have each other's figures",
    session(exchanged),
    named(ONE, DAY),
    about=(ONE, TWO),
)
tell(
    "KRX: a sector with turned signs",
    LOGIN,
    "rates and changes of three stocks are turned",
    turned(ONE, TWO, THREE),
    named(ONE, DAY),
    about=(ONE, TWO, THREE),
)
tell("KRX: a negative price", LOGIN, "close -1", cells(ONE, TDD_CLSPRC="-1"), named(ONE, DAY), about=(ONE,))
tell("KRX: a price as text", LOGIN, "close N/A", cells(ONE, TDD_CLSPRC="N/A"), named(ONE, DAY), about=(ONE,))
tell(
    "KRX: a volume that cannot be",
    LOGIN,
    "more pieces than a float can tell apart",
    cells(ONE, ACC_TRDVOL="9223372036854775807"),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "KRX: a capitalisation that contradicts",
    LOGIN,
    "a thousand times close times shares",
    cells(ONE, MKTCAP="9000000000000000"),
    named(ONE, DAY),
    nothing(),
    about=(ONE,),
)
tell(
    "KRX: index 6% off",
    LOGIN,
    "KOSPI 6% too low on the event day, with changes that go with it, against the stocks' capitalisation",
    level("1001", 0.94),
    named("KOSPI", DAY),
    refused(3, "KOSPI", DAY),
    refused(5, "KOSPI", DAY),
)
tell(
    "KRX: index beyond 30%",
    LOGIN,
    "KOSPI 40% higher from the event day on, with a change that goes with it",
    level("1001", 1.4, since=True),
    named("KOSPI", DAY),
    refused(3, "KOSPI", DAY),
)
tell(
    "KRX: KOSPI and KOSDAQ exchanged",
    LOGIN,
    "each index is answered with the other",
    swapped,
    named("KOSPI"),
    refused(3, "KOSPI"),
    refused(5, "KOSPI"),
)
tell(
    "KRX: true split",
    LOGIN,
    "5:1 with shares and base price",
    lambda _, answer: answer,
    mended("298040", r"\b5 ?: ?1\b|\b1 ?: ?5\b|[x×] ?(5|0\.2)\b"),
    news="split",
    true=True,
)
tell(
    "KRX: a body that bursts",
    LOGIN,
    "6 MB in 6 kB of gzip, where 2 MB are the most",
    packed,
    refused(5, "(?i)large"),
    refused(3, "(?i)large"),
)
tell(
    "KRX: a body without end",
    LOGIN,
    "blanks for ever",
    endless,
    refused(5, "(?i)large"),
    refused(3, "(?i)large"),
    most_read=6_000_000,
)

# Without an account: histories

tell(
    "Naver: half a history",
    KEYLESS,
    "every second row is missing, the count says how many there are",
    items(lambda rows: rows[::2], ONE),
    named(ONE),
    about=(ONE,),
)
tell(
    "Naver: a short history",
    KEYLESS,
    "the last three rows alone",
    items(lambda rows: rows[-3:], ONE),
    named(ONE),
    nothing(),
    about=(ONE,),
)
tell(
    "Naver: short histories",
    KEYLESS,
    "the last three rows alone of every stock",
    items(lambda rows: rows[-3:]),
    named(ONE),
    refused(3, "(?i)short|whole|count|lacks"),
    refused(5, "(?i)short|whole|count|lacks"),
)
tell(
    "Naver: a history that ends early",
    KEYLESS,
    "one stock lacks the last three rows, and the count says so",
    items(lambda rows: rows[:-3], ONE),
    named(ONE, "2025-02-10"),
    about=(ONE,),
)
tell(
    "Naver: a short answer, once",
    KEYLESS,
    "the first answer about each stock has the last three rows alone, the second one all",
    Once(items(lambda rows: rows[-3:])),
    nothing(),
)
tell(
    "Naver: an answer that ends early, once",
    KEYLESS,
    "the first answer about each stock lacks the last three rows",
    Once(items(lambda rows: rows[:-3])),
    nothing(),
)
tell(
    "Naver: the newest row first",
    KEYLESS,
    "the rows of every stock stand in the other order",
    items(lambda rows: rows[::-1]),
    nothing(),
)
tell(
    "Naver: holidays filled",
    KEYLESS,
    "one stock has the row of the day before on every closed day",
    items(filled, ONE),
    mended(ONE),
    named(ONE),
    about=(ONE,),
)
tell(
    "Naver: many false prices",
    KEYLESS,
    "every second session of one stock is ten times the price",
    items(every_second_tenfold, ONE),
    named(ONE),
    refused(3, ONE),
    about=(ONE,),
)
tell(
    "Naver: weeks for days",
    KEYLESS,
    "one stock has a row a week, as timeframe=week gives them",
    items(lambda rows: [row for row in rows if weekday(row) == 4], ONE),
    named(ONE),
    about=(ONE,),
)
tell(
    "Naver: a volume of none",
    KEYLESS,
    "one stock has volume 0 beside the prices of a session on the event day",
    items(with_volume(0), ONE),
    named(ONE, DAY),
    nothing(),
    about=(ONE,),
)
tell(
    "Naver: the event day is missing",
    KEYLESS,
    "one stock lacks the row of the event day",
    items(lambda rows: [row for row in rows if not row.startswith(stamp(EVENT))], ONE),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "Naver: a row on a closed day",
    KEYLESS,
    "one stock trades on 27 January",
    items(with_row("20250127|220000|222000|219000|221500|3000000"), ONE),
    mended(ONE, "2025-01-27"),
    about=(ONE,),
)
tell(
    "Naver: rows on a closed day",
    KEYLESS,
    "every stock trades on 27 January",
    items(lambda rows: with_row("20250127" + rows[-1][8:])(rows)),
    mended("2025-01-27"),
)
tell(
    "Naver: a row on a Saturday",
    KEYLESS,
    "one stock trades on 25 January",
    items(with_row("20250125|220000|222000|219000|221500|3000000"), ONE),
    mended(ONE, "2025-01-25"),
    about=(ONE,),
)
tell(
    "Naver: a row twice",
    KEYLESS,
    "the event day's row of one stock is listed twice",
    items(lambda rows: [row for row in rows for _ in range(1 + row.startswith(stamp(EVENT)))], ONE),
    nothing(),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "Naver: a row twice, unlike",
    KEYLESS,
    "two closes of the event day",
    items(with_row("20250131|1|1|1|1|1"), ONE),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "Naver: a row of the future",
    KEYLESS,
    "one row is of 2099",
    items(with_row("20990105|220000|222000|219000|221500|3000000"), ONE),
    nothing(),
    mended(ONE, "2099"),
    about=(ONE,),
)
tell(
    "Naver: ten times the price",
    KEYLESS,
    "one stock on the event day",
    items(row_times(10, EVENT, EVENT), ONE),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "Naver: a row repeated",
    KEYLESS,
    "one stock has the session before's row on the event day",
    items(repeated(EVENT, BASE), ONE),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "Naver: several rows repeated",
    KEYLESS,
    "three stocks have the session before's row on the last session",
    items(repeated(date(2025, 2, 10), date(2025, 2, 7)), ONE, TWO, THREE),
    named(ONE, "2025-02-10"),
    about=(ONE, TWO, THREE),
)
tell(
    "Naver: a session repeated in the middle",
    KEYLESS,
    "every stock has the session before's row on the event day",
    items(repeated(EVENT, BASE)),
    refused(3, DAY),
    refused(5, DAY),
    named(DAY),
)
tell(
    "Naver: a negative price",
    KEYLESS,
    "close -1",
    items(row_times(-1, EVENT, EVENT), ONE),
    named(ONE, DAY),
    about=(ONE,),
)
tell(
    "Naver: a fund that lies",
    KEYLESS,
    "the benchmark fund is 6% too low on the event day",
    items(row_times(0.94, EVENT, EVENT), "069500"),
    named("069500|KODEX 200|KOSPI", DAY),
    refused(3, "069500|KODEX 200|KOSPI"),
)
tell(
    "Naver: the funds exchanged",
    KEYLESS,
    "each benchmark fund is answered with the other's prices",
    swapped,
    named("069500|KOSPI"),
    refused(3, "069500|KOSPI"),
)
tell(
    "Naver: a body that bursts",
    KEYLESS,
    "6 MB in 6 kB of gzip, where 2 MB are the most",
    packed,
    refused(5, "(?i)large"),
    refused(3, "(?i)large"),
)
tell(
    "Naver: a body without end",
    KEYLESS,
    "blanks for ever",
    endless,
    refused(5, "(?i)large"),
    refused(3, "(?i)large"),
    most_read=6_000_000,
)
