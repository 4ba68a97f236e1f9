"""What a daily run says: ten lines at most, of which the first says what changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from screener.app.daily.due import Span
from screener.app.daily.making import Made, Told
from screener.app.daily.status import Missed
from screener.market.turns import Turn
from screener.report.figures import percent
from screener.report.news import News
from screener.settings import Settings
from screener.words import Words

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
    lines = [_headline(settings, words, made)]
    lines += _stocks(settings, words, made)
    if made.revised:
        days = ", ".join(f"{event} as of {day} (revision {filing.revision})" for day, event, filing in made.revised)
        count = sum(len(filing.changed) for _, _, filing in made.revised)
        lines.append(f"Revised, for figures were corrected: {_few(days)}: {count} figures, see revisions.csv")
    if missed:
        days = missed.sessions[0] if len(missed.sessions) == 1 else f"{missed.sessions[0]} to {missed.sessions[-1]}"
        lines.append(f"Late: {len(missed.sessions)} missed sessions ({days}), made up for now; {missed.why}")
    if repaired:
        lines.append(f"The store was damaged and has been mended: {_few('; '.join(repaired))}")
    over = [f"{span.event} (until {span.last})" for span in spans if span.last]
    if over:
        lines.append(f"Over, no new reports: {_few(', '.join(over))}")
    newest = max(day for day, _, _ in made.filed)
    last = f"Files: {root / str(newest)}" + (f" and {n} more" if (n := len(made.filed) - 1) else "")
    events = [_event(words, told) for told in made.told]
    room = LINES - len(lines) - 1
    if len(events) > room:
        events = [*events[: room - 1], f"and {len(events) - room + 1} more events"]
    return [_plain(line) for line in [lines[0], *events, *lines[1:], last]][:LINES]


def _headline(settings: Settings, words: Words, made: Made) -> str:
    """What changed, the weightiest first."""
    if not made.told:
        return f"Nothing new: {len(made.filed)} reports of earlier sessions were made again"
    day = max(told.report.as_of for told in made.told)
    parts = [f"{told.report.event.id}: first report" for told in made.told if told.before is None]
    many = len(made.told) > 1
    for told in made.told:
        parts += [(f"{told.report.event.id}: " if many else "") + _says(settings, words, one) for one in told.news]
    parts += [f"{_name(settings, words, turn)} {turn.what}" for _, turn in made.turns]
    if not parts:
        return f"{day}: no change of rank, significance or spread"
    more = f"; and {len(parts) - NAMED} more changes" if len(parts) > NAMED else ""
    return f"{day}: {'; '.join(parts[:NAMED])}{more}"


def _says(settings: Settings, words: Words, news: News) -> str:
    name = " - ".join(_sector(settings, words, part) for part in news.subject.split(" - "))
    if news.kind == "spread":
        return f"{name} {news.how} to {percent(news.after)} percentage points (from {percent(news.before)})"
    if news.kind == "rank":
        return f"{name} now rank {news.after:.0f} (from {news.before:.0f})"
    verb = "is now significant" if news.kind == "significant" else "is no longer significant"
    return f"{name} {verb} (q {news.after:.2f}, was {news.before:.2f})"


def _event(words: Words, told: Told) -> str:
    """How an event stands: best and worst sector over the days since."""
    report = told.report
    tau = max(window.last for window in report.impact.windows if window.available and window.first == 0)
    window = next(one for one in report.impact.windows if (one.first, one.last) == (0, tau))
    rows = [row for row in report.sectors(window) if not row.group.post_hoc and row.caar_ew == row.caar_ew]
    if not rows:
        return f"{report.event.id} +{tau}: no sector has an abnormal return"
    rows.sort(key=lambda row: -row.caar_ew)
    ends = [rows[0], rows[-1]] if len(rows) > 1 else rows
    said = ", ".join(
        f"{words.name(row.group)} {percent(row.caar_ew)}%"
        + (f" ({row.score.verdict})" if row.score.verdict in ("winner", "loser") else "")
        for row in ends
    )
    return f"{report.event.id}, {tau} sessions since {report.event.event_day}: {said}"


def _stocks(settings: Settings, words: Words, made: Made) -> list[str]:
    """Limits, halts, listings and names, in one line."""
    by_what: dict[str, list[str]] = {}
    for _, turn in made.turns:
        was = f" (was {turn.was})" if turn.was else ""
        by_what.setdefault(turn.what, []).append(f"{_name(settings, words, turn)}{was}")
    parts = []
    for what, names in by_what.items():
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        parts.append(f"{what}: {', '.join(names[:NAMED])}{more}")
    return [f"Stocks: {'; '.join(parts)}"] if parts else []


def _name(settings: Settings, words: Words, turn: Turn) -> str:
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
