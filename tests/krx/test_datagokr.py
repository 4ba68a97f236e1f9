"""The source `datagokr` against its stand-in on a loopback port."""

from __future__ import annotations

import base64
import logging
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote, unquote

import krx_openapi.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.config.models import Filters
from screener.data.store import Store
from screener.data.universe import apply_filters, market_of_store
from screener.errors import DataError, ExitCode, LoginError, NetworkError, ScreenerError
from screener.krx.client import Client, RefusalError, TemporaryError
from screener.krx.datagokr import DataGoKr, encoded
from screener.krx.openapi import OpenApi
from screener.krx.tables import MARKET
from tests.fakes import datagokr
from tests.fakes.datagokr import Row, plain, refusal
from tests.fakes.krx import Market, kst
from tests.fakes.krx.messages import Answer, Request, as_json, page

T = TypeVar("T")

DAY = date(2025, 1, 31)
AFTERNOON = kst(2025, 2, 10, 14, 0)
STOCKS, INDICES = "금융위원회_주식시세정보", "금융위원회_지수시세정보"


class Direct:
    """A wire without patience."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def ask(self, host: str, what: str, call: Callable[[float], T]) -> T:
        self.asked.append((host, what))
        return call(60.0)


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(date(2025, 1, 20), date(2025, 2, 7))


@pytest.fixture
def service(market: Market, monkeypatch: pytest.MonkeyPatch) -> Iterator[datagokr.DataGoKr]:
    market.now = AFTERNOON
    with datagokr.DataGoKr(market) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def source(service: datagokr.DataGoKr) -> DataGoKr:
    return DataGoKr(service.key, cast(Client, Direct()))


@pytest.fixture
def openapi(service: datagokr.DataGoKr, monkeypatch: pytest.MonkeyPatch) -> OpenApi:
    """The other official service; its library reads where the network is but once, when it is imported."""
    monkeypatch.setattr(krx_openapi.session, "_OPENER", urllib.request.build_opener())
    return OpenApi(service.account.auth_key, cast(Client, Direct()))


def asked(service: datagokr.DataGoKr) -> list[tuple[str, str]]:
    return [(request.path.rsplit("/", 1)[-1], request.query["pageNo"]) for request in service.requests]


def test_session_takes_three_requests(service: datagokr.DataGoKr, source: DataGoKr, market: Market) -> None:
    rows = source.session(DAY).to_pylist()
    assert {row["ticker"]: row["close"] for row in rows} == {
        ticker: market.truth.close(DAY, ticker) for ticker in market.truth.tickers(DAY)
    }
    hynix = next(row for row in rows if row["ticker"] == "000660")
    wanted = {"date": DAY, "name": "SK하이닉스", "market": "KOSPI", "close": 199200.0, "change": -21800.0}
    assert {name: hynix[name] for name in wanted} == wanted
    assert hynix["change_pct"] == -9.86
    assert hynix["volume"] == market.truth.volume(DAY, "000660")
    assert hynix["shares"] == market.truth.shares(DAY, "000660")
    assert hynix["marcap"] == hynix["close"] * hynix["shares"]
    assert asked(service) == [
        ("getStockPriceInfo_V2", "1"),
        ("getStockPriceInfo_V2", "2"),
        ("getStockPriceInfo_V2", "3"),
    ]
    assert {one.query["basDt"] for one in service.requests} == {"20250131"}
    assert cast(Direct, source.client).asked[0] == ("apis.data.go.kr", f"{STOCKS} 2025-01-31")


def test_every_rate_is_the_official_one(source: DataGoKr, market: Market) -> None:
    """Those below one percent come as '.86' and '-.5'."""
    rates = {row["ticker"]: row["change_pct"] for row in source.session(DAY).to_pylist()}
    assert rates == {ticker: pytest.approx(market.truth.change_pct(DAY, ticker), abs=1e-9) for ticker in rates}
    assert any(0 < rate < 1 for rate in rates.values())
    assert any(-1 < rate < 0 for rate in rates.values())


def test_indices_take_two_requests_a_day(service: datagokr.DataGoKr, source: DataGoKr, market: Market) -> None:
    """KOSPI is not on the first page."""
    rows = source.indices([DAY]).to_pylist()
    levels = [(row["date"], row["index"], row["close"]) for row in rows]
    assert levels == [(DAY, "KOSPI", market.truth.level(DAY, "1001")), (DAY, "KOSDAQ", market.truth.level(DAY, "2001"))]
    assert all(row["change"] < 0 or row["change"] > 0 for row in rows)
    assert asked(service) == [("getStockMarketIndex_V2", "1"), ("getStockMarketIndex_V2", "2")]
    assert source.indices([]).num_rows == 0


@pytest.mark.parametrize("day", [date(2025, 1, 27), date(2025, 1, 25), date(2025, 2, 10)])
def test_day_without_figures_was_none_or_is_still_to_come(source: DataGoKr, day: date) -> None:
    assert source.session(day).num_rows == 0
    assert source.indices([day]).num_rows == 0


def test_days_before_the_first_one_are_unknown(service: datagokr.DataGoKr, source: DataGoKr) -> None:
    with pytest.raises(DataError, match=r"data\.go\.kr has no data for 2019-12-30: it starts on 2020-01-02"):
        source.session(date(2019, 12, 30))
    service.requests.clear()
    assert source.indices([date(2019, 12, 30)]).num_rows == 0
    assert service.requests == []


def test_one_row_comes_as_itself_and_not_in_a_list(service: datagokr.DataGoKr, source: DataGoKr) -> None:
    service.turned = lambda rows: rows[:1]
    assert source.session(DAY).num_rows == 1


def without(field: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{name: value for name, value in row.items() if name != field} for row in rows]


@pytest.mark.parametrize(
    ("turned", "kind", "said"),
    [
        (without("clpr"), DataError, r"data\.go\.kr: session 2025-01-31: no clpr: renamed by data\.go\.kr"),
        (
            lambda rows: [row | {"basDt": "20250124"} for row in rows],
            NetworkError,
            f"{STOCKS} returns figures of 20250124 for 2025-01-31: nothing was stored",
        ),
        (lambda rows: [row | {"clpr": "x"} for row in rows], DataError, "clpr of row 1 is 'x', which is not a number"),
    ],
)
def test_rows_that_are_none(
    service: datagokr.DataGoKr,
    source: DataGoKr,
    turned: Callable[[list[Row]], list[Row]],
    kind: type[ScreenerError],
    said: str,
) -> None:
    service.turned = turned
    with pytest.raises(kind, match=said):
        source.session(DAY)


def test_renamed_index_is_no_missing_one(service: datagokr.DataGoKr, source: DataGoKr) -> None:
    service.turned = lambda rows: [row for row in rows if row["idxNm"] != "코스피"]
    with pytest.raises(DataError, match=r"data\.go\.kr lists 코스피 0 times among the indices of 2025-01-31"):
        source.indices([DAY])


@pytest.mark.parametrize("total", ["2619", "2621", "99999999999"])
def test_part_of_the_pages_is_no_day(
    service: datagokr.DataGoKr, source: DataGoKr, monkeypatch: pytest.MonkeyPatch, total: str
) -> None:
    real = service.answer

    def answer(request: Request) -> Answer:
        whole = real(request)
        count = whole.body.index(b'"totalCount":') + len(b'"totalCount":')
        end = whole.body.index(b",", count)
        return Answer(200, whole.body[:count] + total.encode() + whole.body[end:])

    monkeypatch.setattr(service, "answer", answer)
    with pytest.raises(
        DataError, match=rf"{STOCKS} returned .* of {int(total):,} rows for 2025-01-31: a partial market"
    ):
        source.session(DAY)
    assert len(service.requests) <= 4


def test_rows_that_change_while_they_are_read(service: datagokr.DataGoKr, source: DataGoKr) -> None:
    service.turned = lambda rows: rows[: -service.calls]
    with pytest.raises(DataError, match="a partial market is not stored; try again later"):
        source.session(DAY)


BIG = Answer(200, b"[" + b"0," * (5 * 2**20))
KEY_FAULTS = {
    20: f"rejects DATA_GO_KR_KEY for {STOCKS}: apply for it at https://www.data.go.kr",
    21: "has suspended DATA_GO_KR_KEY",
    30: "DATA_GO_KR_KEY is not registered with data.go.kr: copy it again from https://www.data.go.kr; a key granted within the last two",
    31: "DATA_GO_KR_KEY has expired: extend it at https://www.data.go.kr",
    32: "rejects DATA_GO_KR_KEY from this address: register",
    33: "DATA_GO_KR_KEY: the call is not signed",
}


@pytest.mark.parametrize(
    ("says", "kind", "said"),
    [
        *((refusal(code), LoginError, said) for code, said in KEY_FAULTS.items()),
        *((refusal(code, form="json"), LoginError, said) for code, said in KEY_FAULTS.items()),
        *((refusal(code, status=500), LoginError, said) for code, said in KEY_FAULTS.items()),
        (plain("SERVICE KEY IS NOT REGISTERED ERROR"), LoginError, KEY_FAULTS[30]),
        (plain("SERVICE_KEY_IS_NOT_REGISTERED_ERROR", 500), LoginError, KEY_FAULTS[30]),
        (plain("Unauthorized", 401), LoginError, KEY_FAULTS[30]),
        (plain("Forbidden", 403), LoginError, KEY_FAULTS[20]),
        (refusal(22), NetworkError, "the 10,000 requests a day of this key are used up: run it again after midnight"),
        (refusal(22, form="json"), NetworkError, "are used up"),
        (plain("API token quota exceeded", 429), NetworkError, "are used up"),
        (refusal(10), NetworkError, f"{STOCKS}: 10 INVALID_REQUEST_PARAMETER_ERROR: try again later"),
        (refusal(12, form="json"), NetworkError, "12 NO_OPENAPI_SERVICE_ERROR"),
        (refusal(77), NetworkError, f"{STOCKS}: 77: try again later"),
        (refusal(1), TemporaryError, "APPLICATION_ERROR"),
        (refusal(99, form="json"), TemporaryError, "UNKNOWN_ERROR"),
        (plain("Unexpected errors", 500), TemporaryError, "status 500"),
        (Answer(503, b"<html>busy</html>", "text/html"), TemporaryError, "status 503"),
        (page("안내"), RefusalError, "a web page instead of data"),
        (Answer(403, page("차단").body, "text/html"), RefusalError, "a web page instead of data"),
        (plain("come back some day"), RefusalError, "an answer without data"),
        (
            Answer(200, b"\x1f\x8b\x08garbage", headers={"Content-Encoding": "gzip"}),
            RefusalError,
            "an answer without data",
        ),
        (Answer(404, b"API not found", "text/plain"), NetworkError, f"{STOCKS}: status 404"),
        (Answer(200, b""), TemporaryError, "an empty answer"),
        (Answer(200, b'{"response":{"header":{"resultCode":"00"'), TemporaryError, "a truncated answer"),
        (Answer(200, b"<OpenAPI_ServiceResponse><cmmMsg"), TemporaryError, "a truncated answer"),
        (Answer(200, b'{"response":{"header":{"resultCode":"00"}}}'), NetworkError, "an answer in another format"),
        (Answer(200, b'["resultCode","00"]'), NetworkError, "an answer in another format"),
        (BIG, NetworkError, "sent an answer larger than 8 MB"),
    ],
)
def test_every_fault_is_told_apart(
    service: datagokr.DataGoKr, source: DataGoKr, says: Answer, kind: type[Exception], said: str
) -> None:
    service.says = says
    with pytest.raises(kind, match=said) as caught:
        source.session(DAY)
    assert type(caught.value) is kind
    assert len(service.requests) == 1
    assert "\n" not in str(caught.value)
    assert_hides(service.key, caught.value)
    if isinstance(caught.value, ScreenerError):
        assert caught.value.exit_code == (ExitCode.LOGIN if kind is LoginError else ExitCode.NETWORK)


@pytest.mark.parametrize("form", ["xml", "json"])
def test_no_data_is_a_day_without_figures(service: datagokr.DataGoKr, source: DataGoKr, form: str) -> None:
    service.says = refusal(3, form=form)
    assert source.session(DAY).num_rows == 0


@pytest.mark.parametrize("place", ["http://apis.data.go.kr/x", "https://evil.example/x", "/1160100/x"])
def test_no_redirect_is_followed(service: datagokr.DataGoKr, source: DataGoKr, place: str) -> None:
    service.says = Answer(302, b"", headers={"Location": place})
    with pytest.raises(RefusalError, match="a redirect to another page") as caught:
        source.session(DAY)
    assert len(service.requests) == 1
    assert_hides(service.key, caught.value)


@pytest.mark.parametrize("fault", ["refused", "dropped", "wrong_length", "truncated"])
def test_what_is_cut_off_may_pass(service: datagokr.DataGoKr, source: DataGoKr, fault: Any) -> None:
    service.faults.add(fault)
    with pytest.raises(TemporaryError) as caught:
        source.session(DAY)
    assert_hides(service.key, caught.value)


def test_nobody_answers(service: datagokr.DataGoKr, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in service.unreachable.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(TemporaryError, match="connection refused") as caught:
        DataGoKr(service.key, cast(Client, Direct())).session(DAY)
    assert_hides(service.key, caught.value)


def test_a_stranger_is_not_trusted(service: datagokr.DataGoKr, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name)
    with pytest.raises(TemporaryError, match="its certificate is not trusted"):
        DataGoKr(service.key, cast(Client, Direct())).session(DAY)
    assert service.requests == []


def assert_hides(key: str, error: BaseException) -> None:
    """Neither it nor anything that it goes back on knows the key."""
    chain: list[BaseException | None] = [error]
    while (last := chain[-1]) is not None:
        chain.append(last.__cause__ or last.__context__)
    texts = [text for one in chain[:-1] for text in (str(one), repr(one), repr(vars(one)))]
    texts += traceback.format_exception(error)
    assert not [text for text in texts for form in (key, quote(key, safe="")) if form in text]


def test_the_key_is_in_no_log_and_no_repr(
    service: datagokr.DataGoKr, source: DataGoKr, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        source.session(DAY)
    said = "".join((caplog.text, *capfd.readouterr(), repr(source)))
    assert service.key not in said
    assert quote(service.key, safe="") not in said


@pytest.mark.parametrize("form", [unquote, quote, lambda key: f" {key}\n", lambda key: quote(key, safe="").lower()])
def test_both_forms_of_the_key_are_sent_as_one(service: datagokr.DataGoKr, form: Callable[[str], str]) -> None:
    service.key = service.key.lower()
    DataGoKr(form(service.key), cast(Client, Direct())).try_key()
    assert asked(service) == [("getStockPriceInfo_V2", "1"), ("getStockMarketIndex_V2", "1")]


def test_the_key_must_be_granted_for_both_services(service: datagokr.DataGoKr, source: DataGoKr) -> None:
    service.key = "another"
    with pytest.raises(LoginError, match=r"DATA_GO_KR_KEY is not registered with data\.go\.kr"):
        source.try_key()


@given(st.binary(min_size=1, max_size=80).map(lambda raw: base64.b64encode(raw).decode()))
def test_a_key_is_encoded_once_and_only_once(key: str) -> None:
    once = quote(key, safe="")
    assert encoded(key) == encoded(once) == encoded(f"\n{once} ") == once
    assert unquote(encoded(key)) == key
    assert not set("+/= &?#") & set(encoded(key))


@given(st.text(alphabet="0123456789abcdef", min_size=64, max_size=64))
def test_a_key_of_today_is_sent_as_it_is(key: str) -> None:
    assert encoded(key) == key


@given(st.text(max_size=40))
def test_whatever_is_given_is_a_key_or_refused(key: str) -> None:
    address = ""
    with suppress(LoginError):
        address = encoded(key)
    assert address.isascii()
    assert not set(address) & set("&?#+/= \r\n")


@pytest.mark.parametrize("key", ["", " \n", "%20"])
def test_empty_key(key: str) -> None:
    with pytest.raises(LoginError, match="DATA_GO_KR_KEY"):
        DataGoKr(key, cast(Client, Direct()))


def test_key_that_cannot_be_one_is_not_sent(service: datagokr.DataGoKr) -> None:
    with pytest.raises(LoginError, match="DATA_GO_KR_KEY contains characters that are not allowed in a key") as caught:
        DataGoKr("비밀열쇠", cast(Client, Direct()))
    assert "비밀" not in str(caught.value)
    assert service.requests == []


NESTED = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from(["", "00", "3", "item"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["item", "basDt", "x"]), inner),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def unreached() -> DataGoKr:
    """One for many answers: it loads the certificates that the system trusts."""
    return DataGoKr(datagokr.answers.KEY, cast(Client, Direct()))


@given(items=NESTED, total=NESTED, status=st.sampled_from([200, 302, 401, 500]))
def test_whatever_is_answered_is_rows_or_a_fault(unreached: DataGoKr, items: Any, total: Any, status: int) -> None:
    body = {"header": {"resultCode": "00"}, "body": {"items": items, "totalCount": total}}
    answer = as_json({"response": body}).body.decode()
    unreached._get = lambda _address, _seconds: (status, answer)  # type: ignore[assignment]
    with suppress(ScreenerError, TemporaryError, RefusalError):
        unreached.session(DAY)


def test_a_deep_answer_is_no_bug(service: datagokr.DataGoKr, source: DataGoKr) -> None:
    service.says = Answer(200, b'{"resultCode":"00","x":' + b"[" * 100_000)
    with pytest.raises(TemporaryError, match="a truncated answer"):
        source.session(DAY)


def test_both_official_services_give_the_same_rows(openapi: OpenApi, source: DataGoKr) -> None:
    rows = [{row["ticker"]: row for row in one.session(DAY).to_pylist()} for one in (openapi, source)]
    for ticker, row in rows[0].items():
        assert rows[1][ticker] | {"market": row["market"]} == row  # data.go.kr has no segments of KOSDAQ
        assert row["market"].startswith(rows[1][ticker]["market"])
    assert source.indices([DAY]).equals(openapi.indices([DAY]))


def test_a_scan_looks_at_the_same_stocks_of_both(openapi: OpenApi, source: DataGoKr, tmp_path: Path) -> None:
    """Its filters read names, markets and capitalisations as a source writes them."""
    looked_at = []
    for one in (openapi, source):
        store = Store.open(tmp_path / one.name)
        with store.writing("sync", AFTERNOON):
            table = store.table(one.name, MARKET)
            table.write(one.session(DAY).drop(["change"]), replacing="sessions", fetched=AFTERNOON)
        found = market_of_store(store, DAY + timedelta(days=1))
        stay, taken = apply_filters(found, Filters(only="KOSDAQ"))
        looked_at.append(({ticker for ticker, stays in zip(found.tickers, stay, strict=True) if stays}, taken))
    assert looked_at[0] == looked_at[1]
    assert len(looked_at[1][0]) > 500
    assert all(looked_at[1][1][name] for name in ("market", "spacs", "small"))
