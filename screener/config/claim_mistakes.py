"""Whether what claims name is configured, and can be tested as it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from screener.config.claims import Analogue, Claim, Target
from screener.config.models import Event, Sector
from screener.config.nearest import nearest
from screener.i18n import _

Mistake = tuple[Sequence[str | int], str]
"""Path in the file, and what is wrong there."""


def mistakes_in(
    claims: Mapping[str, Claim], events: Mapping[str, Event], sectors: Mapping[str, Sector], gap: int
) -> Iterator[Mistake]:
    """What claims name that is not configured, or cannot be tested as configured."""
    for identifier, claim in claims.items():
        for path, what in _beyond(claim, events, sectors, gap):
            yield (identifier, *path), what
        if claim.against is None:
            continue
        other = claims.get(claim.against)
        if other is None or other is claim:
            others = [name for name in claims if name != identifier]
            what = _("no other claim {against!r}", against=claim.against)
            yield (identifier, "against"), what + nearest(claim.against, others)
        elif other.event != claim.event:
            against, its, mine = claim.against, other.event, claim.event
            what = _("{against} is about {its}, not {mine}", against=against, its=its, mine=mine)
            yield (identifier, "against"), what


def fitted(
    claims: Mapping[str, Claim], events: Mapping[str, Event], sectors: Mapping[str, Sector], gap: int
) -> dict[str, Claim]:
    """The claims that events and sectors of the user's own can still carry."""
    kept = {name: one for name, one in claims.items() if not any(_beyond(one, events, sectors, gap))}
    return {
        name: one if one.against in kept else one.model_copy(update={"against": None}) for name, one in kept.items()
    }


def _beyond(claim: Claim, events: Mapping[str, Event], sectors: Mapping[str, Sector], gap: int) -> Iterator[Mistake]:
    if claim.event not in events:
        yield ("event",), _("no event {event!r} in events.toml", event=claim.event) + nearest(claim.event, events)
        return
    if claim.test is None:
        return
    for key, target in claim.test.targets.items():
        what = _unknown(target, sectors)
        if what:
            yield ("test", key), what
    for first, last in claim.test.windows:
        if first < -gap:
            what = _(
                "the window [{first}, {last}] reaches into the estimation window: start it at {earliest} or later",
                first=first,
                last=last,
                earliest=-gap,
            )
            yield ("test", "window"), what
    if isinstance(claim.test, Analogue):
        changes = {one.name.en: one.change_pct for one in events[claim.event].abroad}
        for number, peer in enumerate(claim.test.peers):
            if peer not in changes:
                what = _("no {peer!r} in the table abroad of {event}", peer=peer, event=claim.event)
                yield ("test", "peers", number), what + nearest(peer, changes)
        if len({math.copysign(1, changes[peer]) for peer in claim.test.peers if peer in changes}) > 1:
            yield ("test", "peers"), _("the peers moved in both directions: name those of one")


def _unknown(target: Target, sectors: Mapping[str, Sector]) -> str:
    """Why no figure of `target` can test anything; empty if one can."""
    if target.tickers:
        known = {member.ticker for sector in sectors.values() for member in sector.members}
        missing = next((ticker for ticker in target.tickers if ticker not in known), None)
        return _("no sector holds {missing}: add it to one in sectors.toml", missing=missing) if missing else ""
    if target.sector not in sectors:
        return _("no sector {sector!r} in sectors.toml", sector=target.sector) + nearest(target.sector, sectors)
    sector = sectors[target.sector]
    if target.theme is not None and target.theme not in sector.themes:
        what = _("{sector} has no theme {theme!r}", sector=target.sector, theme=target.theme)
        return what + nearest(target.theme, sector.themes or [_("none")])
    if sector.post_hoc:
        return _("{sector} was put together after the event (post_hoc): it can confirm nothing", sector=target.sector)
    return ""
