"""The claims: verdict first, then what was said, the figures, the window, and who said it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from screener.analysis.claims import VERDICTS, Checked
from screener.report import claims
from screener.report.blocks import Line, Page, Section, Span, line
from screener.report.model import Report
from screener.report.pages import head
from screener.words import Words

_INDENT = 4


def claims_page(report: Report, words: Words) -> Page:
    """Every claim about the event of `report`, those that prices cannot test at the end."""
    title = f"{words('claims_title', event=report.event.name.in_(words.language))} · "
    title += words("as_of", as_of=report.as_of)
    if not report.claims:
        return Page(title, (line(words("claims_none")),), ())
    page = _Claims(report, words)
    return Page(title, (line(page.count()), *head.provenance(report, words)), tuple(page.sections()))


@dataclass(frozen=True)
class _Claims:
    report: Report
    words: Words

    def sections(self) -> Iterator[Section]:
        report, words = self.report, self.words
        for one in report.claims:
            if one.claim.test:
                yield Section(one.id, "", tuple(self._claim(one)))
        others = {one: None for checked in report.claims for one in claims.confounders(checked, report)}
        if lines := [f"{one.day} {one.what.in_(words.language)}" for one in sorted(others, key=lambda one: one.day)]:
            yield Section("confounders", words("confounders"), tuple(map(line, lines)))
        untested = [line for one in report.claims if not one.claim.test for line in self._claim(one)]
        if untested:
            yield Section("untested", words("claims_untested"), tuple(untested))

    def count(self) -> str:
        counts = {verdict: sum(one.verdict == verdict for one in self.report.claims) for verdict in VERDICTS}
        return ", ".join(
            self.words("claims_count", n=n, verdict=self.words(f"claims_verdict_{verdict}"))
            for verdict, n in counts.items()
            if n
        )

    def _claim(self, one: Checked) -> Iterator[Line]:
        report, words = self.report, self.words
        verdict = [Span(f"{words(f'claims_verdict_{one.verdict}')}  ", strong=True)] if one.claim.test else []
        yield Line((*verdict, Span(f"{one.id}  "), Span(claims.said(one.claim.said, words))))
        figures, window = claims.figures(one, report, words), claims.window(one, report, words)
        lines = ["; ".join(figures), " · ".join([*([window] if window else []), claims.by(one.claim, words)])]
        for name, what, who in claims.others(one, report, words):
            lines.append(f"{words('claims_otherwise')}: {f'{name}  ' if name else ''}{what} ({who})")
        if reason := claims.reason(one, words):
            tested = one.claim.test and not one.lacks
            lines.append(f"{words('claims_caveat' if tested else 'claims_why')}: {reason}")
        if days := [str(other.day) for other in claims.confounders(one, report)]:
            lines.append(f"{words('claims_confounders')}: {', '.join(days)}")
        yield from (line(text, indent=_INDENT) for text in lines if text)
