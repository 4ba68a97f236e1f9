"""The head of every page: the event, where the prices come from, and how the expected return was formed."""

from __future__ import annotations

from screener.analysis.model import Window
from screener.i18n import N_, _, language, ngettext
from screener.report.blocks import Line, line
from screener.report.formatting import percent
from screener.report.model import BANNERS, MODELS, EventFacts, Provenance, Report

FULL_STUDY = "screener sync && screener report"
SOURCES = {
    "openapi": N_("KRX Open API"),
    "pykrx-login": N_("KRX through pykrx, with an account"),
    "pykrx-keyless": N_("Naver's adjusted closes through pykrx, without an account"),
    "store": N_("the store"),
    "file": N_("imported files"),
}


def title(event: EventFacts) -> str:
    """The event and its days."""
    return _(
        "{event} · event day {event_day} (base {base})",
        event=event.name.in_(language()),
        event_day=event.event_day,
        base=event.base,
    )


def page_title(report: Report) -> str:
    """The event, and the last day of the prices."""
    return f"{title(report.event)} · {_('through the close of {as_of}', as_of=report.as_of)}"


def window_name(window: Window) -> str:
    """A window with its days."""
    if (window.first, window.last) == (0, 0):
        return _("event day [0,0]")
    return _("sessions {window} ({start} to {end})", window=window, start=window.start, end=window.end)


def market(provenance: Provenance) -> list[Line]:
    """The change of each benchmark on the event day."""
    indices = [
        _("{name} {value}%", name=provenance.proxies.get(name, name), value=percent(value))
        for name, value in provenance.benchmark_returns.items()
    ]
    return [line(_("Market: {indices}", indices=", ".join(indices)))] if indices else []


def source_line(provenance: Provenance) -> Line:
    """Source, sessions and benchmark."""
    text = _(
        "Source: {source} · {sessions} sessions, {first} to {last} · benchmark {benchmark}",
        source=_source(provenance),
        sessions=provenance.sessions,
        first=provenance.first_session,
        last=provenance.last_session,
        benchmark=provenance.benchmark,
    )
    return line(text, "dim")


def _source(provenance: Provenance) -> str:
    if provenance.fetched is None:
        return " + ".join(file.name for file in provenance.files) or provenance.source
    name, fetched = _(SOURCES[provenance.source]), f"{provenance.fetched:%Y-%m-%d %H:%M}"
    return _("{source}, fetched {fetched} KST", source=name, fetched=fetched)


def provenance_lines(report: Report) -> list[Line]:
    """The warning of the report, if it has one, where the prices come from, and the model."""
    provenance, lines = report.provenance, []
    printed = int(report.frames.stocks.dropna(subset="published_by")["ticker"].nunique())
    if report.banner:
        lines.append(line(_(BANNERS[report.banner], n=printed, command=FULL_STUDY), "banner"))
    lines += [
        line(_("{source} could not serve: {why}", source=_(SOURCES[tried.source]), why=tried.why))
        for tried in provenance.tried
    ]
    if provenance.selected:
        text = ngettext(
            "Source: figures that newspapers printed for {day}, {n} stock",
            "Source: figures that newspapers printed for {day}, {n} stocks",
            printed,
            day=report.event.event_day,
        )
        return [*lines, line(text, "dim")]
    lines.append(source_line(provenance))
    if provenance.proxies:
        text = _(
            "The benchmark is a proxy: funds that follow KOSPI 200 and KOSDAQ 150, not the indices. "
            "KRX_ID and KRX_PW open the indices themselves."
        )
        lines.append(line(text))
    return [*lines, *_model(report)]


def _model(report: Report) -> list[Line]:
    if not report.provenance.study:
        return []
    rules = report.rules
    text = _(
        "Model: {model}, {estimation} sessions of estimation, gap {gap}, at least {min_obs} traded",
        model=_(MODELS[rules.model]),
        estimation=rules.estimation,
        gap=rules.gap,
        min_obs=rules.min_obs,
    )
    return [line(text, "dim")]
