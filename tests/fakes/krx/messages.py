"""A request to the exchange and its answer, whichever way they travel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

KRX, NAVER, OPENAPI = "data.krx.co.kr", "fchart.stock.naver.com", "data-dbg.krx.co.kr"
HOSTS = (KRX, NAVER, OPENAPI)


@dataclass(frozen=True)
class Request:
    """One request, as it arrived."""

    method: str
    url: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: str = ""

    @property
    def secure(self) -> bool:
        """Whether it came over https."""
        return self.url.startswith("https:")

    @property
    def host(self) -> str:
        """Host asked."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """Path asked, without the query."""
        return urlsplit(self.url).path

    @property
    def query(self) -> dict[str, str]:
        """Fields of the query."""
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))

    @property
    def form(self) -> dict[str, str]:
        """Fields of the posted form."""
        return dict(parse_qsl(self.body, keep_blank_values=True))

    @property
    def bld(self) -> str:
        """Last part of KRX's `bld` field (MDCSTAT01501), the Open API's service, or empty."""
        if self.host == OPENAPI:
            return self.path.rsplit("/", 1)[-1].removesuffix(".json")
        return self.form.get("bld", "").rsplit("/", 1)[-1]

    @property
    def symbol(self) -> str:
        """Ticker asked of Naver, or empty."""
        return self.query.get("symbol", "")

    @property
    def cookies(self) -> dict[str, str]:
        """Cookies sent."""
        return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("cookie", "")).items()}


@dataclass(frozen=True)
class Answer:
    """Status, headers and body."""

    status: int
    body: bytes
    kind: str = "application/json; charset=utf-8"
    """Content-Type."""
    headers: Mapping[str, str] = field(default_factory=dict)


def as_json(content: Any) -> Answer:
    """A JSON answer, Hangul as it is."""
    return Answer(200, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def page(title: str, text: str = "") -> Answer:
    """An HTML page."""
    head = f'<html lang="ko"><head><meta charset="utf-8"><title>{title}</title></head>'
    return Answer(200, f"<!DOCTYPE html>\n{head}<body>{text}</body></html>".encode(), "text/html; charset=utf-8")
