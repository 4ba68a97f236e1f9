"""Adds to the user's own configuration files, as a person would write it; everything else in them stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import TypeAdapter, ValidationError

from screener.config.fields import Identifier, Name
from screener.config.load import Settings, read_text
from screener.config.models import Member
from screener.errors import UsageError


def identifier_of(name: str) -> str:
    """The id of a sector or event of that name: the name itself, with _ for spaces.

    Raises:
        UsageError: no id can be made of it.
    """
    identifier = "_".join(name.split())
    try:
        return TypeAdapter(Identifier).validate_python(identifier)
    except ValidationError:
        raise UsageError(
            "{name!r}: no id can be made of it",
            hint="use letters, digits, _ and - only, at most 40",
            name=name,
        ) from None


def file_for(settings: Settings, directory: Path | None, kind: str, name: str, *, replace: bool = False) -> Path:
    """Where the sector or event `name` is to be written: sectors.toml or events.toml, the `kind`, in `directory`.

    Raises:
        UsageError: there is no directory of the user's own, or a file has one of that name already.
    """
    if directory is None:
        raise UsageError(
            "--config DIR, a directory of your own, is required", hint="create one with `screener config init DIR`"
        )
    there = settings.sectors if kind == "sectors.toml" else settings.events
    if name in there and not (replace and name not in settings.library):
        file = settings.files["library.toml" if name in settings.library else kind]
        hint = "choose another" if name in settings.library or kind == "events.toml" else "choose another, or --replace"
        raise UsageError("{file} already has the name {name}", hint=hint, file=file, name=name)
    return directory / kind


def with_sector(
    settings: Settings, name: str, title: Name, members: Sequence[Member], event: str | None = None, why: str = ""
) -> bytes:
    """The sectors.toml in force with `members` as the sector `name`.

    Everything else stays as it is, comments included, but for events that the shipped file names and the user's own
    lack. A member that is configured already keeps its names and market.

    Args:
        settings: in force.
        name: id of the sector.
        title: its name.
        members: ticker, ko, en, market of each.
        event: after which they were put together because of how they moved; None where they were not.
        why: the reason that each is given; empty for none.
    """
    document = _document(settings, "sectors.toml")
    for table in document.values():
        if not settings.events.keys() >= set(table.get("post_hoc", ())):
            del table["post_hoc"]
    configured = {member.ticker: member for sector in settings.sectors.values() for member in sector.members}
    entries = tomlkit.array()
    for member in members:
        known = configured.get(member.ticker, member)
        names = {"ko": known.ko} if known.ko == known.en else {"ko": known.ko, "en": known.en}
        entry = {"ticker": member.ticker, **names, "market": known.market, **({"why": why} if why else {})}
        entries.append(_inline(entry))
    sector = tomlkit.table()
    post_hoc = {} if event is None else {"post_hoc": [event]}
    sector.update({"name": _written(title), **post_hoc, "members": entries.multiline(True)})
    document[name] = sector
    return tomlkit.dumps(document).encode()


def with_event(settings: Settings, name: str, title: Name, news: date, sectors: Sequence[str] = ()) -> bytes:
    """The events.toml in force with an event `name`, of which the news came out at `news`, KST.

    `sectors` is its family; empty = see `Settings.family`.
    """
    document = _document(settings, "events.toml")
    event = tomlkit.table()
    event.update({"name": _written(title), "news": news, **({"sectors": list(sectors)} if sectors else {})})
    document[name] = event
    return tomlkit.dumps(document).encode()


def _document(settings: Settings, file: str) -> Any:
    return tomlkit.parse(read_text(settings.files[file]))


def _written(title: Name) -> Any:
    return title.ko if title.ko == title.en else _inline({"ko": title.ko, "en": title.en})


def _inline(values: Mapping[str, Any]) -> Any:
    table = tomlkit.inline_table()
    table.update(values)
    return table
