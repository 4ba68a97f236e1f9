"""What the fields of KRX's forms mean, and how it writes a change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

Form = Mapping[str, str]


def sign(moved: float) -> str:
    return "1" if moved > 0 else "2" if moved < 0 else "3"


def to_day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date


def between(days: list[date], form: Form) -> list[int]:
    """Rows from strtDd to endDd, newest first."""
    first, last = to_day(form["strtDd"]), to_day(form["endDd"])
    return [n for n in range(len(days) - 1, -1, -1) if first <= days[n] <= last]
