"""Every message has its Korean, with the same values in it, and nothing is said past the catalogue."""

from __future__ import annotations

import errno
import os
import re
import string
from collections import Counter

import pytest

from screener.cli.speaking import paragraphs
from screener.krx.tables import FLOWS, INDUSTRIES
from screener.words.messages import KO, PARTS
from screener.words.messages.doctor import CHECKS
from screener.words.messages.help import HELP
from screener.words.messages.settings import PYDANTIC, TOMLLIB
from screener.words.messages.system import SYSTEM
from tests.words import source

SAID = source.said()
HANGUL = re.compile(r"[가-힣]")
SAME = {
    "{ticker} on {day}",
    "{ticker} from {first} to {last}",
    "{source}: {figures} of {day}",
    "1 to {count}",
    " and ",
}
"""Messages whose Korean is values and signs alone."""
PLAIN = {
    "`screener sync`",
    "screener %(version)s",
    "screener sync && screener report",
    "store repair",
    "sync --source {}",
    "{} and {} more",
    "Fictional {} {}",
    "Simulated event",
    "Other simulated news",
    "Falls, and stays down",
    "Jumps, and gives most back",
    "Jumps, and ends lower",
    "Falls, and goes on",
    "Rises only later",
    "Falls on other news",
    "Nothing happens",
    "Halts, a split, a limit, listings",
    "no clear effect",
    "bold reverse",
    "daily: repair",
    "{} daily exit {}: {}",
    "# screener daily: 18:30 Asia/Seoul, Monday to Friday",
    "systemctl --user daemon-reload && systemctl --user enable --now {}.timer",
}
"""Commands, names that stand beside their Korean ones, keys and looks."""
NOT_FOR_USERS = {
    "there is always a way without an account",
    "module 'screener' has no attribute {}",
    "a simulated market needs neither store nor exchange",
    "write, settle and repair belong inside `with store.writing(...)`",
}
"""Mistakes of whoever changes the code."""
FOREIGN = re.compile(
    r"Mozilla|TZ=Asia/Seoul|/15 \* \* \*|Read timed out|doctype|non-JSON|unexpected KRX|pa\.Array|style-src|default-src|@media|\\d|\\w|\(\.\*"
)
"""What other programs say or read, and patterns for it."""
CLASSES = re.compile(r"[a-z]+( [a-z-]+)+( ?\{\})?")
"""Of marks in a drawing, for its style sheet."""


def places(text: str) -> Counter[tuple[str | None, ...]]:
    """What is filled in: name, format and conversion of each place."""
    return Counter(
        (name, form, conversion) for _, name, form, conversion in string.Formatter().parse(text) if name is not None
    )


def test_every_message_has_korean_with_the_same_places() -> None:
    assert {one.message for one in SAID} - KO.keys() == set()
    differ = {text: ko for text, ko in KO.items() if text not in PYDANTIC and set(places(text)) != set(places(ko))}
    assert differ == {}


def test_every_message_is_filled_with_what_it_holds() -> None:
    wrong = {one.where: one.message for one in SAID if one.values != {name for name, *_ in places(one.message)}}
    assert wrong == {}


def test_no_message_stands_in_two_parts() -> None:
    assert [text for text, count in Counter(text for part in PARTS for text in part).items() if count > 1] == []


def test_every_entry_is_used() -> None:
    passed_on = {*source.arguments("told", 1), FLOWS.name, INDUSTRIES.name}
    by_other_means = {**HELP, **CHECKS, **SYSTEM, **TOMLLIB, **PYDANTIC}  # each has its own test
    assert KO.keys() - {one.message for one in SAID} - passed_on - by_other_means.keys() == set()
    assert passed_on <= KO.keys()


def test_korean_is_korean() -> None:
    assert {text for text, ko in KO.items() if not HANGUL.search(ko)} == SAME


@pytest.mark.parametrize("part", PARTS)
def test_no_english_sentence_is_left_in_korean(part: dict[str, str]) -> None:
    bare = {text: re.sub(r"`[^`]*`|\{[^}]*\}|screener [a-z -]+|pip install \S+", "", ko) for text, ko in part.items()}
    assert {text: ko for text, ko in bare.items() if re.search(r"\b[a-z]{2,} [a-z]{2,} [a-z]{2,}\b", ko)} == {}


def test_what_to_do_stays_the_last_part() -> None:
    """The doctor takes a message apart at its last colon."""
    spoken = {text: ko for text, ko in KO.items() if text not in HELP}
    assert {text: ko for text, ko in spoken.items() if ": " in text.strip(": ") and ": " not in ko} == {}


def test_nothing_is_said_past_the_catalogue() -> None:
    known = PLAIN | NOT_FOR_USERS | KO.keys()
    unsaid = [
        (where, text)
        for where, text in source.unsaid()
        if text not in known and not FOREIGN.search(text) and not set(paragraphs(text)) <= KO.keys()
        if not (where.startswith("report/charts/") and CLASSES.fullmatch(text))
    ]
    assert unsaid == []


def test_walker_sees_what_it_must() -> None:
    """The tests above prove nothing if the walk finds nothing."""
    assert len(SAID) > 300
    assert "{path}:{line}: not UTF-8 text: save the file as UTF-8" in {one.message for one in SAID}
    assert "there is always a way without an account" in {text for _, text in source.unsaid()}


def test_system_messages_are_the_systems() -> None:
    own = {"there is no stdout to write to"}
    assert SYSTEM.keys() - own <= {os.strerror(number) for number in errno.errorcode}
    assert own <= {text for _, text in source.unsaid()}
