"""Headers of an answer that anything has happened to, before a body that is right."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from screener.errors import ScreenerError
from tests.fuzz.mutations import LETTERS, mutated
from tests.fuzz.test_wire import HISTORY, SESSION, assert_one_line
from tests.outside.answers import JSON, LET_IN, asked

KNOWN = {
    "Content_Type": "text/xml; charset=euc-kr",
    "Content_Length": "100",
    "Content_Encoding": "gzip",
    "Transfer_Encoding": "chunked",
    "Date": "Mon, 10 Feb 2025 09:30:00 GMT",
    "Location": "http://fchart.stock.naver.com/sise.nhn?symbol=005930",
    "Set_Cookie": "JSESSIONID=1; Path=/; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
    "Retry_After": "120",
}
WORDS = [*KNOWN.values(), "text/xml; charset=idna", "text/xml; charset=undefined", "http://[::1", "https://a..b/", "//"]


@settings(deadline=None)
@given(st.data(), st.booleans(), st.sampled_from([200, 204, 301, 302, 303, 307, 400, 403, 404, 500, 599, 999]))
def test_the_answer_is_understood_or_refused(data: st.DataObject, keyless: bool, status: int) -> None:
    value = st.one_of(st.sampled_from(WORDS).flatmap(mutated), st.text(LETTERS, max_size=20))
    headers = data.draw(st.dictionaries(st.sampled_from(sorted(KNOWN)), value, max_size=4))
    body = HISTORY.encode("euc-kr") if keyless else SESSION.encode()
    headers.setdefault("Content_Type", KNOWN["Content_Type"] if keyless else JSON)
    try:
        asked(body, status, LET_IN, keyless=keyless, **headers)(Path())
    except ScreenerError as error:
        assert_one_line(error)
