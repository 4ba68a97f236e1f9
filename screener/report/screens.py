"""The screens of the product: the page, tables, charts and JSON document of each command."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from screener.columns import REPORT_TABLES, SCAN_TABLES
from screener.columns.claims import CLAIMS
from screener.columns.column import TableSpec
from screener.columns.groups import DAYS, LEVELS
from screener.columns.stocks import STOCKS
from screener.i18n import language
from screener.report.blocks import Page
from screener.report.model import PooledReport, Report
from screener.report.rows import group_names
from screener.report.tables import Table, localised, tables_of, tables_of_study

if TYPE_CHECKING:
    from screener.report.charts import Figure

_T = TypeVar("_T")

TABLES: Mapping[str, tuple[TableSpec, ...]] = {
    "report": REPORT_TABLES,
    "compare": REPORT_TABLES[:-1],
    "stock": (STOCKS, LEVELS),
    "days": (DAYS,),
    "claims": (CLAIMS,),
    "scan": SCAN_TABLES,
}
"""By screen, the tables that its files hold."""


TOP = 15
"""Stocks in each table of a scan, and sessions in that of days, if nothing else is asked for."""


class Shown(ABC):
    """What the formats need of a screen, in the language of the process. Several formats show the same, made once."""

    def __init__(self, name: str, *, summarised: bool) -> None:
        """`name`: its files are named after it; `summarised`: whether a summary says less than the whole page."""
        self.name, self.summarised = name, summarised
        self._made: dict[Hashable, Any] = {}

    def page(self, *, full: bool) -> Page:
        """The page, all of it or a summary."""
        return self._once(("page", full), lambda: self._page(full=full))

    def tables(self) -> list[Table]:
        """The tables of its files."""
        return self._once("tables", self._tables)

    def localised(self) -> list[Table]:
        """The same tables as Korean readers have them."""
        return self._once("localised", lambda: [localised(table, self.names()) for table in self.tables()])

    def names(self) -> Mapping[str, str]:
        """By id, what the charts of a workbook call a sector."""
        return {}

    def latex(self) -> Mapping[str, bytes]:
        """Its tables for a paper, by file name; none of a screen that has none."""
        return {}

    def charts(self) -> Mapping[str, Sequence[Figure]]:
        """The charts by key of the section that they stand in."""
        return self._once("charts", self._charts)

    @abstractmethod
    def document(self) -> bytes:
        """The JSON document."""

    @abstractmethod
    def _page(self, *, full: bool) -> Page: ...

    @abstractmethod
    def _tables(self) -> list[Table]: ...

    @abstractmethod
    def _charts(self) -> Mapping[str, Sequence[Figure]]: ...

    def _once(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """What `make` makes for `key` in the language of the process."""
        spoken = key, language()
        if spoken not in self._made:
            self._made[spoken] = make()
        made: _T = self._made[spoken]
        return made


class Screen(Shown):
    """A report as one command shows it.

    Args:
        name: a key of `TABLES`.
        report: what it shows.
        explain: whether the summary of a report says what scores are made of.
        top: stocks in each table of a scan, and sessions in that of days.
    """

    def __init__(self, name: str, report: Report, *, explain: bool = False, top: int = TOP) -> None:
        super().__init__(name, summarised=name in ("report", "scan", "claims"))
        self.report, self.explain, self.top = report, explain, top

    def _page(self, *, full: bool) -> Page:
        """Views are loaded when they are needed, to keep start-up short."""
        match self.name:
            case "report":
                from screener.report.views.study import study_page

                return study_page(self.report, full=full, explain=self.explain)
            case "compare":
                from screener.report.views.compare import comparison_page

                return comparison_page(self.report)
            case "stock":
                from screener.report.views.stock import stock_page

                return stock_page(self.report)
            case "days":
                from screener.report.views.days import days_page

                return days_page(self.report, self.top)
            case "claims":
                from screener.report.views.claims import claims_page

                return claims_page(self.report, full=full)
            case _:
                from screener.report.views.scan import scan_page

                return scan_page(self.report, self.top, full=full)

    def _tables(self) -> list[Table]:
        return tables_of(self.report, TABLES[self.name])

    def names(self) -> Mapping[str, str]:
        return group_names(self.report)

    def document(self) -> bytes:
        """The JSON document, which holds every table of a comparison."""
        from screener.report.formats.data import to_json

        whole = self.name == "compare"
        return to_json(self.report, tables_of(self.report, TABLES["report"]) if whole else self.tables())

    def _charts(self) -> Mapping[str, Sequence[Figure]]:
        from screener.report.charts import charts_of

        return charts_of(self.name, self.report)


class StudyScreen(Shown):
    """A study of many events as `screener study` shows it."""

    def __init__(self, report: PooledReport) -> None:
        super().__init__("study", summarised=True)
        self.report = report

    def _page(self, *, full: bool) -> Page:
        from screener.report.views.pooled import pooled_page

        return pooled_page(self.report, full=full)

    def _tables(self) -> list[Table]:
        return tables_of_study(self.report)

    def document(self) -> bytes:
        from screener.report.formats.data import study_to_json

        return study_to_json(self.report, self.tables())

    def _charts(self) -> Mapping[str, Sequence[Figure]]:
        from screener.report.charts import charts_of_study

        return charts_of_study(self.report)

    def latex(self) -> Mapping[str, bytes]:
        from screener.report.formats.latex import to_latex

        return to_latex(self.report)
