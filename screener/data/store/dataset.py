"""The store: all tables of all sources below one root."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.fs
from platformdirs import user_data_path, user_state_path

from screener.data.store.lock import RemoteLock, only_writer
from screener.data.store.place import LocalPlace, Place, RemotePlace
from screener.data.store.table import StoredTable
from screener.errors import UsageError
from screener.krx.tables import KINDS, MARKET, PRICES, TableKind

APPLICATION = "krx-impact-screener"
"""Under this name the machine keeps what is the user's: the store, locks, refusals."""


class Store:
    """A dataset of Parquet files that others may read as it is; only `writing` and what is done in it changes it."""

    def __init__(self, filesystem: pyarrow.fs.FileSystem, root: str, shown: str, lock: Path) -> None:
        """A store in a directory of a filesystem.

        Args:
            filesystem: any of pyarrow's.
            root: the directory; it need not exist.
            shown: how messages name it.
            lock: file by which writers exclude each other, on the local disk.
        """
        local = isinstance(filesystem, pyarrow.fs.LocalFileSystem)
        self._place: Place = LocalPlace(Path(root)) if local else RemotePlace(filesystem, root.rstrip("/"), shown)
        self._lock = lock
        self._remote_lock = None if local else RemoteLock(filesystem, root.rstrip("/"), shown)
        self._is_writing = False
        self.shown = shown

    @classmethod
    def open(cls, url: str | Path | None) -> Store:
        """The store at a path or URL, or the user's own; nothing is created before the first write.

        Writers on one machine exclude each other. Those on several do where the store is on a disk that they share, or
        on a filesystem that can create a file only if there is none; see `excludes_others`.

        Raises:
            UsageError: the URL names nothing that can hold a store.
        """
        if url is None or "://" not in str(url):
            own = user_data_path(APPLICATION, appauthor=False) / "store"
            path = own if url is None else Path(url).expanduser().absolute()
            return cls(pyarrow.fs.LocalFileSystem(), str(path), str(path), path / ".lock")
        shown, secrets = without_secrets(str(url))
        try:
            filesystem, root = pyarrow.fs.FileSystem.from_uri(str(url))
        except (pa.ArrowException, OSError, ValueError, TypeError, ImportError) as error:
            reason = " ".join(str(error).replace(str(url), shown).split())[:160]
            if any(secret in reason for secret in secrets):
                reason = type(error).__name__
            raise UsageError(
                "{url}: cannot hold a store: {reason}",
                hint="give a directory or a URL that pyarrow knows",
                url=shown,
                reason=reason,
            ) from None
        if not root.strip("/"):
            raise UsageError("{url}: names no directory", hint="add one to it", url=shown)
        if isinstance(filesystem, pyarrow.fs.LocalFileSystem):
            return cls.open(root)
        name = hashlib.sha256(shown.encode()).hexdigest()[:16]
        return cls(filesystem, root, shown, user_state_path(APPLICATION, appauthor=False) / "locks" / f"{name}.lock")

    def __repr__(self) -> str:
        return f"Store({self.shown!r})"

    @property
    def excludes_others(self) -> bool:
        """Whether a writer on another machine is kept out as well."""
        return self._remote_lock is None or self._remote_lock.holds

    def table(self, source: str, kind: TableKind) -> StoredTable:
        """A table, whether or not it has been written yet."""
        return StoredTable(self._place, source, kind, lambda: self._is_writing)

    def tables(self) -> list[StoredTable]:
        """The tables that there are, by source and kind."""
        folders = {tuple(name.split("/")[:2]) for name in self._place.names("") if name.count("/") > 1}
        return [self.table(source, KINDS[kind]) for source, kind in sorted(folders) if kind in KINDS]

    def main_table(self, source: str) -> StoredTable:
        """The table of a source whose dates are its sessions: whole markets, or histories of single stocks."""
        return self.table(source, PRICES if source in ("pykrx-keyless", "file") else MARKET)

    def first_dates(self, tickers: Collection[str]) -> dict[str, date]:
        """By ticker, the earliest session of which any source has a price; those that have none are left out.

        Raises:
            DataError: a file of the store is damaged.
        """
        first: dict[str, date] = {}
        for table in self.tables():
            if table.kind in (PRICES, MARKET):
                rows = table.read(("date", "ticker"), keys=tickers)
                for row in rows.group_by("ticker").aggregate([("date", "min")]).to_pylist():
                    ticker, day = str(row["ticker"]), row["date_min"]
                    first[ticker] = min(day, first.get(ticker, day))
        return first

    @contextmanager
    def writing(self, command: str, now: datetime) -> Iterator[None]:
        """The right to write, which one process has at a time; tables of an earlier layout are moved to today's.

        Args:
            command: what it is wanted for, told to those who want it meanwhile.
            now: since when, likewise.

        Raises:
            DataError: another one has it, and who.
        """
        with ExitStack() as locks:
            locks.enter_context(only_writer(self._lock, self.shown, command, now))
            if self._remote_lock is not None:
                locks.enter_context(self._remote_lock.held(command, now))
            self._is_writing = True
            try:
                for table in self.tables():
                    table.upgrade()
                yield
            finally:
                self._is_writing = False


def without_secrets(url: str) -> tuple[str, list[str]]:
    """A URL, or a word that ends in one, without the account and the options in it.

    Returns:
        What is left, and what was taken out, as it may turn up in messages.
    """
    scheme, _separator, rest = url.partition("://")
    bare, _separator, options = rest.partition("?")
    # A key may hold a slash that should have been written as %2F: everything before the last @ is taken for it.
    account, _separator, path = bare.rpartition("@")
    parts = [*re.split(r"[:@]", account), *re.split(r"[&=]", options)]
    secrets = [one for part in parts for one in (part, unquote(part)) if len(one) > 2]
    return f"{scheme}://{path}", secrets
