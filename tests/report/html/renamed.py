"""A report whose names try to be markup."""

from __future__ import annotations

from dataclasses import replace

from screener.analysis.model import Group
from screener.report.model import Report

STOCK = "<script>alert(1)</script>"
SECTOR = '"><img src=x onerror="document.title=1">'
EVENT = "</title><style>*{display:none}</style>&amp;'"


def renamed(report: Report) -> Report:
    """`report` with the names of its first stock, its first sector and its event replaced."""
    first, sector = report.impact.stocks[0].stock, report.groups[0]
    mine = replace(first, ko=STOCK, en=STOCK)

    def group(one: Group) -> Group:
        return replace(one, ko=SECTOR, en=SECTOR) if one == sector else one

    impact = replace(
        report.impact,
        stocks=tuple(replace(row, stock=mine if row.stock == first else row.stock) for row in report.impact.stocks),
        groups=tuple(replace(row, group=group(row.group)) for row in report.impact.groups),
        paths=tuple(replace(point, group=group(point.group)) for point in report.impact.paths),
    )
    event = replace(report.event, name=replace(report.event.name, ko=EVENT, en=EVENT))
    return replace(report, event=event, groups=tuple(map(group, report.groups)), impact=impact)
