"""Loads the configuration files, and adds to them; a mistake is an error with its file, line and what is right."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from screener.choices import Market
from screener.config.claims import Article, ArticlesOfFile, Claim, ClaimsOfFile
from screener.config.fields import Identifier
from screener.config.mistakes import contradictions, forgiven, nearest, parsed, supported_claims
from screener.config.models import Event, Member, Screener, Sector
from screener.decoding import from_toml
from screener.errors import ConfigError, NetworkError, UsageError
from screener.files import read_file
from screener.i18n import cause
from screener.krx.calendar import Calendar
from screener.krx.hours import KST

FILES = ("events.toml", "sectors.toml", "library.toml", "screener.toml", "claims.toml")

SECRETS = "secrets.toml"
_SECRET_NAMES = ("KRX_ID", "KRX_PW", "KRX_AUTH_KEY", "DATA_GO_KR_KEY", "SCREENER_NOTIFY")
"""Names of the variables, which are the keys of the file; SCREENER_NOTIFY may be a list there."""
_SECTORS = TypeAdapter(dict[Identifier, Sector])
_EVENTS = TypeAdapter(dict[Identifier, Event])


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
    articles: dict[str, Article] = field(default_factory=dict)
    """By id, articles that claims are from; others are known by their names alone."""
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    """Of secrets.toml, by the name of the variable that each stands for."""
    library: frozenset[str] = frozenset()
    """Ids of the sectors that library.toml has, not sectors.toml."""

    @property
    def calendar(self) -> Calendar:
        """The calendar of KRX with the configured corrections, before anything is observed in data."""
        return self.screener.calendar.calendar

    def event(self, identifier: str) -> Event:
        """The event of that id or name; an unknown one is an error that names the nearest."""
        return self.events[self.event_id(identifier)]

    def event_id(self, asked: str) -> str:
        """Id of the event of that id or name, in capitals or not.

        Raises:
            UsageError: there is none; the nearest is named.
        """
        if found := _called(asked, self.events):
            return found
        names = [word for event in self.events.values() for word in dict.fromkeys((event.name.ko, event.name.en))]
        near = nearest(asked, [*self.events, *names])
        raise UsageError("no event {event!r}{near} (`screener events` lists them)", event=asked, near=near)

    def with_event_on(self, moment: date, name: str | None = None) -> tuple[Settings, str]:
        """These settings and an event of that day, or moment, beside the configured ones; and its id, the day.

        Raises:
            UsageError: the day is to come.
        """
        identifier = f"{moment:%Y-%m-%d}"
        if moment.strftime("%Y-%m-%d") > str(self.today):
            raise UsageError("--date {day} is in the future (today is {today})", day=identifier, today=self.today)
        values = {"name": name or identifier, "news": moment}
        event = Event.model_validate(values, context={"schedule": self.calendar.schedule})
        return replace(self, events={**self.events, identifier: event}), identifier

    def family(self, event: str) -> dict[str, Sector]:
        """The sectors that are studied together for that event, by id: those that it names.

        If it names none, all but those that are only at hand, and those that were put together after other events.
        """
        at_hand = self.at_hand
        named = self.event(event).sectors or [
            name
            for name, sector in self.sectors.items()
            if name not in at_hand and (not sector.post_hoc or event in sector.post_hoc)
        ]
        # An unknown one is a mistake that loading reports.
        return {name: self.sectors[name] for name in named if name in self.sectors}

    @property
    def at_hand(self) -> frozenset[str]:
        """Sectors that are studied only where they are named: the shipped library beside sectors of the user's own."""
        only_named = self.library and self.ships("library.toml") and not self.ships("sectors.toml")
        return self.library if only_named else frozenset()

    def ships(self, name: str) -> bool:
        """Whether the file of that name is the one that comes with the screener."""
        return self.files[name].parent == _shipped_directory()

    @property
    def studied(self) -> dict[str, Member]:
        """The stocks of the families of all events, by ticker: those whose prices are fetched and kept."""
        families = (self.family(event).values() for event in self.events)
        return {member.ticker: member for family in families for sector in family for member in sector.members}

    def sector(self, identifier: str) -> Sector:
        """The sector of that id; an unknown one is an error that names the nearest."""
        return self.sectors[self.sector_id(identifier)]

    def sector_id(self, asked: str) -> str:
        """Id of the sector of that id or name, in capitals or not.

        Raises:
            UsageError: there is none; the nearest is named.
        """
        if found := _called(asked, self.sectors):
            return found
        near = nearest(asked, self.sectors)
        raise UsageError("no sector {sector!r}{near} (`screener sectors` lists them)", sector=asked, near=near)

    def claims_about(self, event: str) -> dict[str, Claim]:
        """The claims about that event."""
        return {name: claim for name, claim in self.claims.items() if claim.event == event}

    def sessions_after(self, event: str) -> int:
        """Sessions after that event's day that its windows and the claims about it reach."""
        tests = [claim.test for claim in self.claims_about(event).values() if claim.test]
        return max([self.screener.sessions_after, *(last for test in tests for _, last in test.windows)])


def _called(asked: str, configured: Mapping[str, Event | Sector]) -> str | None:
    """Id of the one of that id or name, in capitals or not, however its letters are composed."""
    wanted = unicodedata.normalize("NFC", asked).casefold()
    for identifier, item in configured.items():
        if wanted in (identifier.casefold(), item.name.ko.casefold(), item.name.en.casefold()):
            return identifier
    return None


@cache
def _shipped_directory() -> Path:
    """The configuration that comes with the screener: inside the wheel, or beside the package in a checkout."""
    inside = Path(__file__).with_name("shipped")
    return inside if inside.is_dir() else Path(__file__).parents[2] / "config"


def load_settings(directory: Path | None = None, *, today: date | None = None) -> Settings:
    """Load the five files, each from `directory` if it is there and else as shipped.

    Raises:
        ConfigError: with one line for each mistake.
        NetworkError: the clock is behind files that it has dated itself.
    """
    if directory is not None and not directory.is_dir():
        raise ConfigError(
            "{directory}: no such directory",
            hint="pass --config (or SCREENER_CONFIG) a directory with *.toml files",
            directory=directory,
        )
    files = {name: _shipped_directory() / name for name in FILES}
    if directory is not None:
        files |= _own_files(directory)
    texts = {name: read_text(path) for name, path in files.items()}
    screener = parsed(files["screener.toml"], texts["screener.toml"], TypeAdapter(Screener))
    # On which session news of an afternoon falls depends on the trading hours.
    context = {"schedule": screener.calendar.calendar.schedule}
    known = {"known": _shipped_stocks()} if files["sectors.toml"].parent != _shipped_directory() else {}
    sectors, library = (
        _shipped_sectors(files[name], texts[name])
        if files[name].parent == _shipped_directory()
        else parsed(files[name], texts[name], _SECTORS, known)
        for name in ("sectors.toml", "library.toml")
    )
    settings = Settings(
        events=parsed(files["events.toml"], texts["events.toml"], _EVENTS, context),
        sectors={**sectors, **{name: sector for name, sector in library.items() if name not in sectors}},
        screener=screener,
        claims=parsed(files["claims.toml"], texts["claims.toml"], TypeAdapter(ClaimsOfFile)),
        articles=parsed(files["claims.toml"], texts["claims.toml"], TypeAdapter(ArticlesOfFile)).articles,
        sha256={name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()},
        files=files,
        today=today or datetime.now(KST).date(),
        library=frozenset(library) - frozenset(sectors),
    )
    settings = _fitted(settings)
    if settings.ships("claims.toml"):
        settings = replace(settings, claims=supported_claims(settings))
    settings = replace(settings, secrets=_load_secrets(directory))
    _refuse_clock(settings)
    lines = contradictions(settings, texts)
    if lines:
        raise ConfigError(*lines)
    return settings


def _refuse_clock(settings: Settings) -> None:
    """Refuse a clock that was set back: events of the past would be called events to come."""
    with suppress(OSError):
        written = datetime.fromtimestamp(settings.files["events.toml"].stat().st_mtime, KST).date()
        for event in settings.events.values():
            if settings.today < (event.event_day or event.news_date) <= written:
                raise NetworkError(
                    "the clock of this machine shows {today}, but {path} was written on {written}",
                    hint="set it",
                    today=settings.today,
                    path=settings.files["events.toml"],
                    written=written,
                )


def _shipped_stocks() -> dict[str, Member]:
    """The stocks of the shipped sectors and the shipped library, by ticker."""
    paths = [_shipped_directory() / name for name in ("library.toml", "sectors.toml")]
    sectors = [_shipped_sectors(path, read_text(path)).values() for path in paths]
    return {member.ticker: member for of_file in sectors for sector in of_file for member in sector.members}


@lru_cache(maxsize=4)
def _shipped_sectors(path: Path, text: str) -> dict[str, Sector]:
    """The sectors of a shipped file, whose content is `text`: the same objects for everybody, who changes none."""
    return parsed(path, text, _SECTORS)


def _own_files(directory: Path) -> dict[str, Path]:
    """The user's own files by name; a directory without any, or with a misspelt one, is a mistake."""
    names = sorted(path.name for path in directory.iterdir() if path.name != SECRETS and _means_toml(path.name))
    for name in names:
        if name not in FILES:
            near = nearest(name.casefold().removesuffix(".txt"), FILES)
            raise ConfigError("{path}: is not read{near}", path=directory / name, near=near)
    if not names and not (directory / SECRETS).exists():
        raise ConfigError(
            "{directory}: contains none of {files}",
            hint="copy them with `screener config init {directory}`",
            directory=directory,
            files=", ".join(FILES),
        )
    return {name: directory / name for name in names}


def _means_toml(name: str) -> bool:
    """Whether a file was meant to be read: editors add endings, and file managers hide them."""
    plain = name.casefold()
    return plain.endswith((".toml", ".toml.txt")) or any(plain == f"{file.removesuffix('.toml')}.txt" for file in FILES)


def _fitted(settings: Settings) -> Settings:
    """The shipped files, fitted to those of the user's own."""
    screener, events, sectors = settings.screener, settings.events, settings.sectors
    if settings.ships("screener.toml"):
        event = screener.event if screener.event in events else next(iter(events), screener.event)
        screener = screener.model_copy(update={"event": event})
    if not settings.ships("sectors.toml"):
        own = {name: sector for name, sector in sectors.items() if name not in settings.library}
        if settings.ships("events.toml"):
            # A shipped event names shipped sectors; over sectors of the user's own it has all of these.
            events = {
                name: event.model_copy(
                    update={"sectors": (), "spreads": tuple(pair for pair in event.spreads if own.keys() >= set(pair))}
                )
                for name, event in events.items()
            }
        if settings.ships("library.toml"):
            # The first one counts, so that sectors of the user's own that disagree are wrong in their own file.
            members = [member for sector in own.values() for member in sector.members]
            market_of = {member.ticker: member.market for member in reversed(members)}
            sectors = own | {name: _on_markets(sectors[name], market_of) for name in sectors if name not in own}
    return replace(settings, screener=screener, events=events, sectors=sectors)


def _on_markets(sector: Sector, market_of: Mapping[str, Market]) -> Sector:
    """The sector with the markets that the user's own sectors have of its members: a stock may have moved since."""
    if all(market_of.get(member.ticker, member.market) == member.market for member in sector.members):
        return sector
    members = tuple(
        member.model_copy(update={"market": market_of.get(member.ticker, member.market)}) for member in sector.members
    )
    return sector.model_copy(update={"members": members})


def copy_shipped(directory: Path) -> list[tuple[Path, bool]]:
    """Copy the shipped files into `directory`, but for those that exist there; returns whether each was copied."""
    done = []
    for name in FILES:
        target = directory / name
        try:
            directory.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write((_shipped_directory() / name).read_bytes())
            done.append((target, True))
        except FileExistsError:
            if directory.is_file():
                raise UsageError("{path}: is a file", hint="pass a directory, such as my", path=directory) from None
            done.append((target, False))
        except OSError as error:
            raise ConfigError(
                "{path}: cannot be written ({cause})", hint="choose another directory", path=target, cause=cause(error)
            ) from None
    return done


def _unreadable(path: Path, error: OSError) -> ConfigError:
    return ConfigError(
        "{path}: cannot be read ({cause})", hint="check the path and its permissions", path=path, cause=cause(error)
    )


def read_text(path: Path) -> str:
    try:
        raw = read_file(path)
    except OSError as error:
        raise _unreadable(path, error) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigError(
            "{path}:{line}: not UTF-8 text", hint="save the file as UTF-8", path=path, line=line
        ) from None
    if not text.strip():
        raise ConfigError("{path}:1: the file is empty", hint="fill it, or delete it to use the shipped one", path=path)
    return text if path.parent == _shipped_directory() else forgiven(text)


def _load_secrets(directory: Path | None) -> dict[str, str]:
    """The secrets in `directory`/secrets.toml; none without such a file.

    Raises:
        ConfigError: others can read the file, or it has other content. No message repeats its content.
    """
    if directory is None or not (path := directory / SECRETS).exists():
        return {}
    _refuse_shared(path)
    try:
        content = from_toml(read_file(path).decode("utf-8-sig"))
    except OSError as error:
        raise _unreadable(path, error) from None
    except ValueError:
        raise ConfigError(
            "{path}: cannot be read as TOML", hint='write lines such as KRX_ID = "..."', path=path
        ) from None
    loaded = {}
    for number, (name, value) in enumerate(content.items(), 1):
        if name not in _SECRET_NAMES:
            known = ", ".join(_SECRET_NAMES)
            raise ConfigError(
                "{path}: its entry number {number} is unknown",
                hint="use one of {known}",
                path=path,
                number=number,
                known=known,
            )
        words = value if name == "SCREENER_NOTIFY" and isinstance(value, list) else [value]
        if not all(isinstance(word, str) and word and word.isprintable() for word in words):
            raise ConfigError("{path}: {name} is not text", hint="write it in quotes", path=path, name=name)
        loaded[name] = " ".join(words)
    return loaded


def with_secrets(environment: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """The environment, and what the file adds to it; an account comes whole from one of the two."""
    merged = dict(secrets)
    if environment.get("KRX_ID") or environment.get("KRX_PW"):
        merged.pop("KRX_ID", None)
        merged.pop("KRX_PW", None)
    return {**merged, **{name: value for name, value in environment.items() if value or name not in merged}}


def _refuse_shared(path: Path) -> None:
    """Refuse a file that others can read, or could have written."""
    try:
        facts = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from None
    if not hasattr(os, "getuid"):
        return  # Windows has no such modes: there a file in the user's own directory is the user's own
    if facts.st_uid not in (os.getuid(), 0):
        raise ConfigError(
            "{path}: owned by another user", hint="take ownership of it, or use environment variables", path=path
        )
    if stat.S_IMODE(facts.st_mode) & 0o077:
        raise ConfigError("{path}: readable by other users", hint="chmod 600 {path}", path=path)
