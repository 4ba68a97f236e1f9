"""Files of the user, and what the screener keeps on the disk."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from screener.archive import latest_of, load_record
from screener.archive.history import load_history
from screener.archive.reports import load_directory, stored_revision
from screener.config import load_settings
from screener.daily.notify import UNSENT, Outbox
from screener.daily.status import Memory, Status, Unsaid
from screener.data.forms.reading import read_table
from screener.data.store import Store
from screener.errors import DataError
from screener.krx.client import Account, Breaker, PasswordAge
from screener.krx.tables import PRICES
from tests.e2e.conftest import EVENTS, SCREENER, configure
from tests.fakes.krx import kst
from tests.outside.case import UNDERSTOOD, case

NOW = kst(2025, 2, 11)
TODAY = NOW.date()
DEEP = 5000


def check(folder: Path) -> None:
    """What `config check` does."""
    load_settings(folder / "config", today=TODAY)


def setting(old: str, new: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        configure(folder)
        (folder / "config/screener.toml").write_text(SCREENER.replace(old, new), encoding="utf-8")
        check(folder)

    return run


for _old, _new in (
    ("estimation = 20", f"estimation = {10**20}"),
    ("placebo_dates = 39", f"placebo_dates = {10**9}"),
    ("gap = 0", f"gap = {10**9}"),
):
    case(f"`{_new}`", "screener.toml", 2, "should be less than or equal to")(setting(_old, _new))
case("a window of 10**8 sessions", "screener.toml", 2, "exceeds 2500 sessions")(setting("[0, 1]", "[0, 100000000]"))
case("a number of 5,000 digits", "screener.toml", 2, "screener.toml:5: a number with thousands of digits")(
    setting("estimation = 20", f"estimation = {'9' * 5000}")
)
case("a [store] group that is not there", "screener.toml", 2, "has no group 'nobody-has-it'")(
    lambda _folder: Store.open("nowhere", "nobody-has-it")
)


def events(text: str, name: str = "events.toml") -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        configure(folder)
        (folder / "config" / name).write_text(text, encoding="utf-8")
        (folder / "config" / name).chmod(0o600)
        check(folder)

    return run


case("keys nested 5,000 deep", "events.toml", 2, "nested too deeply")(events(EVENTS + ".".join("a" * DEEP) + " = 1\n"))
case("lists nested 5,000 deep", "events.toml", 2, "nested too deeply")(
    events(f"{EVENTS}a = {'[' * DEEP}{']' * DEEP}\n")
)
case("keys nested 5,000 deep", "secrets.toml", 2, "cannot be read as TOML")(
    events(".".join("a" * DEEP) + " = 1\n", "secrets.toml")
)
case("half of a surrogate pair", "events.toml", 2, "invalid TOML: Escaped character")(
    events(EVENTS.replace("DeepSeek shock", r"a\ud800"))
)
case("a name of 3,000 letters", "events.toml", 2, "string should have at most 2000 characters")(
    events(EVENTS.replace("DeepSeek shock", "A" * 3_000))
)
case("a name of two million letters", "events.toml", 2, "File too large")(
    events(EVENTS.replace("DeepSeek shock", "A" * 2_000_000))
)
case("an unknown key of 100,000 letters", "events.toml", 2, "unknown key")(events(f"{EVENTS}{'a' * 100_000} = 1\n"))


@case("a clock that was set back", "this machine", 5, "clock of this machine shows 2024-12-01")
def clock(folder: Path) -> None:
    configure(folder)
    os.utime(folder / "config/events.toml", (kst(2025, 2, 10).timestamp(),) * 2)
    load_settings(folder / "config", today=date(2024, 12, 1))


def pipe(name: str) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        configure(folder)
        path = folder / "config" / name
        path.unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        check(folder)

    return run


case("a pipe", "events.toml", 2, "it is not a regular file but a pipe or a device")(pipe("events.toml"))
case("a pipe", "secrets.toml", 2, "it is not a regular file but a pipe or a device")(pipe("secrets.toml"))


@case("a device without an end", "events.toml", 2, "it is not a regular file but a pipe or a device")
def device(folder: Path) -> None:
    configure(folder)
    (folder / "config/events.toml").unlink()
    (folder / "config/events.toml").symlink_to("/dev/zero")
    check(folder)


@case("1 GB", "events.toml", 2, "File too large")
def large(folder: Path) -> None:
    configure(folder)
    with (folder / "config/events.toml").open("ab") as file:
        file.truncate(2**30)
    check(folder)


def read(folder: Path) -> None:
    read_table(folder / "prices.csv", ("date", "ticker", "close"), ("close",), ("ticker",))


@case("a pipe", "a price file", 2, "it is not a regular file but a pipe or a device")
def price_pipe(folder: Path) -> None:
    os.mkfifo(folder / "prices.csv")
    read(folder)


@case("a device", "a price file", 2, "it is not a regular file but a pipe or a device")
def price_device(_folder: Path) -> None:
    read_table(Path("/dev/zero"), ("date", "ticker", "close"), ("close",), ("ticker",))


@case("one line of 300 MB", "a price file", 3, "prices.csv:2: the line is longer than")
def line(folder: Path) -> None:
    with (folder / "prices.csv").open("wb") as file:
        file.write(b"date,ticker,close\n1")
        file.truncate(300_000_000)
    read(folder)


def prices(content: bytes) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        (folder / "prices.csv").write_bytes(content)
        read(folder)

    return run


case("JSON nested 5,000 deep", "a price file", 3, "is not valid JSON")(prices(b"[" * DEEP))
case("half of a surrogate pair", "a price file", 3, "no header with a close")(
    prices(rb'[{"date": "2025-01-31", "ticker": "000660", "name": "\ud800", "Open": 1}]')
)
for _name, _start in (("an Excel file", b"PK\3\4"), ("a gzip file", b"\x1f\x8b"), ("a Parquet file", b"PAR1")):
    case(f"the beginning of {_name}", "a price file", 3, "prices.csv: ")(prices(_start + bytes(50)))


def kept(name: str, content: str | bytes, load: Callable[[Path], object], otherwise: object) -> Callable[[Path], None]:
    def run(folder: Path) -> None:
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        assert load(folder) == otherwise

    return run


CONTENTS: dict[str, str | bytes] = {
    "JSON nested 5,000 deep": "[" * DEEP,
    "no UTF-8": b"\xff\xfe\xfd",
    "a list": "[1]",
    "a number of 5,000 digits": "9" * 5000,
    "no key that is known": "{}",
}
ACCOUNT = Account("id", "password")
REPLACED = "cannot be read; the next write replaces it"
for _what, _content in CONTENTS.items():
    _says = UNDERSTOOD if _content == "{}" else REPLACED
    case(_what, "status.json", 0, _says)(kept("status.json", _content, Status.load, Status()))
    case(_what, ".daily.json", 0, _says)(kept(".daily.json", _content, Memory.load, Memory()))
    case(_what, ".unsaid.json", 0, _says)(kept(".unsaid.json", _content, Unsaid.load, Unsaid()))
    case(_what, ".unsent.json", 0, REPLACED)(
        kept(UNSENT, _content, lambda folder: Outbox(folder, ["json://x"]).send(None), [])
    )
    case(_what, "run.json", 0, _says)(kept("run.json", _content, load_directory, ({}, {})))
    case(_what, "password.json", 0, REPLACED)(
        kept("password.json", _content, lambda at: PasswordAge(at / "password.json", lambda: NOW).since(ACCOUNT), None)
    )
for _what, _since in (
    ("a time without a zone", "2025-02-03T18:30:00"),
    ("the year 1", "0001-01-01T00:00:00+23:59"),
    ("the year 9999", "9999-12-31T23:59:59-14:00"),
):
    _success = json.dumps({"last_success": {"at": _since, "through": "2025-02-03"}})
    case(_what, "status.json", 0, REPLACED)(kept("status.json", _success, Status.load, Status()))


@case("the year 9999", "blocked-HOST.json", 0, REPLACED)
def blocked(folder: Path) -> None:
    breaker = Breaker(folder, lambda: NOW)
    breaker.path("host").write_text(json.dumps({"since": "9999-12-31T23:59:59-12:00", "why": "\ud800"}))
    os.utime(breaker.path("host"), (NOW.timestamp(),) * 2)
    assert breaker.block("host") is not None, "what cannot be read was a refusal"


@case("a pipe", "status.json", 0, REPLACED)
def status_pipe(folder: Path) -> None:
    os.mkfifo(folder / "status.json")
    assert Status.load(folder) == Status()


@case("a file elsewhere, a revision that is none", "run.json", 0, UNDERSTOOD)
def record(folder: Path) -> None:
    (folder / "run.json").write_text(json.dumps({"files": {"/dev/zero": {"bytes": 0}}, "revision": True}))
    assert stored_revision(folder) is None
    assert load_directory(folder) == ({}, {})
    assert load_record(folder)


@case("a pipe", "history.csv", 3, "it is not a regular file but a pipe or a device")
def history_pipe(folder: Path) -> None:
    os.mkfifo(folder / "history.csv")
    load_history(folder)


for _target in ("9999-99-99", "latest", "/dev/null", "../..", "nowhere"):

    @case(f"it points at `{_target}`", "reports/latest", 0, UNDERSTOOD)
    def latest(folder: Path, target: str = _target) -> None:
        (folder / "latest").symlink_to(target)
        assert latest_of(folder) is None


@case("a pipe", "a file of the store", 3, "it is not a regular file but a pipe or a device")
def stored_pipe(folder: Path) -> None:
    (folder / "file/prices").mkdir(parents=True)
    os.mkfifo(folder / "file/prices/prices.parquet")
    _ = Store.open(folder).table("file", PRICES).sessions


@case("zeros", "a file of the store", 3, "is damaged: run `screener store repair`")
def stored_zeros(folder: Path) -> None:
    (folder / "file/prices").mkdir(parents=True)
    (folder / "file/prices/prices.parquet").write_bytes(b"PAR1" + bytes(200) + b"PAR1")
    _ = Store.open(folder).table("file", PRICES).sessions


@case("a manifest without a key", "the store", 0, UNDERSTOOD)
def manifest(folder: Path) -> None:
    import hashlib

    content = b'{"format":1,"partitions":{"2024":{}}}'
    table = folder / "file/prices"
    (table / "year=2024").mkdir(parents=True)
    (table / "year=2024/part-0.parquet").write_bytes(b"PAR1")
    sealed = b'{"sha256":"%s","content":%s}\n' % (hashlib.sha256(content).hexdigest().encode(), content)
    (table / "_manifest.json").write_bytes(sealed)
    store = Store.open(folder)
    with store.writing("test", NOW):
        assert store.table("file", PRICES).verify() == []


@case(
    "no locks",
    "the file system of the store",
    3,
    "its file system cannot lock files: pass a store on another file system",
)
def unlockable(folder: Path) -> None:
    from errno import ENOSYS
    from unittest.mock import patch

    with patch("fcntl.flock", side_effect=OSError(ENOSYS, os.strerror(ENOSYS))), Store.open(folder).writing("x", NOW):
        raise AssertionError


@case("no locks", "the file system of the reports", 3, "cannot lock files: pass a directory on another file system")
def unlockable_reports(folder: Path) -> None:
    from errno import EOPNOTSUPP
    from unittest.mock import patch

    from screener.archive import locked

    with patch("fcntl.flock", side_effect=OSError(EOPNOTSUPP, os.strerror(EOPNOTSUPP))), locked(folder):
        raise DataError("locked")


@case("too little", "memory", 3, "out of memory: no partial results")
def memory(_folder: Path) -> None:
    raise MemoryError


@case("a library that finds too little", "memory", 3, "out of memory: no partial results")
def loading(_folder: Path) -> None:
    raise ImportError("_common.so: failed to map segment from shared object")
