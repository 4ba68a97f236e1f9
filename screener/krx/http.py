"""The HTTP session that pykrx is given: its requests go through a `Client`, and every answer is looked at first."""

from __future__ import annotations

import ssl
from contextlib import suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urljoin, urlsplit
from xml.etree import ElementTree

import requests

from screener.decoding import from_json
from screener.errors import NetworkError
from screener.i18n import _
from screener.krx.client import CLOCK_TOLERANCE, PIECE, Client, RefusalError, TemporaryError, load_bundle, taken_whole
from screener.krx.hours import KST

KRX = "data.krx.co.kr"
NAVER = "fchart.stock.naver.com"
LOGIN_URL = f"https://{KRX}"
_LOGIN_PAGES = "/contents/MDC/COMS/client/"
_LOGIN_POST = "MDCCOMS001D1.cmd"
_AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)
_REFUSED = (401, 403, 429)


class LoggedOutError(Exception):
    """KRX has ended the session."""


class Transport(requests.Session):
    """Cookies go only to the host that they came from, and a login nowhere but to KRX."""

    def __init__(self, client: Client, *, any_clock: bool = False) -> None:
        """Send requests through `client`.

        Args:
            client: the way out.
            any_clock: whether the answers are of use although this machine's clock is wrong.
        """
        super().__init__()
        # requests fails with an error of its own over a bundle that is missing.
        load_bundle(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self.max_redirects = 3
        # What the environment says of proxies and certificates counts, but .netrc is read for no host.
        self.auth = lambda asked: asked
        self.hooks["response"].append(_take)
        self.logged_in = False
        self.login_code = ""
        """What KRX last answered to a login."""
        self._client = client
        self._any_clock = any_clock
        self._compared: set[str] = set()
        """Hosts whose clock was compared with this machine's."""

    def request(  # type: ignore[override]  # pykrx and its login pass everything else by name
        self, method: str | bytes, url: str | bytes, **options: Any
    ) -> requests.Response:
        """Send one request, and hand back its answer if it is one."""
        address = urlsplit(url if isinstance(url, str) else url.decode())
        host = address.hostname or ""
        headers = {"User-Agent": _AGENT, **(options.pop("headers", None) or {})}
        headers.pop("Cookie", None)
        login = address.path.endswith(_LOGIN_POST)
        # A redirect of a data page leads to an error page, or to plain http; one of the login would take it along.
        options["stream"] = True  # `_take` reads the answer, before anything else does
        options["allow_redirects"] = host == NAVER or (address.path.startswith(_LOGIN_PAGES) and not login)
        timeouts, asked = self._client.timeouts, _asked(address, options)

        def send(seconds: float) -> requests.Response:
            options["timeout"] = min(timeouts.connect, seconds), min(timeouts.read, seconds)
            try:
                answer = super(Transport, self).request(method, url, headers=headers, **options)
            except requests.exceptions.TooManyRedirects:
                raise RefusalError(_("too many redirects")) from None
            except requests.RequestException as error:
                raise TemporaryError(_why(error)) from None
            _look_at(answer, host, address.path, str(asked.get("symbol", "")))
            self._compare_clocks(answer, host)
            return answer

        # A login that got no answer may have been counted all the same, and KRX locks accounts.
        answer = self._client.ask(host, _name(asked) or address.path.rsplit("/", 1)[-1], send, once=login)
        if login:
            self.login_code = _login_code(answer)
        return answer

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:  # noqa: ARG002 - what requests calls
        """A redirect takes no password along, and finds none in .netrc."""
        prepared_request.headers.pop("Authorization", None)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Where a redirect leads, as long as it stays with its host."""
        target = super().get_redirect_target(resp)
        if target is None:
            return None
        asked, leads = urlsplit(resp.url), urlsplit(urljoin(resp.url, target))
        if asked.hostname == NAVER and leads.hostname != NAVER:
            # Over plain http any network can answer in Naver's place: one that wants a login of its own does.
            raise TemporaryError(_("the network redirects to {place}", place=leads.netloc or _("another page")))
        if asked.hostname == KRX and (leads.scheme, leads.netloc) != ("https", KRX):
            raise RefusalError(_("a redirect to {place}", place=f"{leads.scheme}://{leads.netloc}"))
        return target

    def _compare_clocks(self, answer: requests.Response, host: str) -> None:
        """Figures count as final by this machine's clock: one that is wrong would make a price of noon a close."""
        theirs, ours = _answered_at(answer), self._client.breaker.now()
        if self._any_clock or theirs is None or host in self._compared:
            return
        if abs(ours - theirs) > CLOCK_TOLERANCE:
            raise NetworkError(
                "the clock of this machine shows {ours:%Y-%m-%d %H:%M} KST, that of the exchange ({host}) "
                "{theirs:%Y-%m-%d %H:%M}",
                hint="set it",
                ours=ours.astimezone(KST),
                host=host,
                theirs=theirs,
            )
        self._compared.add(host)


def _take(answer: requests.Response, **_options: Any) -> None:
    """Read the body of an answer, also of one that redirects, as far as an answer may go."""
    with answer:
        if "," in answer.headers.get("Content-Encoding", ""):
            raise TemporaryError(_("its answer could not be unpacked"))  # a bomb within a bomb
        answer._content = taken_whole(answer.iter_content(PIECE), urlsplit(answer.url).hostname or "")
    # A charset that Python has is not always one of texts: idna, undefined.
    try:
        answer.content.decode(answer.encoding or "utf-8", "replace")
    except (LookupError, ValueError):
        raise TemporaryError(_("an answer in an unknown charset")) from None


def _answered_at(answer: requests.Response) -> datetime | None:
    """When its host says that it answered, KST; None if it does not say."""
    with suppress(KeyError, ValueError, TypeError, ArithmeticError):
        return parsedate_to_datetime(answer.headers["Date"]).astimezone(KST)
    return None


def _asked(address: SplitResult, options: dict[str, Any]) -> dict[str, Any]:
    return {**dict(parse_qsl(address.query)), **(options.get("params") or {}), **(options.get("data") or {})}


def _name(asked: dict[str, Any]) -> str:
    """What is asked for, without anything of a login."""
    page = str(asked.get("bld", "")).rsplit("/", 1)[-1]
    return " ".join(part for part in (page, str(asked.get("symbol", asked.get("trdDd", "")))) if part)


def _why(error: requests.RequestException) -> str:
    """A failed request in a few words; the library's own would name objects and their addresses."""
    text = str(error)
    for sign, words in (
        ("NameResolution", _("its name could not be resolved")),
        ("resolve", _("its name could not be resolved")),
        ("refused", _("connection refused")),
        ("unreachable", _("the network is unreachable")),
        ("ConnectTimeout", _("connection timed out")),
        ("CERTIFICATE", _("its certificate is not trusted")),
        ("Read timed out", _("response timed out")),
        ("ContentDecoding", _("its answer could not be unpacked")),
        ("decode", _("its answer could not be unpacked")),
        ("InvalidHeader", _("the headers of its answer are not valid")),
    ):
        if sign in text or sign in type(error).__name__:
            return words
    return _("the connection was dropped")


def _login_code(answer: requests.Response) -> str:
    content = from_json(answer.content)
    code = content.get("_error_code") if isinstance(content, dict) else None
    if not isinstance(code, str):
        raise NetworkError(
            "{host}: the answer to the login has an unknown format",
            hint="try again later, or update the screener",
            host=KRX,
        )
    return code


def _look_at(answer: requests.Response, host: str, path: str, symbol: str) -> None:
    """Nothing, if the answer is what its host gives to those it serves; `symbol` is the ticker that was asked for."""
    status, text = answer.status_code, answer.text
    if host == KRX and status == 400 and "LOGOUT" in text[:200] and not path.startswith(_LOGIN_PAGES):
        raise LoggedOutError
    if status in _REFUSED:
        raise RefusalError(_("status {status}", status=status))
    if status >= 500:
        raise TemporaryError(_("status {status}", status=status))
    if status >= 300:
        if answer.is_redirect:
            place = urlsplit(answer.headers["location"]).netloc or _("another page")
            raise RefusalError(_("a redirect to {place}", place=place))
        raise NetworkError(
            "{host}: status {status} for {path}",
            hint="check for a newer screener that supports the new address",
            host=host,
            status=status,
            path=path,
        )
    page = path.startswith(_LOGIN_PAGES) and not path.endswith(_LOGIN_POST)
    if page:
        return
    if text.lstrip("\ufeff \r\n\t")[:14].lower().startswith(("<!doctype html", "<html", "<head", "<script")):
        raise RefusalError(_("a web page instead of data"))
    try:
        if host == NAVER:
            # It is parsed so by pykrx anyway; expat resolves nothing outside.
            _is_of(symbol, ElementTree.fromstring(text))  # noqa: S314
        else:
            content = from_json(answer.content.decode(errors="replace"))
            answer.json = lambda **_options: content  # type: ignore[method-assign]  # pykrx takes what was looked at
    except (ElementTree.ParseError, ValueError):
        if not text.strip():
            raise TemporaryError(_("an empty answer")) from None
        raise TemporaryError(_("a truncated answer")) from None
    if host == KRX:  # Naver's names are not used, and may hold more than its charset does
        try:
            answer.content.decode()
        except UnicodeDecodeError:
            raise TemporaryError(_("an answer in a charset other than the declared one")) from None


def _is_of(symbol: str, root: ElementTree.Element) -> None:
    """Nothing, if the prices are those of the ticker that was asked for."""
    chart = root.find("chartdata")
    if chart is not None and chart.find("item") is not None and chart.get("symbol") != symbol:
        raise NetworkError(
            "{host} returns the prices of {other} for {symbol}",
            hint="they were not stored; try again later",
            host=NAVER,
            other=chart.get("symbol"),
            symbol=symbol,
        )


_PAGES = {
    KRX: f"{LOGIN_URL}/contents/MDC/COMS/client/MDCCOMS001.cmd",
    NAVER: f"http://{NAVER}/sise.nhn?symbol=005930&timeframe=day&count=1&requestType=0",
}


def ping(host: str, client: Client) -> datetime | None:
    """Ask KRX for its login page, or Naver for one price; returns the answer's time, KST, or None if it has none.

    Raises:
        BlockedError: the host refuses this machine, now or since earlier.
        NetworkError: it could not be reached, or did not answer in time.
    """
    with Transport(client, any_clock=True) as transport:
        return _answered_at(transport.request("GET", _PAGES[host]))
