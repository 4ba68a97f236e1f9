"""Messages in Korean, by their English text, in parts by the room that writes them.

A template has the same placeholders in both languages; where a message ends in ": what to do", so does the Korean one.
"""

from __future__ import annotations

from screener.words.messages.commands import COMMANDS
from screener.words.messages.daily import DAILY
from screener.words.messages.doctor import CHECKS, DOCTOR
from screener.words.messages.exchange import EXCHANGE
from screener.words.messages.help import HELP
from screener.words.messages.prices import PRICES
from screener.words.messages.reports import REPORTS
from screener.words.messages.settings import PYDANTIC, SETTINGS, TOMLLIB
from screener.words.messages.store import STORE
from screener.words.messages.sync import SYNC
from screener.words.messages.system import SYSTEM

PARTS = (
    COMMANDS,
    DAILY,
    HELP,
    SETTINGS,
    TOMLLIB,
    PYDANTIC,
    PRICES,
    STORE,
    EXCHANGE,
    SYNC,
    REPORTS,
    DOCTOR,
    CHECKS,
    SYSTEM,
)
KO: dict[str, str] = {english: korean for part in PARTS for english, korean in part.items()}
