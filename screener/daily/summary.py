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
from screener.report.figures import percent
from screener.words import Words, say

LINES = 10
NAMED = 3
"""Changes that the first line names, and stocks that a line names of each kind."""


def summarise(
    settings: Settings,
    words: Words,
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
    lines = [_headline(settings, words, made), *_stocks(settings, words, made)]
    if made.revised:
        names = [
            say("{event} as of {day} (revision {number})", event=event, day=day, number=filing.revision)
            for day, event, filing in made.revised
        ]
        count = sum(len(filing.changed) for _, _, filing in made.revised)
        told = _few(", ".join(names))
        lines.append(say("Revised, for figures were corrected: {names}: {count} figures", names=told, count=count))
    if missed:
        days = " - ".join(dict.fromkeys((missed.sessions[0], missed.sessions[-1])))
        count = len(missed.sessions)
        lines.append(say("Late: {count} missed sessions ({days}); {why}", count=count, days=days, why=missed.why))
    if repaired:
        told = _few("; ".join(repaired))
        lines.append(say("The store was damaged and has been mended: {what}", what=told))
    over = ended(spans)
    if over:
        lines.append(say("Over, no new reports: {events}", events=_few(", ".join(over))))
    newest = max(day for day, _, _ in made.filed)
    last = say("Files: {folder}", folder=root / str(newest))
    if len(made.filed) > 1:
        last = say("{line}, and {count} reports beside it", line=last, count=len(made.filed) - 1)
    events = [_event(words, told) for told in made.told]
    room = LINES - len(lines) - 1
    if len(events) > room:
        events = [*events[: room - 1], say("... and {count} events beside them", count=len(events) - room + 1)]
    return [_plain(line) for line in [lines[0], *events, *lines[1:], last]][:LINES]


def ended(spans: Sequence[Span]) -> list[str]:
    """The events that get no more reports, and until when they did."""
    return [say("{event} (until {day})", event=span.event, day=span.last) for span in spans if span.last]


def _headline(settings: Settings, words: Words, made: Made) -> str:
    """What changed, the weightiest first."""
    if not made.told:
        return say("Nothing new: reports of earlier sessions that were made again: {count}", count=len(made.filed))
    day = max(told.report.as_of for told in made.told)
    parts = [say("{event}: first report", event=one.report.event.id) for one in made.told if one.before is None]
    many = len(made.told) > 1
    for told in made.told:
        parts += [(f"{told.report.event.id}: " if many else "") + _says(settings, words, one) for one in told.news]
    parts += [f"{_name(settings, words, turn)} {_what(turn.what)}" for _, turn in made.turns]
    if not parts:
        return say("{day}: no change of rank, significance or spread", day=day)
    shown = "; ".join(parts[:NAMED])
    if len(parts) > NAMED:
        shown = say("{shown}; and {count} changes beside them", shown=shown, count=len(parts) - NAMED)
    return f"{day}: {shown}"


def _says(settings: Settings, words: Words, news: News) -> str:
    name = " - ".join(_sector(settings, words, part) for part in news.subject.split(" - "))
    if news.kind == "spread":
        how = {
            "closed": say("has closed"),
            "turned": say("has turned"),
            "widened": say("has widened"),
            "narrowed": say("has narrowed"),
        }[news.how]
        old, new = percent(news.before), percent(news.after)
        return say("{name} {how}: from {old} to {new} percentage points", name=name, how=how, old=old, new=new)
    before, after = news.before, news.after
    if news.kind == "rank":
        return say("{name} now rank {after:.0f} (was {before:.0f})", name=name, after=after, before=before)
    if news.kind == "significant":
        return say("{name} now significant (q {after:.2f}, was {before:.2f})", name=name, after=after, before=before)
    return say("{name} not significant (q {after:.2f}, was {before:.2f})", name=name, after=after, before=before)


def _event(words: Words, told: Told) -> str:
    """How an event stands: best and worst sector over the days since."""
    report = told.report
    tau = max(window.last for window in report.impact.windows if window.available and window.first == 0)
    window = next(one for one in report.impact.windows if (one.first, one.last) == (0, tau))
    rows = [row for row in report.sectors(window) if not row.group.post_hoc and row.caar_ew == row.caar_ew]
    rows.sort(key=lambda row: -row.caar_ew)
    ends = [rows[0], rows[-1]] if len(rows) > 1 else rows
    said = ", ".join(f"{words.name(row.group)} {percent(row.caar_ew)}%{_verdict(row.score.verdict)}" for row in ends)
    day = report.event.event_day
    return say("{event}, {tau} sessions since {day}: {said}", event=report.event.id, tau=tau, day=day, said=said or "-")


def _verdict(verdict: str) -> str:
    if verdict == "winner":
        return say(" (winner)")
    return say(" (loser)") if verdict == "loser" else ""


def _stocks(settings: Settings, words: Words, made: Made) -> list[str]:
    """Limits, halts, listings and names, in one line."""
    by_what: dict[What, list[str]] = {}
    for _, turn in made.turns:
        was = say(" (was {name})", name=turn.was) if turn.was else ""
        by_what.setdefault(turn.what, []).append(f"{_name(settings, words, turn)}{was}")
    parts = []
    for what, names in by_what.items():
        more = say(" and {count} more", count=len(names) - NAMED) if len(names) > NAMED else ""
        parts.append(f"{_what(what)}: {', '.join(names[:NAMED])}{more}")
    return [say("Stocks: {what}", what="; ".join(parts))] if parts else []


def _what(what: What) -> str:
    return {
        "limit_up": say("at the upper limit"),
        "limit_down": say("at the lower limit"),
        "halted": say("halted"),
        "resumed": say("traded again"),
        "listed": say("newly listed"),
        "delisted": say("no longer listed"),
        "renamed": say("renamed"),
    }[what]


def _name(settings: Settings, words: Words, turn: StatusChange) -> str:
    for sector in settings.sectors.values():
        for member in sector.members:
            if member.ticker == turn.ticker:
                known = turn.name if turn.what == "renamed" else words.name(member)
                return f"{known} ({turn.ticker})"
    return turn.ticker


def _sector(settings: Settings, words: Words, label: str) -> str:
    sector, _, theme = label.partition(":")
    known = settings.sectors.get(sector)
    if known is None:
        return label
    return words.name(known.themes[theme]) if theme in known.themes else words.name(known.name)


def _few(text: str) -> str:
    return text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + " ..."


def _plain(line: str) -> str:
    """A name that the exchange sends must not reach a terminal, or a log, as commands."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line)
