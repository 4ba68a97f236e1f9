"""The screen of a study of many events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screener.columns.pooled import EVENTS, STUDY_TABLES
from screener.i18n import language
from screener.report.blocks import Page
from screener.report.model import short_banner
from screener.report.pooled_model import PooledReport
from screener.report.screens import Table, table_of

if TYPE_CHECKING:
    from screener.report.charts import Figure


@dataclass(frozen=True)
class StudyScreen:
    """A study of many events as `screener study` shows it, in the language of the process."""

    report: PooledReport
    name: str = "study"
    """Its files are named after it."""
    summarised: bool = True
    """Whether a summary says less than the whole page."""

    def page(self, *, full: bool) -> Page:
        """The page, all of it or a summary."""
        from screener.report.views.pooled import pooled_page

        return pooled_page(self.report, full=full)

    def tables(self) -> list[Table]:
        """The tables of its files; one that may be missing is, where it has no rows."""
        report = self.report
        constants = {
            "study": report.name,
            "as_of": report.as_of,
            "source": report.source,
            "model": report.rules.model.value,
            "benchmark": report.benchmark,
            "banner": short_banner(report.banner),
        }
        tables = []
        for spec in STUDY_TABLES:
            frame = getattr(report.frames, spec.name)
            if spec is EVENTS:
                symbols = [f"KRX:{ticker}" if ticker else None for ticker in frame["ticker"]]
                frame = frame.assign(symbol=symbols, name=frame[f"name_{language()}"])
            if len(frame) or not spec.optional:
                tables.append(table_of(spec, frame, constants))
        return tables

    def localised(self) -> list[Table]:
        """The same tables as Korean readers have them."""
        from screener.report.localised import localised

        return [localised(table, self.names()) for table in self.tables()]

    def names(self) -> Mapping[str, str]:
        """None: a workbook of a study has no charts of sectors."""
        return {}

    def document(self) -> bytes:
        """The JSON document."""
        from screener.report.formats.data import study_to_json

        return study_to_json(self.report, self.tables())

    def charts(self) -> Mapping[str, Sequence[Figure]]:
        """The charts by key of the section that they stand in."""
        from screener.report.charts import charts_of_study

        return charts_of_study(self.report)

    def latex(self) -> Mapping[str, bytes]:
        """Its tables for a paper, by file name."""
        from screener.report.formats.latex import to_latex

        return to_latex(self.report)
