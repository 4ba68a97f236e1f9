"""The summary of a daily run: ten lines at most, of which the first says what changed."""

from __future__ import annotations

from collections.abc import Sequence

from screener.archive.history import Change
from screener.config import Settings
from screener.console import escaped
from screener.daily.due import Span
from screener.daily.reports import Batch, Job, Latest
from screener.daily.status import Missed
from screener.data.turns import Turn, What
from screener.report.figures import percent
from screener.words import Words, say

LINES = 10
NAMED = 3
"""Changes on the first line, and stocks of each kind on one line."""


def summarise(
    job: Job, batch: Batch, spans: Sequence[Span], missed: Missed | None, repaired: Sequence[str]
) -> list[str]:
    """The lines; none where nothing was made.

    Args:
        job: names of sectors and stocks, and the reports directory.
        batch: the reports.
        spans: the events and their sessions.
        missed: sessions whose report came late.
        repaired: what was taken out of the store because it was damaged.
    """
    if not batch.filed:
        return []
    settings, words = job.settings, job.words
    lines = [_headline(settings, words, batch), *_stocks(settings, words, batch)]
    if batch.revised:
        names = [
            say("{event} as of {day} (revision {number})", event=event, day=day, number=filed.revision)
            for day, event, filed in batch.revised
        ]
        count = sum(len(filed.corrections) for _, _, filed in batch.revised)
        shown = _shortened(", ".join(names))
        lines.append(say("Revised, for figures were corrected: {names}: {count} figures", names=shown, count=count))
    if missed:
        days = " - ".join(dict.fromkeys((str(missed.sessions[0]), str(missed.sessions[-1]))))
        count = len(missed.sessions)
        lines.append(say("Late: {count} missed sessions ({days}); {why}", count=count, days=days, why=missed.why))
    if repaired:
        shown = _shortened("; ".join(repaired))
        lines.append(say("The store was damaged and has been mended: {what}", what=shown))
    over = ended(spans)
    if over:
        lines.append(say("Over, no new reports: {events}", events=_shortened(", ".join(over))))
    newest = max(day for day, _, _ in batch.filed)
    last = say("Files: {folder}", folder=job.root / str(newest))
    if len(batch.filed) > 1:
        last = say("{line}, and {count} reports beside it", line=last, count=len(batch.filed) - 1)
    events = [_event(words, latest) for latest in batch.latest]
    room = LINES - len(lines) - 1
    if len(events) > room:
        events = [*events[: room - 1], say("... and {count} events beside them", count=len(events) - room + 1)]
    # A name that the exchange sends must not reach a terminal, or a log, as commands.
    return [escaped(line) for line in [lines[0], *events, *lines[1:], last]][:LINES]


def ended(spans: Sequence[Span]) -> list[str]:
    """The events that get no more reports, and until when they did."""
    return [say("{event} (until {day})", event=span.event, day=span.last) for span in spans if span.last]


def _headline(settings: Settings, words: Words, batch: Batch) -> str:
    """What changed, the most important first."""
    if not batch.latest:
        return say("Nothing new: reports of earlier sessions that were made again: {count}", count=len(batch.filed))
    day = max(latest.report.as_of for latest in batch.latest)
    first = [latest.report.event.id for latest in batch.latest if latest.before is None]
    parts = [say("{event}: first report", event=event) for event in first]
    many = len(batch.latest) > 1
    for latest in batch.latest:
        prefix = f"{latest.report.event.id}: " if many else ""
        parts += [prefix + _sentence(settings, words, change) for change in latest.changes]
    parts += [f"{_stock(settings, words, turn)} {_verb(turn.what)}" for _, turn in batch.turns]
    if not parts:
        return say("{day}: no change of rank, significance or spread", day=day)
    shown = "; ".join(parts[:NAMED])
    if len(parts) > NAMED:
        shown = say("{shown}; and {count} changes beside them", shown=shown, count=len(parts) - NAMED)
    return f"{day}: {shown}"


def _sentence(settings: Settings, words: Words, change: Change) -> str:
    name = " - ".join(_sector(settings, words, part) for part in change.subject.split(" - "))
    if change.kind == "spread":
        how = {
            "closed": say("has closed"),
            "turned": say("has turned"),
            "widened": say("has widened"),
            "narrowed": say("has narrowed"),
        }[change.direction]
        old, new = percent(change.before), percent(change.after)
        return say("{name} {how}: from {old} to {new} percentage points", name=name, how=how, old=old, new=new)
    before, after = change.before, change.after
    if change.kind == "rank":
        return say("{name} now rank {after:.0f} (was {before:.0f})", name=name, after=after, before=before)
    if change.kind == "significant":
        return say("{name} now significant (q {after:.2f}, was {before:.2f})", name=name, after=after, before=before)
    return say("{name} not significant (q {after:.2f}, was {before:.2f})", name=name, after=after, before=before)


def _event(words: Words, latest: Latest) -> str:
    """How an event stands: its best and worst sector over the days since."""
    report = latest.report
    tau = max(window.last for window in report.impact.windows if window.available and window.first == 0)
    window = next(window for window in report.impact.windows if (window.first, window.last) == (0, tau))
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


def _stocks(settings: Settings, words: Words, batch: Batch) -> list[str]:
    """Limits, halts, listings and names, in one line."""
    by_kind: dict[What, list[str]] = {}
    for _, turn in batch.turns:
        was = say(" (was {name})", name=turn.was) if turn.was else ""
        by_kind.setdefault(turn.what, []).append(f"{_stock(settings, words, turn)}{was}")
    parts = []
    for kind, names in by_kind.items():
        more = say(" and {count} more", count=len(names) - NAMED) if len(names) > NAMED else ""
        parts.append(f"{_verb(kind)}: {', '.join(names[:NAMED])}{more}")
    return [say("Stocks: {what}", what="; ".join(parts))] if parts else []


def _verb(kind: What) -> str:
    return {
        "limit_up": say("at the upper limit"),
        "limit_down": say("at the lower limit"),
        "halted": say("halted"),
        "resumed": say("traded again"),
        "listed": say("newly listed"),
        "delisted": say("no longer listed"),
        "renamed": say("renamed"),
    }[kind]


def _stock(settings: Settings, words: Words, turn: Turn) -> str:
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


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + " ..."
