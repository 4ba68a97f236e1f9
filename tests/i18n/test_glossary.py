"""The texts follow docs/glossary.md, and the style that goes with it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from babel.messages.pofile import read_po

from screener.columns.korean import HEADERS, TABLES
from tests.conftest import ROOT
from tests.i18n.catalogue import PO

_ENTRIES = [entry for entry in read_po(io.BytesIO(PO.read_bytes()), locale="ko") if entry.id]
_ROWS = [
    [cell.strip() for cell in line.strip("|\n").split("|")]
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| .*[가-힣]", line)
]


def _forms(text: Any) -> tuple[str, ...]:
    return text if isinstance(text, tuple) else (text,)


KOREAN = [*(form for entry in _ENTRIES for form in _forms(entry.string)), *HEADERS.values(), *TABLES.values()]
ENGLISH = [form for entry in _ENTRIES for form in _forms(entry.id)]


@pytest.mark.parametrize("row", _ROWS, ids=[row[0] for row in _ROWS])
def test_a_term_is_the_one_used(row: list[str]) -> None:
    korean, _english, _meaning, _shown, variants = row
    assert any(korean in text for text in KOREAN)
    for variant in variants.split(", "):
        assert [text for text in KOREAN if variant in text] == []


def test_windows_and_intervals_share_no_word() -> None:
    assert [text for text in KOREAN if re.search(r"(?<!신뢰)구간", text)] == []
    assert [text for text in ENGLISH if re.search(r"(?<!confidence )\binterval", text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"[하보]세요|[해돼]요\b",  # 합쇼체 everywhere
        r"[을은이가]\([를는가이]\)|\(으\)로",  # the sentence is built so that no particle depends on what is filled in
        r"\d %",  # one spacing: 5%
    ],
)
def test_style_of_korean(pattern: str) -> None:
    assert [text for text in KOREAN if re.search(pattern, text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"[\d}] %",  # one spacing: 5%
        r"\bis no (date|ticker|window|id|model|range|group)\b",
        r"\bstands? twice\b",
        r"\banew\b",
        r"\bmend(s|ed)?\b",
        r"\bexclude each other\b",
        r"\bto compare, not to believe\b",
    ],
)
def test_style_of_english(pattern: str) -> None:
    assert [text for text in ENGLISH if re.search(pattern, text)] == []
