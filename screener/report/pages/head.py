"""What stands at the head of every page: the event, where the prices come from, and what was fitted to them."""

from __future__ import annotations

from screener.analysis.results import Window
from screener.i18n import N_, _, language, ngettext
from screener.report.blocks import Line, line
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
    """The event among the sessions."""
    return _(
        "{event} · event day {event_day} (base {base})",
        event=event.name.in_(language()),
        event_day=event.event_day,
        base=event.base,
    )


def window_name(window: Window) -> str:
    """A window with its days."""
    if (window.first, window.last) == (0, 0):
        return _("event day [0,0]")
    return _("sessions {window} ({start} to {end})", window=window, start=window.start, end=window.end)


def source(provenance: Provenance) -> str:
    """Where the prices come from, and if they were fetched, when."""
    if provenance.fetched is None:
        return " + ".join(file.name for file in provenance.files) or provenance.source
    name, fetched = _(SOURCES[provenance.source]), f"{provenance.fetched:%Y-%m-%d %H:%M}"
    return _("{source}, fetched {fetched} KST", source=name, fetched=fetched)


def source_line(provenance: Provenance) -> Line:
    """Source, sessions and benchmark."""
    said = _(
        "Source: {source} · {sessions} sessions, {first} to {last} · benchmark {benchmark}",
        source=source(provenance),
        sessions=provenance.sessions,
        first=provenance.first_session,
        last=provenance.last_session,
        benchmark=provenance.benchmark,
    )
    return line(said, "dim")


def banner(report: Report) -> list[Line]:
    """The warning that belongs on every face of figures that are no study of real prices."""
    if not report.banner:
        return []
    return [line(_(BANNERS[report.banner], n=len(report.printed), command=FULL_STUDY), "banner")]


def provenance(report: Report) -> list[Line]:
    """Where the prices come from, and what was fitted to them."""
    its, lines = report.provenance, banner(report)
    lines += [
        line(_("{source} could not serve: {why}", source=_(SOURCES[one.source]), why=one.why)) for one in its.tried
    ]
    if its.selected:
        return [
            *lines,
            line(
                ngettext(
                    "Source: figures that newspapers printed for {day}, {n} stock",
                    "Source: figures that newspapers printed for {day}, {n} stocks",
                    len(report.printed),
                    day=report.event.event_day,
                ),
                "dim",
            ),
        ]
    lines.append(source_line(its))
    if its.proxies:
        lines.append(
            line(
                _(
                    "The benchmark is a proxy: funds that follow KOSPI 200 and KOSDAQ 150, not the indices. "
                    "KRX_ID and KRX_PW open the indices themselves."
                )
            )
        )
    if its.study:
        rules = report.rules
        model = _(MODELS[rules.model])
        said = _(
            "Model: {model}, {estimation} sessions of estimation, gap {gap}, at least {min_obs} traded",
            model=model,
            estimation=rules.estimation,
            gap=rules.gap,
            min_obs=rules.min_obs,
        )
        lines.append(line(said, "dim"))
    return lines
