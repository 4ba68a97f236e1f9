"""The claims: verdict first, then what was said, the figures, the window, and who said it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screener.analysis.claims import VERDICTS, Checked
from screener.i18n import N_, _, language
from screener.report import claims
from screener.report.blocks import Line, Page, Section, Span, line
from screener.report.model import Report
from screener.report.pages import head

_INDENT = 4


VERDICT_NAMES = {
    "confirmed": N_("confirmed"),
    "partly": N_("partly"),
    "contradicted": N_("contradicted"),
    "no data": N_("no data"),
    "not testable here": N_("not testable here"),
}


def claims_page(report: Report) -> Page:
    """Every claim about the event of `report`, those that prices cannot test at the end."""
    title = f"{_('{event}: what was claimed, and what prices say', event=report.event.name.in_(language()))} · "
    title += _("through the close of {as_of}", as_of=report.as_of)
    if not report.claims:
        return Page(title, (line(_("No claim about this event is configured: write them into claims.toml.")),), ())
    page = _Claims(report)
    return Page(title, (line(page.count()), *head.provenance(report)), tuple(page.sections()))


@dataclass(frozen=True)
class _Claims:
    report: Report

    def sections(self) -> Iterator[Section]:
        report = self.report
        for one in report.claims:
            if one.claim.test:
                yield Section(one.id, "", tuple(self._claim(one)))
        others = {one: None for checked in report.claims for one in claims.confounders(checked, report)}
        if lines := [f"{one.day} {one.what.in_(language())}" for one in sorted(others, key=lambda one: one.day)]:
            yield Section("confounders", _("What else moved prices in these windows"), tuple(map(line, lines)))
        untested = [line for one in report.claims if not one.claim.test for line in self._claim(one)]
        if untested:
            yield Section("untested", _("Not testable on prices of the exchange"), tuple(untested))

    def count(self) -> str:
        counts = {verdict: sum(one.verdict == verdict for one in self.report.claims) for verdict in VERDICTS}
        return ", ".join(
            _("{n} {verdict}", n=n, verdict=_(VERDICT_NAMES[verdict])) for verdict, n in counts.items() if n
        )

    def _claim(self, one: Checked) -> Iterator[Line]:
        report = self.report
        verdict = [Span(f"{_(VERDICT_NAMES[one.verdict])}  ", strong=True)] if one.claim.test else []
        yield Line((*verdict, Span(f"{one.id}  "), Span(claims.said(one.claim.said))))
        figures, window = claims.figures(one, report), claims.window(one, report)
        lines = ["; ".join(figures), " · ".join([*([window] if window else []), claims.by(one.claim)])]
        for name, what, who in claims.others(one, report):
            lines.append(f"{_('otherwise')}: {f'{name}  ' if name else ''}{what} ({who})")
        if reason := claims.reason(one):
            tested = one.claim.test and not one.lacks
            lines.append(f"{_('note' if tested else 'why')}: {reason}")
        if days := [str(other.day) for other in claims.confounders(one, report)]:
            lines.append(f"{_('other news')}: {', '.join(days)}")
        yield from (line(text, indent=_INDENT) for text in lines if text)
