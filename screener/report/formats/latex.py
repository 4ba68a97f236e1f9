"""The tables of a study of many events in LaTeX (booktabs), a file a table, for `input` in a paper.

Below each figure stands, in brackets, its interval or its p.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from screener.i18n import N_, _
from screener.report.formatting import number, percent, probability, signed, significant, window_name
from screener.report.model import ALL, MODELS, PooledReport, short_banner
from screener.report.rows import rows_of
from screener.report.views.pooled import group_name

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "\N{MINUS SIGN}": "$-$",
    "[": "{[}",
    "]": "{]}",
    "*": "{*}",
}
"""Brackets and stars, because the end of a row, or a rule, above one would take it for an argument."""
_NEEDS = r"% \usepackage{booktabs} and \usepackage[T1]{fontenc}; text in Korean needs \usepackage{kotex}."
_TESTS = (
    ("z_shift", "p_shift", N_("Shifts")),
    ("z_score", "p_score", N_("Normal scores")),
    ("t_kp", "p_kp", N_("adj. BMP")),
    ("t_calendar", "p_calendar", N_("Calendar time")),
    ("t_crude", "p_crude", N_("Crude")),
)
_NAIVE_TESTS = (("t_bmp", "p_bmp", N_("BMP")), ("t_csect", "p_csect", N_("Cross-section")))
"""Those that assume that events are independent."""
_TESTS_OF_GROUPS = (_TESTS[0], *_TESTS[2:4])


def escaped(text: str) -> str:
    """Text of the data as LaTeX prints it, on one line."""
    return "".join(_SPECIAL.get(char, char) for char in text if char.isprintable())


_Cells = Sequence[str]
"""A row of a table, in LaTeX."""


class _Tabular(NamedTuple):
    """One table."""

    name: str
    caption: str
    head: _Cells
    parts: Sequence[Sequence[_Cells]]
    """The rows between two rules."""
    notes: Sequence[str]


def to_latex(report: PooledReport) -> dict[str, bytes]:
    """Contents by file name: `pooled.tex`, and if the study has them `groups.tex` and `regression.tex`."""
    rows = rows_of(report.frames.pooled)
    tables = [_pooled(report, [row for row in rows if row.group == ALL and row.versus is None])]
    if groups := [row for row in rows if row.group != ALL or row.versus is not None]:
        tables.append(_groups(report, groups))
    if len(report.frames.regression):
        tables.append(_regression(report))
    return {f"{table.name}.tex": "\n".join([*_lines(report, table), ""]).encode() for table in tables}


def _lines(report: PooledReport, table: _Tabular) -> Iterator[str]:
    banner = short_banner(report.banner)
    notes = [*([f"{banner}."] if banner else []), *table.notes]
    label = re.sub(r"[^A-Za-z0-9]+", "-", report.name).strip("-").lower() or "study"
    yield _NEEDS
    yield r"\begin{table}[htbp]"
    yield r"\centering"
    yield rf"\caption{{{escaped(table.caption)}}}"
    yield rf"\label{{tab:{label}-{table.name}}}"
    yield r"\footnotesize"
    yield r"\setlength{\tabcolsep}{4pt}"
    yield rf"\begin{{tabular}}{{l{'r' * (len(table.head) - 1)}}}"
    yield r"\toprule"
    yield _row(table.head)
    for part in table.parts:
        yield r"\midrule"
        yield from map(_row, part)
    yield r"\bottomrule"
    yield r"\end{tabular}"
    yield r"\par\smallskip"
    yield r"\begin{minipage}{\linewidth}"
    yield rf"\footnotesize \textit{{{escaped(_('Notes.'))}}} {escaped(' '.join(notes))}"
    yield r"\end{minipage}"
    yield r"\end{table}"


def _row(cells: _Cells) -> str:
    return f"{' & '.join(cells)} \\\\"


def _pooled(report: PooledReport, rows: Sequence[Any]) -> _Tabular:
    """Figures and tests in rows, windows in columns."""
    caption = _(
        "Abnormal returns by window (events: {n}, sessions: {sessions})", n=report.events, sessions=report.sessions
    )
    figures = [
        [escaped(_("CAAR %")), *(_figure(percent(row.caar)) for row in rows)],
        ["", *map(_interval, rows)],
        [escaped(_("Median %")), *(_figure(percent(row.median_car)) for row in rows)],
        [escaped(_("Positive, %")), *(number(row.positive * 100, 0) for row in rows)],
    ]
    naive = [[_spanned(_("Tests that assume independence"), len(rows) + 1)], *_tests(rows, _NAIVE_TESTS)]
    about = [
        [escaped(_("Events")), *(f"{row.events:,}" for row in rows)],
        [escaped(_("Sessions")), *(f"{row.sessions:,}" for row in rows)],
    ]
    head = ["", *(escaped(window_name(row.window_start, row.window_end)) for row in rows)]
    return _Tabular("pooled", caption, head, [figures, _tests(rows, _TESTS), naive, about], _notes(report))


def _tests(rows: Sequence[Any], tests: Sequence[tuple[str, str, str]]) -> list[_Cells]:
    """A row of statistics for each test, and below it one of p."""
    lines: list[_Cells] = []
    for value, p, header in tests:
        lines.append([escaped(_(header)), *(_figure(signed(getattr(row, value), 2)) for row in rows)])
        lines.append(["", *(_bracketed(probability(getattr(row, p))) for row in rows)])
    return lines


def _groups(report: PooledReport, rows: Sequence[Any]) -> _Tabular:
    """Groups and differences in rows, a part a window."""
    headers = [_("Events"), _("Sessions"), _("CAAR %"), *(_(header) for _value, _p, header in _TESTS_OF_GROUPS)]
    head = ["", *map(escaped, headers)]
    parts = []
    for window in report.rules.windows:
        lines: list[_Cells] = [[_spanned(_("Window {window}", window=window_name(*window)), len(head))]]
        for row in rows:
            if (row.window_start, row.window_end) == window:
                lines += _of_group(row)
        parts.append(lines)
    caption = _("Abnormal returns of groups of events, and their differences")
    return _Tabular("groups", caption, head, parts, _notes(report))


def _of_group(row: Any) -> list[_Cells]:
    # A difference takes two lines: two long names side by side push the tests off the paper.
    minus = "" if row.versus is None else f"$-$ {escaped(group_name(row.versus))}"
    values, ps = ([getattr(row, test[index]) for test in _TESTS_OF_GROUPS] for index in (0, 1))
    figures = [_figure(percent(row.caar)), *(_figure(signed(value, 2)) for value in values)]
    return [
        [escaped(group_name(row.group)), f"{row.events:,}", f"{row.sessions:,}", *figures],
        [minus, "", "", _interval(row), *(_bracketed(probability(p)) for p in ps)],
    ]


def _spanned(text: str, width: int) -> str:
    return rf"\multicolumn{{{width}}}{{l}}{{\textit{{{escaped(text)}}}}}"


def _interval(row: Any) -> str:
    return _bracketed(f"{percent(row.caar_low)}, {percent(row.caar_high)}" if math.isfinite(row.caar_low) else "")


def _regression(report: PooledReport) -> _Tabular:
    """Terms in rows, windows in columns."""
    rows = rows_of(report.frames.regression)
    windows = list(dict.fromkeys((row.window_start, row.window_end) for row in rows))
    by_cell = {(row.term, (row.window_start, row.window_end)): row for row in rows}
    lines: list[_Cells] = []
    for term in dict.fromkeys(row.term for row in rows):
        cells = [by_cell.get((term, window)) for window in windows]
        name = _("intercept") if term == "intercept" else term
        lines.append([escaped(name), *(_figure(significant(cell.coefficient * 100)) if cell else "" for cell in cells)])
        lines.append(["", *(_bracketed(probability(cell.p)) if cell else "" for cell in cells)])
    firsts = [next(row for row in rows if (row.window_start, row.window_end) == window) for window in windows]
    about = [
        [escaped(_("Events")), *(f"{row.n:,}" for row in firsts)],
        [escaped(_("Sessions")), *(f"{row.clusters_date:,}" for row in firsts)],
        [escaped(_("Stocks or sectors")), *(f"{row.clusters_firm:,}" for row in firsts)],
        ["$R^2$", *(number(row.r2, 3) for row in firsts)],
    ]
    note = _(
        "Least squares of the cumulative abnormal return, in %, on characteristics of the event. In brackets: p, with "
        "standard errors clustered by session and by stock (Cameron, Gelbach and Miller 2011)."
    )
    head = ["", *(escaped(window_name(*window)) for window in windows)]
    caption = _("Determinants of the abnormal return")
    return _Tabular("regression", caption, head, [lines, about], [note, _model(report)])


def _figure(text: str) -> str:
    """A figure with a minus sign instead of a hyphen; a dash where there is none."""
    return "--" if text == "-" else text.replace("-", "$-$")


def _bracketed(text: str) -> str:
    """What stands in brackets below a figure."""
    figure = ", ".join(_figure(part) for part in text.split(", ")).replace("<", "$<$")
    return f"{{[{figure}]}}" if text not in ("", "-") else ""


def _notes(report: PooledReport) -> Sequence[str]:
    leading = report.frames.pooled.iloc[0]
    return (
        _(
            "CAAR: mean cumulative abnormal return, in %. In brackets: its 95% confidence interval and the "
            "p-values of the tests."
        ),
        _(
            "Shifts: the whole calendar of events is shifted by the same number of sessions, {n} times, which "
            "keeps its spacing and clusters; the tests count dates, not rows.",
            n=f"{int(leading['shifts']):,}",
        ),
        _(
            "Normal scores: of the placebo ranks, one portfolio per session. adj. BMP: adjusted for windows that "
            "overlap in part (Kolari, Pape and Pynnonen 2018). Calendar time: the portfolio that holds the stocks "
            "during their windows (Jaffe 1974, Mandelker 1974). Crude: crude dependence adjustment."
        ),
        _model(report),
    )


def _model(report: PooledReport) -> str:
    rules = report.rules
    return _(
        "Expected return: {model}, {estimation} sessions ending {gap} before the event, of which at least "
        "{min_obs} traded; benchmark {benchmark}; prices from {first} to {last}.",
        model=_(MODELS[rules.model]),
        estimation=rules.estimation,
        gap=rules.gap,
        min_obs=rules.min_obs,
        benchmark=report.benchmark,
        first=report.first_session,
        last=report.last_session,
    )
