"""What stands at the head of every page: the event, where the prices come from, and what was fitted to them."""

from __future__ import annotations

from screener.analysis.results import Window
from screener.report.blocks import Line, line
from screener.report.model import EventFacts, Provenance, Report
from screener.words import Words

FULL_STUDY = "screener sync && screener report"


def title(event: EventFacts, words: Words) -> str:
    """The event among the sessions."""
    return words("title", event=event.name.in_(words.language), event_day=event.event_day, base=event.base)


def window_name(window: Window, words: Words) -> str:
    """A window with its days."""
    if (window.first, window.last) == (0, 0):
        return words("window_day")
    return words("window_other", window=window, start=window.start, end=window.end)


def source(provenance: Provenance, words: Words) -> str:
    """Where the prices come from, and if they were fetched, when."""
    if provenance.fetched is None:
        return " + ".join(file.name for file in provenance.files) or provenance.source
    name, fetched = words(f"source_{provenance.source}"), f"{provenance.fetched:%Y-%m-%d %H:%M}"
    return words("source_fetched", source=name, fetched=fetched)


def source_line(provenance: Provenance, words: Words) -> Line:
    """Source, sessions and benchmark."""
    said = words(
        "source_line",
        source=source(provenance, words),
        sessions=provenance.sessions,
        first=provenance.first_session,
        last=provenance.last_session,
        benchmark=provenance.benchmark,
    )
    return line(said, "dim")


def banner(report: Report, words: Words) -> list[Line]:
    """The warning that belongs on every face of figures that are no study of real prices."""
    if not report.banner:
        return []
    return [line(words(report.banner, n=len(report.printed), command=FULL_STUDY), "banner")]


def provenance(report: Report, words: Words) -> list[Line]:
    """Where the prices come from, and what was fitted to them."""
    its, lines = report.provenance, banner(report, words)
    lines += [line(words("tried", source=words(f"source_{one.source}"), why=one.why)) for one in its.tried]
    if its.selected:
        return [*lines, line(words("source_press", day=report.event.event_day, n=len(report.printed)), "dim")]
    lines.append(source_line(its, words))
    if its.proxies:
        lines.append(line(words("proxy")))
    if its.study:
        rules = report.rules
        model = words(f"model_{rules.model}")
        said = words("model_line", model=model, estimation=rules.estimation, gap=rules.gap, min_obs=rules.min_obs)
        lines.append(line(said, "dim"))
    return lines
