"""What a daily run says: ten lines at most, of which the first says what changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from screener.archive.changes import News
from screener.config import Settings
from screener.daily.due import Span
from screener.daily.making import Made, Told
from screener.daily.status import Missed
from screener.data.status_changes import StatusChange, What
from screener.i18n import _, name_of, ngettext
from screener.report.figures import percent

LINES = 10
NAMED = 3
"""Changes that the first line names, and stocks that a line names of each kind."""


def summarise(
    settings: Settings,
    root: Path,
    made: Made,
    spans: Sequence[Span],
    missed: Missed | None,
    repaired: Sequence[str],
) -> list[str]:
    """The lines; none where nothing was made.

    Args:
        settings: names of sectors and stocks.
        words: language of names.
        root: the reports directory.
        made: what was made.
        spans: the events and their sessions.
        missed: sessions whose report came late.
        repaired: what was taken out of the store because it was damaged.
    """
    if not made.filed:
        return []
    lines = [_headline(settings, made), *_stocks(settings, made)]
    if made.revised:
        names = [
            _("{event} as of {day} (revision {number})", event=event, day=day, number=filing.revision)
            for day, event, filing in made.revised
        ]
        count = sum(len(filing.changed) for *_rest, filing in made.revised)
        told = _few(", ".join(names))
        lines.append(
            ngettext(
                "Revised, for figures were corrected: {names}: {n} figure",
                "Revised, for figures were corrected: {names}: {n} figures",
                count,
                names=told,
            )
        )
    if missed:
        days = " - ".join(dict.fromkeys((missed.sessions[0], missed.sessions[-1])))
        count = len(missed.sessions)
        lines.append(
            ngettext(
                "Late: {n} missed session ({days}); {why}",
                "Late: {n} missed sessions ({days}); {why}",
                count,
                days=days,
                why=missed.why,
            )
        )
    if repaired:
        told = _few("; ".join(repaired))
        lines.append(_("The store was damaged and has been mended: {what}", what=told))
    over = ended(spans)
    if over:
        lines.append(_("Over, no new reports: {events}", events=_few(", ".join(over))))
    newest = max(day for day, *_rest in made.filed)
    last = _("Files: {folder}", folder=root / str(newest))
    if len(made.filed) > 1:
        last = ngettext(
            "{line}, and {n} report beside it", "{line}, and {n} reports beside it", len(made.filed) - 1, line=last
        )
    events = [_event(told) for told in made.told]
    room = LINES - len(lines) - 1
    if len(events) > room:
        events = [
            *events[: room - 1],
            ngettext("... and {n} event beside them", "... and {n} events beside them", len(events) - room + 1),
        ]
    return [_plain(line) for line in [lines[0], *events, *lines[1:], last]][:LINES]


def ended(spans: Sequence[Span]) -> list[str]:
    """The events that get no more reports, and until when they did."""
    return [_("{event} (until {day})", event=span.event, day=span.last) for span in spans if span.last]


def _headline(settings: Settings, made: Made) -> str:
    """What changed, the weightiest first."""
    if not made.told:
        return _("Nothing new: reports of earlier sessions that were made again: {count}", count=len(made.filed))
    day = max(told.report.as_of for told in made.told)
    parts = [_("{event}: first report", event=one.report.event.id) for one in made.told if one.before is None]
    many = len(made.told) > 1
    for told in made.told:
        parts += [(f"{told.report.event.id}: " if many else "") + _says(settings, one) for one in told.news]
    parts += [f"{_name(settings, turn)} {_what(turn.what)}" for _event_name, turn in made.turns]
    if not parts:
        return _("{day}: no change of rank, significance or spread", day=day)
    shown = "; ".join(parts[:NAMED])
    if len(parts) > NAMED:
        shown = ngettext(
            "{shown}; and {n} change beside them",
            "{shown}; and {n} changes beside them",
            len(parts) - NAMED,
            shown=shown,
        )
    return f"{day}: {shown}"


def _says(settings: Settings, news: News) -> str:
    name = " - ".join(_sector(settings, part) for part in news.subject.split(" - "))
    if news.kind == "spread":
        how = {
            "closed": _("has closed"),
            "turned": _("has turned"),
            "widened": _("has widened"),
            "narrowed": _("has narrowed"),
        }[news.how]
        old, new = percent(news.before), percent(news.after)
        return _("{name} {how}: from {old} to {new} percentage points", name=name, how=how, old=old, new=new)
    before, after = news.before, news.after
    if news.kind == "rank":
        return _("{name} now rank {after:.0f} (was {before:.0f})", name=name, after=after, before=before)
    if news.kind == "significant":
        return _("{name} now significant (q {after:.2f}, was {before:.2f})", name=name, after=after, before=before)
    return _("{name} not significant (q {after:.2f}, was {before:.2f})", name=name, after=after, before=before)


def _event(told: Told) -> str:
    """How an event stands: best and worst sector over the days since."""
    report = told.report
    tau = max(window.last for window in report.impact.windows if window.available and window.first == 0)
    window = next(one for one in report.impact.windows if (one.first, one.last) == (0, tau))
    rows = [row for row in report.sectors(window) if not row.group.post_hoc and row.caar_ew == row.caar_ew]
    rows.sort(key=lambda row: -row.caar_ew)
    ends = [rows[0], rows[-1]] if len(rows) > 1 else rows
    said = ", ".join(f"{name_of(row.group)} {percent(row.caar_ew)}%{_verdict(row.score.verdict)}" for row in ends)
    day = report.event.event_day
    return ngettext(
        "{event}, {n} session since {day}: {said}",
        "{event}, {n} sessions since {day}: {said}",
        tau,
        event=report.event.id,
        day=day,
        said=said or "-",
    )


def _verdict(verdict: str) -> str:
    if verdict == "winner":
        return _(" (winner)")
    return _(" (loser)") if verdict == "loser" else ""


def _stocks(settings: Settings, made: Made) -> list[str]:
    """Limits, halts, listings and names, in one line."""
    by_what: dict[What, list[str]] = {}
    for _event_name, turn in made.turns:
        was = _(" (was {name})", name=turn.was) if turn.was else ""
        by_what.setdefault(turn.what, []).append(f"{_name(settings, turn)}{was}")
    parts = []
    for what, names in by_what.items():
        more = _(" and {count} more", count=len(names) - NAMED) if len(names) > NAMED else ""
        parts.append(f"{_what(what)}: {', '.join(names[:NAMED])}{more}")
    return [_("Stocks: {what}", what="; ".join(parts))] if parts else []


def _what(what: What) -> str:
    return {
        "limit_up": _("at the upper limit"),
        "limit_down": _("at the lower limit"),
        "halted": _("halted"),
        "resumed": _("traded again"),
        "listed": _("newly listed"),
        "delisted": _("no longer listed"),
        "renamed": _("renamed"),
    }[what]


def _name(settings: Settings, turn: StatusChange) -> str:
    for sector in settings.sectors.values():
        for member in sector.members:
            if member.ticker == turn.ticker:
                known = turn.name if turn.what == "renamed" else name_of(member)
                return f"{known} ({turn.ticker})"
    return turn.ticker


def _sector(settings: Settings, label: str) -> str:
    sector, _, theme = label.partition(":")
    known = settings.sectors.get(sector)
    if known is None:
        return label
    return name_of(known.themes[theme]) if theme in known.themes else name_of(known.name)


def _few(text: str) -> str:
    return text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + " ..."


def _plain(line: str) -> str:
    """A name that the exchange sends must not reach a terminal, or a log, as commands."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
