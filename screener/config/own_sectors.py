"""Adds a sector to the user's own sectors.toml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import TypeAdapter, ValidationError

from screener.config import Settings
from screener.config.models import Identifier, Member
from screener.errors import UsageError

_FILE = "sectors.toml"


def refuse_name(settings: Settings, directory: Path | None, name: str, *, replace: bool) -> Path:
    """Where the sector `name` is to be saved: `directory`.

    Raises:
        UsageError: there is no directory, the name is none, or a sector has it already.
    """
    if directory is None:
        raise UsageError(
            "--save needs --config DIR, a directory of your own", hint="`screener config init DIR` makes one"
        )
    try:
        TypeAdapter(Identifier).validate_python(name)
    except ValidationError:
        raise UsageError(
            "--save {name!r}: is no id", hint="letters, digits, _ and - only, at most 40", name=name
        ) from None
    if name in settings.sectors and not replace:
        raise UsageError(
            "--save {name}: {file} has a sector of that name",
            hint="choose another, or --replace",
            name=name,
            file=settings.files[_FILE],
        )
    return directory / _FILE


def with_sector(settings: Settings, name: str, members: Sequence[Member], why: str) -> bytes:
    """The sectors.toml in force with `members` as the post-hoc sector `name`, named after the first of them.

    Everything else stays as it is, comments included. A member that is configured already keeps its names and market.

    Args:
        settings: in force.
        name: id of the sector.
        members: ticker, ko, en, market of each.
        why: the reason that each is given.
    """
    document: Any = tomlkit.parse(settings.files[_FILE].read_text(encoding="utf-8-sig"))
    configured = {member.ticker: member for sector in settings.sectors.values() for member in sector.members}
    entries = tomlkit.array()
    for member in members:
        known = configured.get(member.ticker, member)
        entry = tomlkit.inline_table()
        entry.update({"ticker": member.ticker, "ko": known.ko, "en": known.en, "market": known.market, "why": why})
        entries.append(entry)
    title = tomlkit.inline_table()
    title.update({"ko": f"{members[0].ko} 외 {len(members) - 1}", "en": f"{members[0].en} and {len(members) - 1} more"})
    sector = tomlkit.table()
    sector.update({"name": title, "post_hoc": True, "members": entries.multiline(True)})
    document[name] = sector
    return tomlkit.dumps(document).encode()
