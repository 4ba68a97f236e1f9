"""Reads configuration files, forgives what can mean one thing only, and says where and what the mistakes are."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, MutableSequence, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticKnownError

from screener.config.claims import Analogue, Claim, Target
from screener.decoding import TooDeepError, from_toml
from screener.errors import ConfigError
from screener.i18n import N_, _, listed

if TYPE_CHECKING:
    from screener.config.load import Settings

_Keys = Sequence[str | int]
"""Path of a value in a file: keys of tables, indices of arrays."""
Mistakes = Iterator[tuple[_Keys, str]]
"""Path and message of each."""
T = TypeVar("T")
_MARK = "\N{NULL}mark"
_LONGEST_WORD = 100
"""Characters of what a known name may have been meant by; to compare more takes seconds."""
_EITHER = N_("{a} or {b}")
_CURLY = str.maketrans("\u201c\u201d\u201e\u201f\u2018\u2019", '""""\'\'')
"""Quotes as word processors turn them."""
_BARE = re.compile(
    r"""^(?P<before>\s*(?:\[{1,2}\s*)?(?:[\w-]+\.)*)        # a table or a key, perhaps after others
        (?P<key>[^\s"'#=\[\]{}.,]*[^\x00-\x7f][^\s"'#=\[\]{}.,]*)   # that is not ASCII and not in quotes
        (?P<after>\s*(?:\.[\w.-]+)?\s*(?:\]|=))""",
    re.MULTILINE | re.VERBOSE,
)


def nearest(word: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown `word`: the known words that are like it, or all of them."""
    known = list(known)
    near = difflib.get_close_matches(word[:_LONGEST_WORD], known, n=3, cutoff=0.5)
    if near:
        return _(": did you mean {near}?", near=listed(near, _EITHER))
    return _("; use one of {known}", known=", ".join(known))


@lru_cache(maxsize=16)
def _toml_of(text: str) -> dict[str, Any]:
    """What `text` says, read once however often it is asked for: nobody changes it.

    Raises:
        ValueError: see `from_toml`.
    """
    return from_toml(text)


def forgiven(text: str) -> str:
    """The text with composed letters; if it is not TOML, with straight quotes and quoted keys where these make it TOML.

    Its lines stay where they are.
    """
    text = unicodedata.normalize("NFC", text)
    quoted = _BARE.sub(r'\g<before>"\g<key>"\g<after>', text)
    straight = text.translate(_CURLY)
    both = _BARE.sub(r'\g<before>"\g<key>"\g<after>', straight)
    return next((form for form in dict.fromkeys((text, quoted, straight, both)) if _is_toml(form)), text)


def _is_toml(text: str) -> bool:
    try:
        _toml_of(text)
    except ValueError:
        return False
    return True


def parsed(path: Path, text: str, adapter: TypeAdapter[T], context: Mapping[str, Any] | None = None) -> T:
    """The content of the file `path`, which is `text`; `context` is for the validators of the models.

    Raises:
        ConfigError: with a line for each mistake, up to twenty.
    """
    data: dict[str, Any] = {}
    try:
        data = _toml_of(text)
        return adapter.validate_python(data, context=context)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax_mistake(path, text, str(error))) from None
    except TooDeepError:
        raise ConfigError("{path}:1: its tables or lists are nested too deeply", path=path) from None
    except ValidationError as error:
        # A list whose entries are wrong is also called too short; the entries say what is wrong.
        details = error.errors(include_url=False)
        shown = [detail for detail in details if detail["type"] != "too_short" or len(details) == 1]
        raise ConfigError(*(_located(path, text, *explained(detail, adapter, data)) for detail in shown[:20])) from None
    except ValueError:  # of int
        before = re.split(r"[\d_]{4000,}", text, maxsplit=1)[0]
        raise ConfigError(
            "{path}:{line}: a number with thousands of digits", path=path, line=before.count("\n") + 1
        ) from None


def _located(path: Path, text: str, keys: _Keys, message: str) -> str:
    """`message` about the value at `keys`, after file, line and keys; `text` is the content of the file."""
    dotted = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    where = f"{path}:{_line_of(text, keys)}: "
    return where + (f"{dotted}: {message}" if dotted else message)


def _line_of(text: str, keys: _Keys) -> int:
    """Line, counted from 1, of the value at `keys` in a TOML text, or of the nearest part of the path that exists.

    tomlkit keeps the layout of a document, so a mark in the place of the value comes out on the line of the value.
    """
    import tomlkit

    try:
        document: Any = tomlkit.parse(text)
    except (ValueError, LookupError):  # it refuses some of what tomllib reads
        return 1
    holder: Any = None
    held_at: str | int | None = None
    value: Any = document
    for key in keys:
        in_table = isinstance(value, MutableMapping) and key in value
        in_array = isinstance(value, MutableSequence) and isinstance(key, int) and key < len(value)
        if not (in_table or in_array):
            break
        holder, held_at, value = value, key, value[key]
    # A [table] has no line of its own to mark; its first value stands right below the header, or would.
    lines_below_header = 0
    while isinstance(value, tomlkit.items.Table):
        holder, held_at = value, next(iter(value), "first")
        value = value.get(held_at)
        lines_below_header = 1
    if holder is None or held_at is None:
        return 1
    holder[held_at] = _MARK
    before, found, *_rest = tomlkit.dumps(document).partition(tomlkit.dumps({"x": _MARK}).removeprefix("x = ").rstrip())
    return before.count("\n") + 1 - lines_below_header if found else 1


def _syntax_mistake(path: Path, text: str, message: str) -> str:
    """Where and why `text` is not TOML; `message` is that of tomllib."""
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    line = int(found.group(1)) if found else text.count("\n") + 1
    content = text.splitlines()[line - 1] if line <= len(text.splitlines()) else ""
    where, unquoted = f"{path}:{line}", re.search(r"=\s*(0\d+)", content)
    if unquoted:
        number = unquoted.group(1)
        return f"{where}: " + _('a ticker is text, not a number: write "{ticker}" in quotes', ticker=f"{number:0>6}")
    what = _of_tomllib(re.sub(r"\s*\(at .*\)", "", message))
    return _("{where}: invalid TOML: {what}: check for a missing quote, bracket or equals sign", where=where, what=what)


def _of_tomllib(message: str) -> str:
    """A message of tomllib in the language of the process; the value it is about stands in quotes or brackets."""
    if _(message) != message:
        return _(message)
    value = re.search(r"""'.*'|".*"|\(.*\)""", message)
    return _(message.replace(value[0], "{value}"), value=value[0]) if value else message


def explained(detail: Any, adapter: TypeAdapter[Any], data: Mapping[str, Any]) -> tuple[_Keys, str]:
    """Path and message of one error of pydantic about `data`."""
    kind, value = detail["type"], detail["input"]
    path = _in_file(detail["loc"], data)
    if kind == "missing" and isinstance(detail["loc"][-1], int):
        return path, _("{value} is too short: add what is missing", value=_shortened(list(value)))
    path += detail["loc"][-1:] if kind == "missing" else ()
    key = str(path[-1]) if path else ""
    if kind == "mistake":
        return path + tuple(detail["ctx"]["at"]), detail["ctx"]["message"]
    if kind == "extra_forbidden":
        return path, _("unknown key {key!r}", key=key) + nearest(key, _all_keys(adapter))
    if kind == "missing":
        return path, _("the key {key!r} is missing: add it", key=key)
    if kind == "union_tag_not_found":
        return path, _("the key {key!r} is missing: add it", key="kind")
    if kind == "union_tag_invalid":
        tag, kinds = detail["ctx"]["tag"], re.findall(r"'(\w+)'", detail["ctx"]["expected_tags"])
        return (*path, "kind"), _("no test of the kind {kind!r}", kind=tag) + nearest(tag, kinds)
    if kind == "literal_error":
        choices = listed(detail["ctx"]["expected"].split(" or "), _EITHER)
        return path, _("{value!r} is not possible here: write {choices}", value=value, choices=choices)
    if kind == "string_pattern_mismatch":
        return path, _("{value!r} is not a valid id: use only letters, digits, _ and -, at most 40", value=value)
    if kind.startswith(("date", "datetime")):
        return path, _("{value!r} is not a valid date: write it as 2025-01-31, without quotes", value=value)
    # pydantic's own sentence, which fills in what only its English needs, such as plurals.
    template = PydanticKnownError(kind, detail.get("ctx")).message_template
    own = _(template)
    what = detail["msg"] if own == template else own.format(**detail.get("ctx", {}))
    return path, _("{what} (found {value})", what=what[0].lower() + what[1:], value=_shortened(value))


def _in_file(loc: _Keys, data: Any) -> tuple[str | int, ...]:
    """The parts of `loc` that the file has: pydantic adds some of its own, such as the kind of a test."""
    path: list[str | int] = []
    for part in loc:
        in_list = isinstance(data, list) and isinstance(part, int) and part < len(data)
        if in_list or (isinstance(data, Mapping) and part in data):
            path.append(part)
            data = data[part]
    return tuple(path)


def _all_keys(adapter: TypeAdapter[Any]) -> list[str]:
    schema = adapter.json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({key for part in parts for key in part.get("properties", {})})


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def contradictions(settings: Settings, texts: Mapping[str, str]) -> list[str]:
    """A line for each value that another one, or today, rules out; `texts` are the contents of the files."""
    found = {
        "events.toml": _in_events(settings),
        "sectors.toml": _in_sectors(settings, "sectors.toml"),
        "library.toml": _in_sectors(settings, "library.toml"),
        "screener.toml": _in_screener(settings),
        "claims.toml": _in_claims(settings),
    }
    return [
        _located(settings.files[name], texts[name], keys, message)
        for name, mistakes in found.items()
        for keys, message in mistakes
    ]


def _in_events(settings: Settings) -> Mistakes:
    for identifier, event in settings.events.items():
        for key, day in (("news", event.news_date), ("event_day", event.event_day)):
            if day is not None and day > settings.today:
                message = _(
                    "{day} is in the future (today is {today}): an event must have happened",
                    day=day,
                    today=settings.today,
                )
                yield (identifier, key), message
        family = settings.family(identifier)
        for number, sector in enumerate(event.sectors):
            if sector not in settings.sectors:
                yield (identifier, "sectors", number), _no_sector(sector, settings)
        for number, pair in enumerate(event.spreads):
            for sector in pair:
                if sector not in family:
                    yield (identifier, "spreads", number), _outside(sector, identifier, settings)
        if not family and not event.sectors:
            message = _("every sector was put together after another event: list the sectors of this event in sectors")
            yield (identifier, "sectors"), message


def _in_sectors(settings: Settings, file: str) -> Mistakes:
    """Mistakes in the sectors of sectors.toml or library.toml."""
    first: dict[str, tuple[str, str]] = {}
    for identifier, sector in settings.sectors.items():
        here = (identifier in settings.library) is (file == "library.toml")
        # A shipped file names events that the user's own need not have.
        for number, event in enumerate(sector.post_hoc if here and not settings.ships(file) else ()):
            if event not in settings.events:
                yield (identifier, "post_hoc", number), _no_event(event, settings)
        for number, member in enumerate(sector.members):
            market, elsewhere = first.setdefault(member.ticker, (member.market, identifier))
            if here and market != member.market:
                message = _(
                    "{ticker} is on {market} in {elsewhere}: a stock has one market",
                    ticker=member.ticker,
                    market=market,
                    elsewhere=elsewhere,
                )
                yield (identifier, "members", number, "market"), message


def _in_screener(settings: Settings) -> Mistakes:
    if settings.screener.event not in settings.events:
        yield ("event",), _no_event(settings.screener.event, settings)


def _in_claims(settings: Settings) -> Mistakes:
    for identifier, claim in settings.claims.items():
        for path, message in _unsupported(claim, settings):
            yield (identifier, *path), message
        if claim.against is None:
            continue
        other = settings.claims.get(claim.against)
        if other is None or other is claim:
            others = [name for name in settings.claims if name != identifier]
            message = _("no other claim {against!r}", against=claim.against)
            yield (identifier, "against"), message + nearest(claim.against, others)
        elif other.event != claim.event:
            message = _(
                "{against} concerns {its}, not {mine}", against=claim.against, its=other.event, mine=claim.event
            )
            yield (identifier, "against"), message


def supported_claims(settings: Settings) -> dict[str, Claim]:
    """The shipped claims that can be tested with events and sectors of the user's own."""
    kept = {name: claim for name, claim in settings.claims.items() if not any(_unsupported(claim, settings))}
    return {
        name: claim if claim.against in kept else claim.model_copy(update={"against": None})
        for name, claim in kept.items()
    }


def _unsupported(claim: Claim, settings: Settings) -> Mistakes:
    """What a claim needs that events and sectors do not have."""
    if claim.event not in settings.events:
        yield ("event",), _no_event(claim.event, settings)
        return
    if claim.test is None:
        return
    for key, target in claim.test.targets.items():
        message = _untestable(target, claim.event, settings)
        if message:
            yield ("test", key), message
    earliest = -settings.screener.gap
    for first, last in claim.test.windows:
        if first < earliest:
            message = _(
                "the window [{first}, {last}] overlaps the estimation window: start it at {earliest} or later",
                first=first,
                last=last,
                earliest=earliest,
            )
            yield ("test", "window"), message
    if isinstance(claim.test, Analogue):
        changes = {row.name.en: row.change_pct for row in settings.events[claim.event].abroad}
        for number, peer in enumerate(claim.test.peers):
            if peer not in changes:
                message = _("no {peer!r} in the table abroad of {event}", peer=peer, event=claim.event)
                yield ("test", "peers", number), message + nearest(peer, changes)
        if len({math.copysign(1, changes[peer]) for peer in claim.test.peers if peer in changes}) > 1:
            yield ("test", "peers"), _("the peers moved in both directions: use those of one direction")


def _untestable(target: Target, event: str, settings: Settings) -> str:
    """Why no figure of `target` can test a claim about `event`; empty if one can."""
    family = settings.family(event)
    if target.tickers:
        known = {member.ticker for sector in family.values() for member in sector.members}
        missing = next((ticker for ticker in target.tickers if ticker not in known), None)
        if missing is None:
            return ""
        return _("no sector of {event} contains {missing}: add it to one", event=event, missing=missing)
    if target.sector not in family:
        return _outside(target.sector, event, settings)
    sector = family[target.sector]
    if target.theme is not None and target.theme not in sector.themes:
        message = _("{sector} has no theme {theme!r}", sector=target.sector, theme=target.theme)
        return message + nearest(target.theme, sector.themes or [_("none")])
    if event in sector.post_hoc:
        return _(
            "{sector} was put together after the event (post_hoc) and cannot confirm a claim", sector=target.sector
        )
    return ""


def _outside(sector: str, event: str, settings: Settings) -> str:
    """What is wrong with a sector that is not of the event's family."""
    if sector not in settings.sectors:
        return _no_sector(sector, settings)
    return _("{sector} is not among the sectors of {event}: add it there", sector=sector, event=event)


def _no_event(event: str, settings: Settings) -> str:
    return _("no event {event!r} in events.toml", event=event) + nearest(event, settings.events)


def _no_sector(sector: str, settings: Settings) -> str:
    return _("no sector {sector!r} in sectors.toml or library.toml", sector=sector) + nearest(sector, settings.sectors)
