"""Columns of claims and of the figures that their verdicts rest on."""

from __future__ import annotations

from screener.columns.column import ADDED, BY_LANGUAGE, Column, TableSpec, Unit
from screener.columns.shared import POST_HOC, confounders, window

_NO_WINDOW = "prices of the exchange cannot test it, or it concerns only the base"
_NO_VALUE = "prices cannot test it, or the prices that could are missing"
_UNTESTED = "there is no verdict on a window, or `model` is empty"
_NO_TEST = f"{_UNTESTED}, or there are too few ordinary sessions"

CLAIMS = TableSpec(
    "claims",
    "One claim about the event.",
    Column("id", Unit.NAME, "Id of the claim."),
    Column("said", Unit.TEXT, "What was said.", suffixes=BY_LANGUAGE),
    Column("by", Unit.TEXT, "The articles that said it: paper, day and title, as far as known.", suffixes=BY_LANGUAGE),
    Column("date", Unit.DATE, "Day on which it was said.", "the day is not known"),
    Column(
        "kind",
        Unit.TEXT,
        "Its test: change, group, rank, versus, path, ratio or analogue.",
        "prices of the exchange cannot test it",
    ),
    *window("its", _NO_WINDOW),
    Column(
        "verdict",
        Unit.TEXT,
        "consistent, partly consistent, not consistent, no data or not testable: whether value is as claimed. It "
        "says nothing about causes or demand, which prices cannot show.",
    ),
    Column("figures", Unit.TEXT, "The figures that the verdict rests on, in words.", "there are none", ADDED),
    Column(
        "reason",
        Unit.TEXT,
        "Why there is no verdict, or what the verdict does not show.",
        "there is nothing to add",
        BY_LANGUAGE,
    ),
    Column("against", Unit.TEXT, "Claims that conflict with it, by id or in words.", "there is none"),
    Column("value", Unit.SEE_UNIT, "The figure under test.", _NO_VALUE),
    Column("unit", Unit.TEXT, "What value is: return (decimal), share, rank or ratio.", _NO_VALUE),
    confounders("its"),
    Column("articles", Unit.TEXT, "Ids of these articles in claims.toml, or their names."),
    Column(
        "caar_ew",
        Unit.RETURN,
        "Mean cumulative abnormal return of the stocks of the claim over its window; of a versus, of a minus b.",
        _UNTESTED,
    ),
    Column("placebo_rank", Unit.COUNT, "Rank of caar_ew among ordinary sessions, 1 = none was as extreme.", _NO_TEST),
    Column("placebo_n", Unit.COUNT, "Number of ordinary sessions, plus 1 for the event.", _UNTESTED),
    Column(
        "placebo_p",
        Unit.PROBABILITY,
        "p of the headline test, for this claim alone: placebo_rank / placebo_n. It says whether that move was "
        "unusual, verdict whether it is as claimed.",
        _NO_TEST,
    ),
    beside=(
        *(Column(name, Unit.DATE) for name in ("base", "start", "end")),
        Column("lacks", Unit.TEXT),
        Column("otherwise", Unit.TEXT, "The claim `against`, which is known by words alone.", suffixes=BY_LANGUAGE),
        Column("otherwise_by", Unit.TEXT, "Tuple of the articles that said it.", suffixes=BY_LANGUAGE),
    ),
)

FIGURES = TableSpec(
    "figures",
    "One figure of one claim, in their order.",
    beside=(
        Column("id", Unit.NAME, "Id of the claim."),
        Column("what", Unit.TEXT),
        Column("value", Unit.SEE_UNIT),
        Column("of", Unit.NAME, "Name of the group, stocks or peer; '' = of nothing.", suffixes=BY_LANGUAGE),
        POST_HOC,
        Column("n", Unit.COUNT),
        *window("its", "it is of the same window as the claim"),
        Column("stated", Unit.SEE_UNIT),
    ),
)
