"""The screens of the product: the page, tables, charts and JSON document of each command."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from screener.i18n import language
from screener.report.blocks import Page
from screener.report.model import Report
from screener.report.tables import Table, tables_of

if TYPE_CHECKING:
    from screener.report.charts import Figure

T = TypeVar("T")

TABLES: Mapping[str, tuple[str, ...]] = {
    "report": ("stocks", "sectors", "spreads", "placebos", "paths", "trend", "levels", "planted", "claims"),
    "compare": ("stocks", "sectors", "spreads", "placebos", "paths", "trend", "levels", "planted"),
    "stock": ("stocks", "levels"),
    "claims": ("claims",),
    "scan": ("scan", "groups", "industries"),
}
"""By screen, the tables that its files hold."""


@dataclass(frozen=True)
class Screen:
    """A report as one command shows it, in the language of the process."""

    name: str
    """A key of `TABLES`; its files are named after it."""
    report: Report
    explain: bool = False
    """Whether the summary of a report says what scores are made of."""
    top: int = 15
    """Stocks in each table of a scan."""
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def summarised(self) -> bool:
        """Whether a summary says less than the whole page."""
        return self.name in ("report", "scan")

    def page(self, *, full: bool) -> Page:
        """The page, all of it or a summary."""
        return self._once(("page", full), lambda: self._page(full=full))

    def _once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` makes for `key` in the language of the process, made once: several formats show the same."""
        spoken = key, language()
        if spoken not in self._made:
            self._made[spoken] = make()
        made: T = self._made[spoken]
        return made

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
            case "claims":
                from screener.report.views.claims import claims_page

                return claims_page(self.report)
            case _:
                from screener.report.views.scan import scan_page

                return scan_page(self.report, self.top, full=full)

    def tables(self) -> list[Table]:
        """The tables of its files."""
        return self._once("tables", lambda: tables_of(self.report, TABLES[self.name]))

    def document(self) -> bytes:
        """The JSON document, which holds every table of a comparison."""
        from screener.report.formats.json import to_json

        return to_json(
            self.report, tables_of(self.report, TABLES["report"]) if self.name == "compare" else self.tables()
        )

    def charts(self) -> Mapping[str, Sequence[Figure]]:
        """The charts by key of the section that they stand in."""
        from screener.report import charts

        return charts.charts_of(self.name, self.report)
