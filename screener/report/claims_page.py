"""The claims in a terminal: verdict first, then what was said, the figures, the window, and who said it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from screener.report import claims
from screener.report.model import Report
from screener.report.terminal import Page, Style, printed
from screener.screens.claims import VERDICTS, Checked

_COLOURS = {"confirmed": "green", "partly": "yellow", "contradicted": "red"}
_INDENT = 4


def render_claims(report: Report, style: Style) -> str:
    """Every claim about the event of `report`, those that prices cannot test at the end."""
    return printed(_Claims(report, style).blocks(), style)


class _Claims(Page):
    def blocks(self) -> Iterator[RenderableType]:
        report, words = self.report, self.words
        title = words("claims_title", event=report.event.name.in_(words.language))
        yield Text(f"{title} · {words('as_of', as_of=report.as_of)}", style="bold")
        if not report.claims:
            yield Text(words("claims_none"))
            return
        yield Text(self._count())
        yield from self.provenance()
        for one in report.claims:
            if one.claim.test:
                yield Text()
                yield from self._claim(one)
        yield from self._confounders()
        untested = [one for one in report.claims if not one.claim.test]
        if untested:
            yield Text()
            yield Text(words("claims_untested"), style="bold")
            for one in untested:
                yield from self._claim(one)

    def _count(self) -> str:
        counts = {verdict: sum(one.verdict == verdict for one in self.report.claims) for verdict in VERDICTS}
        return ", ".join(
            self.words("claims_count", n=n, verdict=self.words(f"claims_verdict_{verdict}"))
            for verdict, n in counts.items()
            if n
        )

    def _claim(self, one: Checked) -> Iterator[RenderableType]:
        report, words = self.report, self.words
        head = Table.grid(padding=(0, 2, 0, 0))
        verdict = Text(words(f"claims_verdict_{one.verdict}"), style=f"bold {_COLOURS.get(one.verdict, '')}".strip())
        cells = [*([verdict] if one.claim.test else []), Text(one.id), Text(claims.said(one.claim.said, words))]
        for cell in cells:
            head.add_column(no_wrap=cell is not cells[-1], overflow="fold")
        head.add_row(*cells)
        yield head
        figures, window = claims.figures(one, report, words), claims.window(one, report, words)
        lines = ["; ".join(figures), " · ".join([*([window] if window else []), claims.by(one.claim, words)])]
        for name, what, who in claims.others(one, report, words):
            lines.append(f"{words('claims_otherwise')}: {f'{name}  ' if name else ''}{what} ({who})")
        if reason := claims.reason(one, words):
            tested = one.claim.test and not one.lacks
            lines.append(f"{words('claims_caveat' if tested else 'claims_why')}: {reason}")
        if days := [str(other.day) for other in claims.confounders(one, report)]:
            lines.append(f"{words('claims_confounders')}: {', '.join(days)}")
        yield from (Padding(Text(line), (0, 0, 0, _INDENT)) for line in lines if line)

    def _confounders(self) -> Iterator[RenderableType]:
        """The other news that claims point at by its day."""
        once = {other: None for one in self.report.claims for other in claims.confounders(one, self.report)}
        if once:
            lines = [f"{other.day}  {other.what.in_(self.words.language)}" for other in once]
            yield from self.section("confounders", Text("\n".join(lines)))
