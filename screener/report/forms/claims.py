"""claims.csv: what was said about the event, and what prices say to it."""

from __future__ import annotations

from screener.analysis.claims import VERDICTS, Checked
from screener.i18n import language
from screener.report import claims
from screener.report.columns import Column, Form, Unit
from screener.report.forms.common import FIRST, LAST
from screener.report.model import Happening, Report

_NO_WINDOW = "prices of the exchange cannot test it, or it is about the base alone"
_NO_VALUE = "prices cannot test it, or those that would are not there"


def _against(row: Checked, report: Report) -> str:
    return "; ".join(name or f"{what} ({who})" for name, what, who in claims.others(row, report))


def _confounders(row: Checked, report: Report) -> str:
    def told(one: Happening) -> str:
        return f"{one.day} {one.what.in_(language())}"

    return "; ".join(map(told, claims.confounders(row, report)))


CLAIMS = Form(
    "claims",
    "One claim about the event.",
    (
        *FIRST,
        Column("id", Unit.NAME, "Id of the claim."),
        Column("said", Unit.TEXT, "What was said.", value=lambda row, _report: claims.said(row.claim.said)),
        Column("by", Unit.TEXT, "The articles that said it.", value=lambda row, *_: "; ".join(row.claim.by)),
        Column("date", Unit.DATE, "Day on which it was said.", "the day is not known", "claim.date"),
        Column(
            "kind",
            Unit.TEXT,
            "Its test: change, group, rank, versus, path, ratio or analogue.",
            "prices of the exchange cannot test it",
            lambda row, *_: row.claim.test and row.claim.test.kind,
        ),
        Column(
            "window_start",
            Unit.TAU,
            "First session of its window.",
            _NO_WINDOW,
            lambda row, *_: row.window and row.window.first,
        ),
        Column(
            "window_end",
            Unit.TAU,
            "Last session of its window.",
            _NO_WINDOW,
            lambda row, *_: row.window and row.window.last,
        ),
        Column("verdict", Unit.TEXT, f"{', '.join(VERDICTS[:-1])} or {VERDICTS[-1]}."),
        Column(
            "figures",
            Unit.TEXT,
            "The figures that the verdict rests on, in words.",
            "there are none",
            lambda row, report: "; ".join(claims.figures(row, report)),
        ),
        Column(
            "reason",
            Unit.TEXT,
            "Why there is no verdict, or what the verdict does not carry.",
            "there is nothing to add",
            lambda row, _report: claims.reason(row),
        ),
        Column("against", Unit.TEXT, "Claims that say otherwise, by id or in words.", "none does", _against),
        Column("value", Unit.SEE_UNIT, "The figure under test.", _NO_VALUE),
        Column("unit", Unit.TEXT, "What value is: return (decimal), share, rank or ratio.", _NO_VALUE),
        Column(
            "confounders",
            Unit.TEXT,
            "What else moved prices during its window, each with its day.",
            "nothing is known to have",
            _confounders,
        ),
        *LAST,
    ),
)
