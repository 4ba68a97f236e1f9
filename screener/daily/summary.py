"""The summary of a daily run: ten lines at most.

The first is the subject of notifications: the finding, short enough for the lock screen of a phone. The second says
what changed.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from screener.config.changes import told
from screener.console import escaped
from screener.i18n import N_, _, language, name_of, ngettext
from screener.report.formatting import percent, probability
from screener.report.model import VERDICTS, short_banner

if TYPE_CHECKING:
    from screener.archive.history import Change
    from screener.config import Settings
    from screener.config.changes import Difference
    from screener.daily.due import Span
    from screener.daily.reports import Batch, Job, Latest
    from screener.daily.status import Missed
    from screener.data.universe import StatusChange, What
    from screener.report.model import Report

LINES = 10
_NAMED = 3
"""Changes on the first line, and stocks of each kind on one line."""


def summarise(
    job: Job, batch: Batch, spans: Sequence[Span], missed: Missed | None, repaired: Sequence[str]
) -> list[str]:
    """The lines; none where nothing was made. `repaired` says what was taken out of the store, being damaged."""
    if not batch.filed:
        return []
    settings = job.settings
    found = _finding(batch)
    lines = [_headline(settings, batch), *_configured(batch), *_stocks(settings, batch), *_revised(batch)]
    if missed:
        lines.append(
            ngettext(
                "Late: {n} session missed ({days}); {why}",
                "Late: {n} sessions missed ({days}); {why}",
                len(missed.sessions),
                days=" - ".join(dict.fromkeys((str(missed.sessions[0]), str(missed.sessions[-1])))),
                why=missed.why,
            )
        )
    if repaired:
        lines.append(_("The store was damaged and has been repaired: {what}", what=_shortened("; ".join(repaired))))
    over = ended(spans)
    if over:
        lines.append(_("Over; no new reports: {events}", events=_shortened(", ".join(over))))
    banners = dict.fromkeys(latest.report.banner for latest in batch.latest)
    lines += [_("Not final: {what}", what=short) for banner in banners if (short := short_banner(banner))]
    events = [_event(latest) for latest in batch.latest]
    room = LINES - len(lines) - len(found) - 1
    if len(events) > room:
        events = [
            *events[: room - 1],
            ngettext("... and {n} more event", "... and {n} more events", len(events) - room + 1),
        ]
    # A name that the exchange sends must not reach a terminal, or a log, as commands.
    return [escaped(line) for line in [*found, lines[0], *events, *lines[1:], _files(job.root, batch)]][:LINES]


def configuration_changes(by_event: Mapping[str, Sequence[Difference]]) -> str:
    """By event, what is configured otherwise than it was, in words; once where it is the same for several."""
    words = {event: told(found) for event, found in by_event.items() if found}
    if len(set(words.values())) == 1:
        return next(iter(words.values()))
    return "; ".join(f"{event}: {what}" for event, what in words.items())


def _configured(batch: Batch) -> list[str]:
    """What the configuration changes in the reports, which is no correction of figures."""
    lines = []
    if batch.rebuilt:
        names = [_("{event} as of {day}", event=event, day=day) for day, event, _filed in batch.rebuilt]
        lines.append(_("Made again with the changed configuration: {names}", names=_shortened(", ".join(names))))
    if any(latest.configured for latest in batch.latest):
        lines.append(_("Earlier reports use the previous configuration: `screener daily --rebuild` makes them again"))
    return lines


def _revised(batch: Batch) -> list[str]:
    if not batch.revised:
        return []
    names = [
        _("{event} as of {day} (revision {number})", event=event, day=day, number=filed.revision)
        for day, event, filed in batch.revised
    ]
    line = ngettext(
        "Revised because figures were corrected: {names}: {n} figure",
        "Revised because figures were corrected: {names}: {n} figures",
        sum(len(filed.corrections) for *_rest, filed in batch.revised),
        names=_shortened(", ".join(names)),
    )
    return [line]


def _files(root: Path, batch: Batch) -> str:
    line = _("Files: {folder}", folder=root / str(max(day for day, *_rest in batch.filed)))
    if len(batch.filed) == 1:
        return line
    return ngettext("{line}, and {n} more report", "{line}, and {n} more reports", len(batch.filed) - 1, line=line)


def ended(spans: Sequence[Span]) -> list[str]:
    """The events that get no more reports, and until when they did."""
    return [_("{event} (until {day})", event=span.event, day=span.last) for span in spans if span.last]


def _headline(settings: Settings, batch: Batch) -> str:
    """What changed, the most important first."""
    configured = configuration_changes(batch.configured)
    if not batch.latest and not configured:
        return _("Nothing new; reports of earlier sessions made again: {count}", count=len(batch.filed))
    day = max([latest.report.as_of for latest in batch.latest] or [day for day, *_rest in batch.filed])
    parts = [_("configuration changed: {what}", what=_shortened(configured))] if configured else []
    first = [latest.report.event.id for latest in batch.latest if latest.changes is None]
    parts += [_("{event}: first report", event=event) for event in first]
    many = len(batch.latest) > 1
    for latest in batch.latest:
        prefix = f"{latest.report.event.id}: " if many else ""
        parts += [prefix + _sentence(settings, change) for change in latest.changes or ()]
    parts += [f"{_stock(settings, turn)} {_verb(turn.what)}" for turn in batch.turns]
    if not parts:
        return _("{day}: no change of rank, significance or spread", day=day)
    shown = "; ".join(parts[:_NAMED])
    if len(parts) > _NAMED:
        shown = ngettext(
            "{shown}; and {n} other change",
            "{shown}; and {n} other changes",
            len(parts) - _NAMED,
            shown=shown,
        )
    return f"{day}: {shown}"


def _sentence(settings: Settings, change: Change) -> str:
    name = " - ".join(_sector(settings, part) for part in change.subject.split(" - "))
    if change.kind == "spread":
        how = {
            "closed": _("has closed"),
            "turned": _("has reversed"),
            "widened": _("has widened"),
            "narrowed": _("has narrowed"),
        }[change.direction]
        old, new = percent(change.before), percent(change.after)
        return _("{name} {how}: from {old} to {new} pp", name=name, how=how, old=old, new=new)
    said = {
        "rank": N_("{name} now ranks {after} (was {before})"),
        "significant": N_("{name} now significant (corrected p {after}, was {before})"),
        "insignificant": N_("{name} not significant (corrected p {after}, was {before})"),
    }[change.kind]
    before, after = (
        f"{value:.0f}" if change.kind == "rank" else probability(value) for value in (change.before, change.after)
    )
    return _(said, name=name, after=after, before=before)


def _finding(batch: Batch) -> list[str]:
    """One line: who gained and lost most in the newest event of which there is news, and how certain that is."""

    def news(latest: Latest) -> tuple[bool, str]:
        return latest.changes is None or bool(latest.changes), str(latest.report.event.event_day)

    for latest in sorted(batch.latest, key=news, reverse=True):
        if rows := _ends(latest.report)[1]:
            name = name_of(latest.report.event.name)
            ends = ", ".join(map(_in_brief, rows))
            return [_("{event}: {ends}; abnormal, corrected p; {day}", event=name, ends=ends, day=latest.report.as_of)]
    return []


def _in_brief(row: Mapping[Hashable, Any]) -> str:
    """A sector's abnormal return, and its corrected p where the verdict rests on it."""
    tested = row["verdict"] in ("winner", "loser", "no clear effect") and math.isfinite(row["p_family"])
    return _(
        "{name} {caar}% ({certainty})",
        name=row[f"name_{language()}"],
        caar=percent(row["caar_ew"]),
        certainty=f"p {probability(row['p_family'])}" if tested else _(VERDICTS[row["verdict"]]),
    )


def _ends(report: Report) -> tuple[int, list[dict[Hashable, Any]]]:
    """Sessions since the event day, and the best and worst sector by abnormal return over them."""
    tau = max(window.last for window in report.windows if window.available and window.first == 0)
    table = report.frames.sectors
    inside = (table["window_start"] == 0) & (table["window_end"] == tau) & table["theme"].isna() & ~table["post_hoc"]
    rows = table[inside & table["caar_ew"].notna()].sort_values("caar_ew", ascending=False).to_dict("records")
    return tau, [rows[0], rows[-1]] if len(rows) > 1 else rows


def _event(latest: Latest) -> str:
    """How an event stands: its best and worst sector over the days since."""
    report = latest.report
    tau, ends = _ends(report)
    sectors = ", ".join(map(_standing, ends))
    day = report.event.event_day
    return ngettext(
        "{event}, {n} session since {day}: {said}",
        "{event}, {n} sessions since {day}: {said}",
        tau,
        event=report.event.id,
        day=day,
        said=sectors or "-",
    )


def _standing(row: Mapping[Hashable, Any]) -> str:
    """A sector's return, the abnormal part of it that was tested, and what the test says."""
    return _(
        "{name} {mean}% (abnormal return {caar}%, corrected p {p}, {verdict})"
        if math.isfinite(row["p_family"])
        else "{name} {mean}% (abnormal return {caar}%, {verdict})",
        name=row[f"name_{language()}"],
        mean=percent(row["mean_return_ew"]),
        caar=percent(row["caar_ew"]),
        p=probability(row["p_family"]),
        verdict=_(VERDICTS[row["verdict"]]),
    )


def _stocks(settings: Settings, batch: Batch) -> list[str]:
    """Limits, halts, listings and names, in one line."""
    by_kind: dict[What, list[str]] = {}
    for turn in batch.turns:
        stock = _stock(settings, turn)
        renamed = _("{stock} (was {name})", stock=stock, name=turn.was) if turn.was else stock
        by_kind.setdefault(turn.what, []).append(renamed)
    parts = []
    for kind, names in by_kind.items():
        shown = ", ".join(names[:_NAMED])
        if len(names) > _NAMED:
            shown = _("{names} and {count} more", names=shown, count=len(names) - _NAMED)
        parts.append(f"{_verb(kind)}: {shown}")
    return [_("Stocks: {what}", what="; ".join(parts))] if parts else []


def _verb(kind: What) -> str:
    return {
        "limit_up": _("at the upper limit"),
        "limit_down": _("at the lower limit"),
        "halted": _("halted"),
        "resumed": _("traded again"),
        "listed": _("newly listed"),
        "delisted": _("no longer listed"),
        "renamed": _("renamed"),
    }[kind]


def _stock(settings: Settings, turn: StatusChange) -> str:
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


def _shortened(text: str) -> str:
    return text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + " ..."
