"""Whether what claims name is configured, and can be tested as it is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from screener.settings.claims import Analogue, Claim, Target
from screener.settings.models import Event, Sector
from screener.settings.nearest import nearest

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
            yield (identifier, "against"), f"no other claim {claim.against!r}" + nearest(claim.against, others)
        elif other.event != claim.event:
            yield (identifier, "against"), f"{claim.against} is about {other.event}, not {claim.event}"


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
        yield ("event",), f"no event {claim.event!r} in events.toml" + nearest(claim.event, events)
        return
    if claim.test is None:
        return
    for key, target in claim.test.targets.items():
        what = _unknown(target, sectors)
        if what:
            yield ("test", key), what
    for first, last in claim.test.windows:
        if first < -gap:
            what = f"the window [{first}, {last}] reaches into the estimation window: start it at {-gap} or later"
            yield ("test", "window"), what
    if isinstance(claim.test, Analogue):
        changes = {one.name.en: one.change_pct for one in events[claim.event].abroad}
        for number, peer in enumerate(claim.test.peers):
            if peer not in changes:
                what = f"no {peer!r} in the table abroad of {claim.event}" + nearest(peer, changes)
                yield ("test", "peers", number), what
        if len({math.copysign(1, changes[peer]) for peer in claim.test.peers if peer in changes}) > 1:
            yield ("test", "peers"), "the peers moved in both directions: name those of one"


def _unknown(target: Target, sectors: Mapping[str, Sector]) -> str:
    """Why no figure of `target` can test anything; empty if one can."""
    if target.tickers:
        known = {member.ticker for sector in sectors.values() for member in sector.members}
        missing = next((ticker for ticker in target.tickers if ticker not in known), None)
        return f"no sector holds {missing}: add it to one in sectors.toml" if missing else ""
    if target.sector not in sectors:
        return f"no sector {target.sector!r} in sectors.toml" + nearest(target.sector, sectors)
    sector = sectors[target.sector]
    if target.theme is not None and target.theme not in sector.themes:
        return f"{target.sector} has no theme {target.theme!r}" + nearest(target.theme, sector.themes or ["none"])
    if sector.post_hoc:
        return f"{target.sector} was put together after the event (post_hoc): it can confirm nothing"
    return ""
