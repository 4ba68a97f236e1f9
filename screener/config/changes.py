"""What the figures of a report hang on in the configuration, and what has changed there since another report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from screener.config.load import Settings
from screener.config.models import Sector
from screener.i18n import N_, _, ngettext

Configuration = Mapping[str, Mapping[str, str]]
"""By part (event, sectors, windows, spreads, rules, claims) and name, what is configured, as text."""

_NO_FIGURE = {"event", "language", "palette", "windows", "request_spacing", "calendar", "weights"}
"""Entries of screener.toml that are no rules of a study, or stand elsewhere in a `Configuration`."""
_ADDED = {
    "windows": N_("window {name} added"),
    "spreads": N_("spread {name} added"),
    "claims": N_("claim {name} added"),
}
_REMOVED = {
    "windows": N_("window {name} removed"),
    "spreads": N_("spread {name} removed"),
    "claims": N_("claim {name} removed"),
}


class Difference(NamedTuple):
    """An entry of the configuration that is another than it was."""

    part: str
    name: str
    before: str
    """Empty where there was none."""
    after: str
    """Empty where there is none any more."""


def configuration_of(settings: Settings, event: str) -> dict[str, dict[str, str]]:
    """What the figures of an event hang on, beside prices; nothing for an event that is not configured.

    Days that KRX closed or opened are no part of it: they say what was, not what is measured.
    """
    item = settings.events.get(event)
    if item is None:
        return {}
    screener = settings.screener
    rules = {name: str(value) for name, value in screener.model_dump().items() if name not in _NO_FIGURE}
    weights = {f"weights.{name}": f"{value:g}" for name, value in screener.weights.model_dump().items()}
    windows = [_window(*one) for one in screener.windows]
    return {
        "event": {name: str(getattr(item, name)) for name in ("news", "event_day", "base")},
        "sectors": {name: _text_of(sector, event) for name, sector in settings.family(event).items()},
        "windows": dict.fromkeys(windows, "measured"),
        "spreads": {f"{a} - {b}": "tested" for a, b in item.spreads},
        "rules": {**rules, **weights, "first_window": windows[0]},
        "claims": {
            name: str(claim.test) if claim.test else "not testable"
            for name, claim in settings.claims_about(event).items()
        },
    }


def _window(first: int, last: int) -> str:
    return "[{},{}]".format(*(f"{tau:+d}" if tau else "0" for tau in (first, last)))


def _text_of(sector: Sector, event: str) -> str:
    """The members of a sector, each with its market and theme, and whether it was put together after the event."""
    members = sorted(".".join(filter(None, (one.ticker, one.market, one.theme))) for one in sector.members)
    return " ".join([*members, *(["post_hoc"] if event in sector.post_hoc else [])])


def differences(before: Any, now: Configuration) -> list[Difference]:
    """The entries that differ; none where `before`, as a record has it, is no configuration or an empty one."""
    if not before or not now or not _is_configuration(before):
        return []
    found = []
    for part in now:
        old, new = before.get(part, {}), now[part]
        names = [*old, *(name for name in new if name not in old)]
        found += [
            Difference(part, name, old.get(name, ""), new.get(name, ""))
            for name in names
            if old.get(name, "") != new.get(name, "")
        ]
    return found


def _is_configuration(content: Any) -> bool:
    return isinstance(content, dict) and all(
        isinstance(part, dict) and all(isinstance(text, str) for text in part.values()) for part in content.values()
    )


def told(found: Sequence[Difference]) -> str:
    """The differences in words, such as '2 sectors added (SHIPS, STEEL); window [0,+5] removed'."""
    sectors = [one for one in found if one.part == "sectors"]
    added = [one.name for one in sectors if not one.before]
    removed = [one.name for one in sectors if not one.after]
    parts = []
    if added:
        parts.append(
            ngettext("{n} sector added ({names})", "{n} sectors added ({names})", len(added), names=", ".join(added))
        )
    if removed:
        parts.append(
            ngettext(
                "{n} sector removed ({names})", "{n} sectors removed ({names})", len(removed), names=", ".join(removed)
            )
        )
    parts += [_told_of_sector(one) for one in sectors if one.before and one.after]
    return "; ".join([*parts, *(_told_of_entry(one) for one in found if one.part != "sectors")])


def _told_of_sector(one: Difference) -> str:
    before, after = (
        {word.partition(".")[0] for word in text.split()} - {"post_hoc"} for text in (one.before, one.after)
    )
    moved = [f"+{ticker}" for ticker in sorted(after - before)] + [f"-{ticker}" for ticker in sorted(before - after)]
    if not moved:
        return _("{name}: different markets, themes or post_hoc", name=one.name)
    return _("members of {name}: {moved}", name=one.name, moved=" ".join(moved))


def _told_of_entry(one: Difference) -> str:
    if not one.before and one.part in _ADDED:
        return _(_ADDED[one.part], name=one.name)
    if not one.after and one.part in _REMOVED:
        return _(_REMOVED[one.part], name=one.name)
    if one.part == "claims":
        return _("claim {name} changed", name=one.name)
    return _("{name} {after} (was {before})", name=one.name, after=one.after or "-", before=one.before or "-")
