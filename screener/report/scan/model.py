"""What a scan says: every number final, nothing formatted, no language chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from screener.analysis.measurement import Rules
from screener.analysis.scanned import Scan
from screener.data.quality import Finding
from screener.data.universe import Filters
from screener.report.model import EventFacts, Happening, Provenance


@dataclass(frozen=True)
class ScanReport:
    """Everything a scan says."""

    event: EventFacts
    as_of: date
    provenance: Provenance
    rules: Rules
    filters: Filters
    scan: Scan
    findings: tuple[Finding, ...]
    banner: str | None = None
    """A scan reads real prices of a whole market only, and needs no warning."""

    @property
    def confounders(self) -> list[Happening]:
        """What else moved prices during the window."""
        window, event = self.scan.window, self.event
        base = event.base if window.first == 0 else window.base
        return [
            one
            for one in event.timeline
            if one.confounder and base and window.end and base < one.first_day <= window.end
        ]
