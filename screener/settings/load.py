"""Reads the configuration files, and says of every mistake in which file and line it is and what would be right."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from screener.errors import ConfigError, UsageError
from screener.krx import KST
from screener.settings.claim_mistakes import fitted, mistakes_in
from screener.settings.claims import Claim
from screener.settings.models import Event, Identifier, Screener, Sector
from screener.settings.nearest import nearest
from screener.settings.secrets import FILE as SECRETS
from screener.settings.secrets import load_secrets

T = TypeVar("T")

FILES = ("events.toml", "sectors.toml", "screener.toml", "claims.toml")


@dataclass(frozen=True)
class Settings:
    """Everything that is configured."""

    events: dict[str, Event]
    sectors: dict[str, Sector]
    screener: Screener
    sha256: dict[str, str]
    """Checksum of each file that was read, for the record of a run."""
    files: dict[str, Path]
    """Where each file was read from."""
    today: date
    """KST."""
    claims: dict[str, Claim] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """Of secrets.toml, by the name of the variable that each stands for."""

    def event(self, identifier: str) -> Event:
        """The event of that id; an unknown one is an error that names the nearest."""
        return _named(self.events, identifier, "event", "`screener events`")

    def sector(self, identifier: str) -> Sector:
        """The sector of that id; an unknown one is an error that names the nearest."""
        return _named(self.sectors, identifier, "sector", "`screener sectors`")

    def claims_about(self, event: str) -> dict[str, Claim]:
        """What was said about that event."""
        return {name: claim for name, claim in self.claims.items() if claim.event == event}

    def sessions_after(self, event: str) -> int:
        """Sessions after that event's day that its windows and the claims about it reach."""
        tests = [claim.test for claim in self.claims_about(event).values() if claim.test]
        return max([self.screener.sessions_after, *(last for test in tests for _, last in test.windows)])


def shipped_directory() -> Path:
    """The configuration that comes with the screener: inside the wheel, or beside the package in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "config"
    return inside if inside.is_dir() else package.parent / "config"


def load_settings(directory: Path | None = None, *, today: date | None = None) -> Settings:
    """Load the four files, each from `directory` if it is there and else as shipped.

    Raises:
        ConfigError: with one line for each mistake.
    """
    if directory is not None and not directory.is_dir():
        raise ConfigError(f"{directory}: no such directory: give --config (or SCREENER_CONFIG) one that holds *.toml")
    files = {name: shipped_directory() / name for name in FILES}
    if directory is not None:
        files |= _own_files(directory)
    texts = {name: _read(path) for name, path in files.items()}
    events = _parse(files["events.toml"], texts["events.toml"], TypeAdapter(dict[Identifier, Event]))
    sectors = _parse(files["sectors.toml"], texts["sectors.toml"], TypeAdapter(dict[Identifier, Sector]))
    screener = _parse(files["screener.toml"], texts["screener.toml"], TypeAdapter(Screener))
    claims = _parse(files["claims.toml"], texts["claims.toml"], TypeAdapter(dict[Identifier, Claim]))
    if files["screener.toml"].parent == shipped_directory():
        screener = _fitted(screener, events, sectors)
    if files["claims.toml"].parent == shipped_directory():
        claims = fitted(claims, events, sectors, screener.gap)
    settings = Settings(
        events,
        sectors,
        screener,
        {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()},
        files,
        today or datetime.now(KST).date(),
        claims,
        load_secrets(directory),
    )
    mistakes = _cross_check(settings)
    if mistakes:
        raise ConfigError(*(_place(files[name], texts[name], path, what) for name, path, what in mistakes))
    return settings


def _own_files(directory: Path) -> dict[str, Path]:
    """The user's own files by name; a directory without any, or with a misspelt one, is a mistake."""
    there = sorted(path.name for path in directory.iterdir() if path.suffix == ".toml" and path.name != SECRETS)
    for name in there:
        if name not in FILES:
            raise ConfigError(f"{directory / name}: is not read{nearest(name, (*FILES, SECRETS))}")
    if not there and not (directory / SECRETS).exists():
        raise ConfigError(
            f"{directory}: holds none of {', '.join(FILES)}: `screener config init {directory}` copies them"
        )
    return {name: directory / name for name in there}


def _fitted(screener: Screener, events: Mapping[str, Event], sectors: Mapping[str, Sector]) -> Screener:
    """The shipped rules for events and sectors of the user's own: pairs of sectors that are gone go with them."""
    spreads = tuple(pair for pair in screener.spreads if pair[0] in sectors and pair[1] in sectors)
    if not spreads and len(sectors) > 1:
        first, second = list(sectors)[:2]
        spreads = ((first, second),)
    event = screener.event if screener.event in events else next(iter(events), screener.event)
    return screener.model_copy(update={"spreads": spreads, "event": event})


def copy_shipped(directory: Path) -> list[tuple[Path, bool]]:
    """Copy the shipped files into `directory`; says of each whether it was copied, or one stood there already."""
    done = []
    for name in FILES:
        target = directory / name
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write((shipped_directory() / name).read_bytes())
            done.append((target, True))
        except FileExistsError:
            done.append((target, False))
        except OSError as error:
            raise ConfigError(f"{target}: cannot be written ({error.strerror}): choose another directory") from None
    return done


def _cross_check(settings: Settings) -> list[tuple[str, Sequence[str | int], str]]:
    mistakes: list[tuple[str, Sequence[str | int], str]] = []
    for identifier, event in settings.events.items():
        for key, day in (("news", event.news_date), ("event_day", event.event_day)):
            if day is not None and day > settings.today:
                what = f"{day} is in the future (today is {settings.today}): an event must have happened"
                mistakes.append(("events.toml", (identifier, key), what))
    market_of: dict[str, tuple[str, str]] = {}
    for identifier, sector in settings.sectors.items():
        for number, member in enumerate(sector.members):
            market, elsewhere = market_of.setdefault(member.ticker, (member.market, identifier))
            if market != member.market:
                what = f"{member.ticker} is of {market} in {elsewhere}: a stock has one market"
                mistakes.append(("sectors.toml", (identifier, "members", number, "market"), what))
    if settings.screener.event not in settings.events:
        what = f"no event {settings.screener.event!r} in events.toml" + nearest(
            settings.screener.event, settings.events
        )
        mistakes.append(("screener.toml", ("event",), what))
    for number, pair in enumerate(settings.screener.spreads):
        for name in pair:
            if name not in settings.sectors:
                what = f"no sector {name!r} in sectors.toml" + nearest(name, settings.sectors)
                mistakes.append(("screener.toml", ("spreads", number), what))
    found = mistakes_in(settings.claims, settings.events, settings.sectors, settings.screener.gap)
    return mistakes + [("claims.toml", path, what) for path, what in found]


def _read(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}): check the path and its permissions") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path}:{line}: not UTF-8 text: save the file as UTF-8") from None
    if not text.strip():
        raise ConfigError(f"{path}:1: the file is empty: fill it, or delete it to use the shipped one")
    return text


def _parse(path: Path, text: str, adapter: TypeAdapter[T]) -> T:
    data: dict[str, Any] = {}
    try:
        data = tomllib.loads(text)
        return adapter.validate_python(data)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax_mistake(path, text, str(error))) from None
    except RecursionError:
        raise ConfigError(f"{path}:1: not TOML: its brackets are nested too deeply") from None
    except ValidationError as error:
        # A list whose entries are wrong is also called too short; the entries say what is wrong.
        details = error.errors(include_url=False)
        told = [detail for detail in details if detail["type"] != "too_short" or len(details) == 1]
        raise ConfigError(*(_place(path, text, *_explain(detail, adapter, data)) for detail in told[:20])) from None


def _syntax_mistake(path: Path, text: str, message: str) -> str:
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    line = int(found.group(1)) if found else text.count("\n") + 1
    content = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    unquoted = re.search(r"=\s*(0\d+)", content)
    if unquoted:
        return f'{path}:{line}: a ticker is text, not a number: write "{unquoted.group(1):0>6}" in quotes'
    what = re.sub(r"\s*\(at .*\)", "", message)
    return f"{path}:{line}: not TOML: {what}: look for a missing quote, bracket or equals sign"


def _explain(detail: Any, adapter: TypeAdapter[Any], data: Mapping[str, Any]) -> tuple[Sequence[str | int], str]:
    """Path and sentence of one pydantic error."""
    kind, value = detail["type"], detail["input"]
    path = _in_file(detail["loc"], data) + (detail["loc"][-1:] if kind == "missing" else ())
    key = str(path[-1]) if path else ""
    if kind == "mistake":
        return path + tuple(detail["ctx"]["at"]), detail["ctx"]["message"]
    if kind == "extra_forbidden":
        return path, f"unknown key {key!r}" + nearest(key, _keys(adapter))
    if kind == "missing":
        return path, f"the key {key!r} is missing: add it"
    if kind == "union_tag_not_found":
        return path, "the key 'kind' is missing: add it"
    if kind == "union_tag_invalid":
        kinds = re.findall(r"'(\w+)'", detail["ctx"]["expected_tags"])
        return (*path, "kind"), f"no test is of the kind {detail['ctx']['tag']!r}" + nearest(
            detail["ctx"]["tag"], kinds
        )
    if kind == "literal_error":
        return path, f"{value!r} is not possible here: write {detail['ctx']['expected']}"
    if kind == "string_pattern_mismatch":
        return path, f"{value!r} is no id: letters, digits, _ and - only, at most 40"
    if kind.startswith(("date", "datetime")):
        return path, f"{value!r} is no date: write it as 2025-01-31, without quotes"
    return path, f"{detail['msg'][0].lower()}{detail['msg'][1:]} (found {_short(value)})"


def _in_file(loc: Sequence[str | int], data: Any) -> tuple[str | int, ...]:
    """The parts of `loc` that the file has: pydantic adds some of its own, such as the kind of a test."""
    path: list[str | int] = []
    for part in loc:
        if isinstance(data, list) if isinstance(part, int) else isinstance(data, Mapping) and part in data:
            path.append(part)
            data = data[part]
    return tuple(path)


def _keys(adapter: TypeAdapter[Any]) -> list[str]:
    """Every key that any model of a file knows."""
    schema = adapter.json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _place(path: Path, text: str, keys: Sequence[str | int], what: str) -> str:
    from screener.settings.locate import line_of

    dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    where = f"{path}:{line_of(text, keys)}: "
    return where + (f"{dotted}: {what}" if dotted else what)


def _named(things: dict[str, T], identifier: str, kind: str, listing: str) -> T:
    if identifier in things:
        return things[identifier]
    raise UsageError(f"no {kind} {identifier!r}{nearest(identifier, things)} ({listing} lists them)")
