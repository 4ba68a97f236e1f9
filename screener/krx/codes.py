"""The code of a stock, and the ways in which people and programs write it."""

from __future__ import annotations

import re

TICKER = re.compile(r"[0-9A-Z]{6}")
"""Six characters; since 2024 KRX gives out codes with letters."""
_CODE = r"\d[0-9A-Z]{5}"  # such as 000660 or 0126Z0
_WRITTEN = re.compile(
    rf"""(?:KRX|KOSPI|KOSDAQ|KONEX|KS|KQ)?:?      # KRX:000660
         (?:A(?={_CODE}(?:\.|$)))?                # A000660, of Korean trading systems
         (?P<code>{_CODE})
         (?:\.(?:KS|KQ|KN|KR|KRX))?               # 000660.KS, of yfinance and Reuters""",
    re.VERBOSE,
)
_ISIN = re.compile(rf"KR7(?P<code>{_CODE})\d{{3}}")
_NUMBER = re.compile(r"(?P<code>\d{1,6})(?:\.0*)?")


def code_of(written: str) -> str | None:
    """The six characters of a code; None where `written` is none.

    Understood are 000660, A000660, KRX:000660, 000660.KS, the ISIN KR7000660001, and what a spreadsheet leaves of a
    code: '000660, ="000660", 660 and 660.0.
    """
    text = written.strip().upper().removeprefix("=").strip("'\"").strip()
    for form in (_WRITTEN, _ISIN, _NUMBER):
        if found := form.fullmatch(text):
            return found["code"].zfill(6)
    return None
