"""What stands above the sections of a page: title, warnings, the day of the event, and where the prices come from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from screener.analysis.model import RANDOM_ON_WILD_DAYS, WILD, Window, WindowCheck
from screener.i18n import N_, _, name_of, ngettext
from screener.report.blocks import Line, Span, line
from screener.report.formatting import number, percent, window_name
from screener.report.model import BANNERS, MODELS, EventFacts, Provenance, Report

if TYPE_CHECKING:
    from screener.data.sources import File

_FULL_STUDY = "screener sync && screener report"
_SOURCES = {
    "openapi": N_("KRX Open API"),
    "datagokr": N_("data.go.kr (Financial Services Commission)"),
    "pykrx-login": N_("KRX through pykrx, with an account"),
    "pykrx-keyless": N_("Naver's adjusted closes through pykrx, without an account"),
    "store": N_("the store"),
    "file": N_("imported files"),
}
_FILES_OF_SOURCE, _FILES_OF_FORM = 6, 3
"""Files that the line on the source names, and those that a line on a form does; more are counted."""


def title(event: EventFacts) -> str:
    """The event and its days."""
    return _(
        "{event} · event day {event_day} (base {base})",
        event=name_of(event.name),
        event_day=event.event_day,
        base=event.base,
    )


def page_title(report: Report) -> str:
    """The event, and the last day of the prices."""
    return f"{title(report.event)} · {_('through the close of {as_of}', as_of=report.as_of)}"


def window_with_days(window: Window) -> str:
    """A window with its days."""
    if window.taus == (0, 0):
        return _("event day [0,0]")
    return _("sessions {window} ({start} to {end})", window=window, start=window.start, end=window.end)


def market(provenance: Provenance) -> list[Line]:
    """The change of each benchmark on the event day."""
    indices = [
        _("{name} {value}%", name=provenance.proxies.get(name, name), value=percent(value))
        for name, value in provenance.benchmark_returns.items()
    ]
    return [line(_("Market: {indices}", indices=", ".join(indices)))] if indices else []


def source_name(files: Sequence[File], source: str) -> str:
    """The files that figures came from, or without files the source."""
    names = [file.name for file in files]
    named = " + ".join(names[:_FILES_OF_SOURCE]) or source
    more = len(names) - _FILES_OF_SOURCE
    return _("{names} and {n} more", names=named, n=more) if more > 0 else named


def source_line(provenance: Provenance) -> Line:
    """Source, sessions and benchmark."""
    source = source_name(provenance.files, provenance.source)
    if provenance.fetched is not None:
        name, fetched = _(_SOURCES[provenance.source]), f"{provenance.fetched:%Y-%m-%d %H:%M}"
        source = _("{source}, downloaded {fetched} KST", source=name, fetched=fetched)
    text = _(
        "Source: {source} · {sessions} sessions, {first} to {last} · benchmark {benchmark}",
        source=source,
        sessions=provenance.sessions,
        first=provenance.first_session,
        last=provenance.last_session,
        benchmark=provenance.benchmark,
    )
    return line(text, "dim")


def closes(report: Report) -> Iterator[Line]:
    """The warning that closes are, or may be, of two kinds: it comes before the first figure."""
    if report.banner and report.last_prices_since is not None:
        yield banner(report.banner, since=report.last_prices_since)


def banner(key: str, **values: object) -> Line:
    """The warning of that key, and on a command line what helps against it."""
    warning, advice = BANNERS[key]
    spans = [Span(_(warning, **values))]
    if advice:
        spans.append(Span(f" {_(advice, command=_FULL_STUDY)}", advice=True))
    return Line(tuple(spans), "banner")


def provenance_lines(report: Report) -> Iterator[Line]:
    """The warning of the report, if it has one, where the prices come from, and the model."""
    provenance, rules = report.provenance, report.rules
    printed = int(report.frames.stocks.dropna(subset="published_by")["ticker"].nunique())
    if report.banner and report.last_prices_since is None:
        yield banner(report.banner, n=printed)
    for tried in provenance.tried:
        yield line(_("{source}: unavailable: {why}", source=_(_SOURCES[tried.source]), why=tried.why), "dim")
    if provenance.selected:
        text = ngettext(
            "Source: newspaper figures for {day}, {n} stock",
            "Source: newspaper figures for {day}, {n} stocks",
            printed,
            day=report.event.event_day,
        )
        yield line(text, "dim")
        return
    yield source_line(provenance)
    yield from read_as(provenance.files)
    if provenance.proxies:
        text = _("The benchmark is a proxy: ETFs on KOSPI 200 and KOSDAQ 150 instead of the indices.")
        yield Line((Span(text), Span(_(" KRX_ID and KRX_PW give access to the indices themselves."), advice=True)))
    if provenance.study:
        used = provenance.estimation_sessions
        text = _(
            N_(
                "Model: {model}, estimation window {used} sessions, gap {gap}, minimum {min_obs}; "
                "{ordinary} ordinary sessions"
            )
            if used >= rules.estimation
            else N_(
                "Model: {model}, {used} of {estimation} sessions of the estimation window, gap {gap}, minimum "
                "{min_obs}; {ordinary} ordinary sessions"
            ),
            model=_(MODELS[rules.model]),
            used=used,
            estimation=rules.estimation,
            gap=rules.gap,
            min_obs=rules.min_obs,
            ordinary=provenance.placebo_sessions,
        )
        yield line(text, "dim")
    elif (used := provenance.estimation_sessions) < rules.min_obs:
        text = ngettext(
            "Cannot be tested: the estimation window has {n} session, {min_obs} are required. The figures are "
            "plain returns.",
            "Cannot be tested: the estimation window has {n} sessions, {min_obs} are required. The figures are "
            "plain returns.",
            used,
            min_obs=rules.min_obs,
        )
        yield line(text)
    else:
        yield line(_("Cannot be tested: no stock has an abnormal return. The figures are plain returns."))


def read_as(files: Iterable[File]) -> Iterator[Line]:
    """As what the files were read that are not in the screener's own form."""
    forms: dict[str, list[str]] = {}
    for file in files:
        if file.form:
            forms.setdefault(file.form, []).append(file.name)
    for form, names in forms.items():
        shown = ", ".join(names) if len(names) <= _FILES_OF_FORM else _("{n} files", n=len(names))
        yield line(_("Read as {form}: {files}", form=form, files=shown), "dim")


def day_check(report: Report) -> Iterator[Line]:
    """How many random groups moved as much, and what it means for the verdicts."""
    check = report.day
    if check is None or not check.windows:
        return
    leading, *others = check.windows
    when = _sessions_of(report, leading)
    if leading.random_share is not None:
        share, n = _percentage(leading.random_share), check.groups
        if check.before is None:
            text = _(
                "{share}% of {n} random groups are significant at 5% on {when} (5% expected).",
                share=share,
                n=n,
                when=when,
            )
        else:
            text = _(
                "By the market model {before}% of {n} random groups were significant at 5% on {when}; measured "
                "against market and size, {share}% are (5% expected).",
                before=_percentage(check.before),
                share=share,
                n=n,
                when=when,
            )
        if leading.withheld:
            text += " " + _("Verdicts are withheld: on such a day a move is not evidence of an effect of the event.")
        yield line(text, "strong" if leading.withheld else "plain")
    elif leading.withheld:
        yield line(
            _(
                "On {when} an index, or the difference between the two, moved by {moved} standard deviations. On "
                "days with more than {wild}, {share}% of random groups are significant at 5%, so verdicts are "
                "withheld.",
                when=when,
                moved=number(leading.moved or math.nan, 1),
                wild=f"{WILD:g}",
                share=f"{100 * RANDOM_ON_WILD_DAYS:.0f}",
            ),
            "strong",
        )
    if named := ", ".join(_random_share(one) for one in others if one.withheld):
        yield line(_("Verdicts are withheld for {windows}: too many random groups are significant.", windows=named))


def window_label(report: Report, window: Window) -> str:
    """A window, with its model where that is not the report's."""
    if report.provenance.study and report.rules.without_constant(*window.taus):
        return _("{window}, alpha 0", window=window)
    return str(window)


def long_windows(report: Report) -> Iterator[str]:
    """Why some windows are measured without the constant; nothing where none is."""
    windows = [window for window in report.windows if window.available]
    if named := ", ".join(str(window) for window in windows if window_label(report, window) != str(window)):
        yield _(
            "{windows}: alpha is set to 0, because the trend of the months before the event need not continue that "
            "long. p is approximate: such windows overlap among the ordinary sessions; without any effect p is "
            "below .05 in 7 to 14 of 100 cases.",
            windows=named,
        )


def _sessions_of(report: Report, check: WindowCheck) -> str:
    """Its day, or the window with its days."""
    if check.first == check.last == 0:
        return str(report.event.event_day)
    [window] = [window for window in report.windows if window.taus == (check.first, check.last)]
    return window_with_days(window)


def _percentage(share: float) -> str:
    """Of 200 groups each is half a per cent."""
    return f"{round(100 * share, 1):g}"


def _random_share(check: WindowCheck) -> str:
    window = window_name(check.first, check.last)
    if check.random_share is None:
        return window
    return _("{window} ({share}%)", window=window, share=_percentage(check.random_share))
