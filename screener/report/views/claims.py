"""The claims about an event: verdict, what was said, the figures, the window, and who said it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from screener.analysis.model import VERDICTS, Window
from screener.i18n import N_, _, language, name_of, ngettext
from screener.report.blocks import Badge, Key, Line, Page, Section, Span, line
from screener.report.formatting import number, percent, probability, window_name
from screener.report.model import VERDICTS_ON_CLAIMS, Happening, Report
from screener.report.rows import news, rows_of
from screener.report.views import head, notes

if TYPE_CHECKING:
    import pandas as pd

_EXCEPTIONS = 6
"""Stocks that did otherwise and are named; `stocks.csv` has every stock."""
_INDENT = 4
_BADGES: Mapping[str, Badge] = {
    "consistent": "good",
    "partly consistent": "partly",
    "not consistent": "bad",
    "no data": "none",
    "not testable": "none",
}
_LACKS = {
    "window": N_("the prices do not cover sessions {window}"),
    "return": N_("the stock has no return over the window"),
    "members": N_("too few of the stocks have a return"),
    "abnormal": N_("too few of the stocks have an abnormal return"),
    "cap": N_("the source provides no market capitalisation"),
    "closes": N_("the mix of after-market and regular closes alone could cause the difference"),
}
_BEYOND = {
    "recovered": (N_("nothing recovered; it fell further"), N_("fall fully recovered, and more")),
    "given_back": (N_("nothing given back; it rose further"), N_("rise fully given back, and more")),
}
"""What is said instead of a share below 0, and above 1; the two figures that it is of follow."""
_FIGURES = {
    "return": N_("{of} {value}%"),
    "but": N_("{of} {value}%"),
    "mean": N_("{of}{at} mean {value}%"),
    "mean_cw": N_("{of}{at} cap-weighted mean {value}%"),
    "median": N_("{of}{at} median {value}%"),
    "caar": N_("{of}{at} CAAR {value}%"),
    "up": N_("{k} of {n} rose ({of})"),
    "down": N_("{k} of {n} fell ({of})"),
    "difference": N_("difference {value} pp"),
    "rank_best": N_("rank {k} of {n} sectors from the top"),
    "rank_worst": N_("rank {k} of {n} sectors from the bottom"),
    "recovered": N_("{share}% of the fall recovered"),
    "given_back": N_("{share}% of the rise given back"),
    "cap": N_("market capitalisation of {of}: ₩{trillion} tn"),
    "ratio": N_("₩{stated} tn is {ratio} times that"),
    "peer": N_("{of} {value}%"),
    "known": N_("{k} of {n} known ({of})"),
}


def claims_page(report: Report, *, full: bool = False) -> Page:
    """Every claim about the event of `report`; those that prices cannot test in one line, or if `full` one by one."""
    title = f"{_('{event}: claims checked against prices', event=name_of(report.event.name))} · "
    title += _("through the close of {as_of}", as_of=report.as_of)
    claims = rows_of(report.frames.claims)
    if not claims:
        return Page(title, (line(_("No claims are configured for this event: add them to claims.toml.")),), ())
    counts = Counter(claim.verdict for claim in claims)
    lines = [*head.closes(report), _counted(counts), *head.provenance_lines(report)]
    if report.provenance.study:
        text = _(
            "A verdict says whether prices moved as claimed, not why. p: rank of the abnormal return of the same "
            "stocks and window among ordinary sessions, for this claim alone."
        )
        lines.append(line(text, "dim"))
    return Page.of(title, lines, _sections(claims, report, full=full))


def _counted(counts: Mapping[str, int]) -> Line:
    """How many claims have each verdict."""
    spans: list[Span] = []
    for name in VERDICTS:
        if counts[name]:
            text = _("{n} {verdict}", n=counts[name], verdict=_(VERDICTS_ON_CLAIMS[name]))
            spans += [Span(", ")] * bool(spans) + [Span(text, badge=_BADGES[name])]
    return Line(tuple(spans))


def claim_texts(claims: pd.DataFrame, report: Report) -> dict[str, list[str]]:
    """What files say of `claims` in the language of the process, by column."""
    rows = rows_of(claims)
    return {
        "said": [_text(row, "said") for row in rows],
        "by": ["; ".join(_text(row, "by")) for row in rows],
        "figures": ["; ".join(_figures(row, report)) for row in rows],
        "reason": [_reason(row) for row in rows],
        "against": ["; ".join(id_ or f"{said} ({by})" for id_, said, by in _others(row, report)) for row in rows],
        "confounders": ["; ".join(news(_confounders(row, report))) for row in rows],
    }


def _sections(claims: list[Any], report: Report, *, full: bool) -> Iterator[Section]:
    for claim in claims:
        if claim.kind:
            yield Section(claim.id, "", tuple(_claim(claim, report)))
    happenings = dict.fromkeys(happening for claim in claims for happening in _confounders(claim, report))
    others = news(sorted(happenings, key=lambda happening: happening.day))
    yield Section(Key.CONFOUNDERS, _("Other news in these windows"), tuple(map(line, others)))
    untested = [claim for claim in claims if not claim.kind]
    if full:
        lines = tuple(line for claim in untested for line in _claim(claim, report))
        yield Section(Key.UNTESTED, _("Not testable with prices of the exchange"), lines)
    elif untested:
        text = ngettext(
            "{n} claim cannot be tested with prices of the exchange ({named}): --full shows it with the reason",
            "{n} claims cannot be tested with prices of the exchange ({named}): --full shows them with the reasons",
            len(untested),
            named=", ".join(claim.id for claim in untested),
        )
        yield Section(Key.UNTESTED, "", (line(text),))


def _claim(claim: Any, report: Report) -> Iterator[Line]:
    badge = _BADGES[claim.verdict]
    verdict = [Span(f"{_(VERDICTS_ON_CLAIMS[claim.verdict])}  ", strong=True, badge=badge)] if claim.kind else []
    yield Line((*verdict, Span(f"{claim.id}  "), Span(_text(claim, "said"))))
    place = " · ".join(filter(None, (_window(claim, report), _by(claim))))
    lines = ["; ".join(_figures(claim, report)), _significance(claim), place]
    for identifier, said, by in _others(claim, report):
        lines.append(_("conflicts with: {said} ({by})", said=f"{identifier}  {said}" if identifier else said, by=by))
    if why := _reason(claim):
        lines.append(_(N_("note: {why}") if claim.kind and not claim.lacks else N_("reason: {why}"), why=why))
    if days := ", ".join(str(happening.day) for happening in _confounders(claim, report)):
        lines.append(_("other news: {days}", days=days))
    yield from (line(text, indent=_INDENT) for text in lines if text)


def _text(claim: Any, column: str) -> Any:
    """What a column of both languages holds in that of the process: text, '' where there is none, or a tuple."""
    return getattr(claim, f"{column}_{language()}") or ""


def _by(claim: Any) -> str:
    by = "; ".join(_text(claim, "by"))
    message = N_("by {by}, {day}") if claim.date and str(claim.date) not in by else N_("by {by}")
    return _(message, by=by, day=claim.date)


def _significance(claim: Any) -> str:
    """The abnormal return that the claim is about, and how it ranks among ordinary sessions; '' where it has none."""
    if not math.isfinite(claim.caar_ew):
        return ""
    moved = _(
        N_("abnormal return difference {caar} pp") if claim.kind == "versus" else N_("abnormal return {caar}%"),
        caar=percent(claim.caar_ew),
    )
    days = int(claim.placebo_n) - 1
    if not math.isfinite(claim.placebo_p):
        return _("{moved}; cannot be tested: {sessions}", moved=moved, sessions=notes.ordinary_sessions(days))
    return ngettext(
        "{moved}, p {p}: as extreme on {before} of {n} ordinary session",
        "{moved}, p {p}: as extreme on {before} of {n} ordinary sessions",
        days,
        moved=moved,
        p=probability(claim.placebo_p),
        before=int(claim.placebo_rank) - 1,
    )


def _figures(claim: Any, report: Report) -> list[str]:
    """The figures of a verdict, each with what it is of; the exceptions to it in one."""
    frame = report.frames.figures
    rows = rows_of(frame[frame["id"] == claim.id])
    lines: list[str] = []
    for are_exceptions, group in groupby(rows, key=lambda row: row.what == "but"):
        texts = [_figure(row) for row in group]
        if are_exceptions:
            texts = [notes.first(_EXCEPTIONS, texts, N_("except: {named}"), N_("except: {named}, and {n} more"))]
        lines += texts
    return lines


def _figure(row: Any) -> str:
    name, message = _text(row, "of"), _FIGURES[row.what]
    if row.what in _BEYOND and not 0 <= row.value <= 1:
        message = _BEYOND[row.what][row.value > 1]
    return _(
        message,
        of=f"{name} *" if row.post_hoc else name,
        at="" if math.isnan(row.window_start) else f" {window_name(row.window_start, row.window_end)}",
        value=percent(row.value),
        share=number(row.value * 100, 0),
        n=row.n,
        k=round(row.value * row.n if row.what in ("up", "down") else row.value),
        trillion=number(row.value, 1),
        ratio=number(row.value, 2),
        stated=f"{row.stated:g}",
    )


def _window(claim: Any, report: Report) -> str:
    """The window of a claim with its days; '' where it has none."""
    if claim.kind == "ratio":
        return _("close of the base day, {base}", base=report.event.base)
    if claim.end is None:
        return ""
    window = _window_of(claim)
    name = head.window_with_days(window)
    return f"{name}, {claim.end}" if window.last == window.first == 0 else name


def _window_of(claim: Any) -> Window:
    return Window(int(claim.window_start), int(claim.window_end), claim.base, claim.start, claim.end)


def _reason(claim: Any) -> str:
    """Why there is no verdict, or what it does not carry; '' where there is nothing to say."""
    if not claim.lacks:
        return str(_text(claim, "reason"))
    known = not math.isnan(claim.window_start)
    return _(_LACKS[claim.lacks], window=window_name(claim.window_start, claim.window_end) if known else None)


def _confounders(claim: Any, report: Report) -> list[Happening]:
    return report.confounders(_window_of(claim)) if claim.end is not None and not claim.lacks else []


def _others(claim: Any, report: Report) -> Iterator[tuple[str, str, str]]:
    """Those who say otherwise: id ('' if it is no claim of its own), what, and who."""
    for other in rows_of(report.frames.claims):
        if other.id == claim.against or (other.against == claim.id and other.id != claim.id):
            yield other.id, _text(other, "said"), _by(other)
    if others := _text(claim, "otherwise_by"):
        yield "", _text(claim, "otherwise"), _("by {by}", by="; ".join(others))
